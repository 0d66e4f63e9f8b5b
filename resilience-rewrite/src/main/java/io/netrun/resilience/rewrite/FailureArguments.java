package io.netrun.resilience.rewrite;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.openrewrite.ExecutionContext;
import org.openrewrite.Tree;
import org.openrewrite.internal.ListUtils;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.JavaType;
import org.openrewrite.java.tree.Space;
import org.openrewrite.java.tree.Statement;
import org.openrewrite.java.tree.TypeUtils;

/**
 * Methods whose last parameter is a failure, with fallback methods that have the same parameters: the other libraries
 * pass the failure of the call, this library the arguments. Methods with the arguments and the failure are added, under
 * another name, which call the former.
 *
 * @param names the names of the fallback methods that are added, by the ids of the methods that fail
 * @param bridges what is added behind fallback methods, by their ids
 */
record FailureArguments(Map<UUID, Renamed> names, Map<UUID, List<Bridge>> bridges) {

    static final FailureArguments NONE = new FailureArguments(Map.of(), Map.of());

    /**
     * Those of a class.
     *
     * @param fallbacks the names of the fallback methods of a method, the first one first
     */
    static FailureArguments of(J.ClassDeclaration owner, Function<J.MethodDeclaration, List<String>> fallbacks) {
        FailureArguments found = new FailureArguments(new HashMap<>(), new HashMap<>());
        List<J.MethodDeclaration> methods = methods(owner);
        for (J.MethodDeclaration method : methods) {
            List<String> names = fallbacks.apply(method);
            boolean differs = names.size() > 1
                    || names.stream()
                            .anyMatch(name -> isConfused(method, name, methods) || isWider(method, name, methods));
            if (differs) {
                found.add(method, names, methods);
            }
        }
        return found;
    }

    /** Whether this library would call other methods for one than the other library. */
    static boolean isDifferent(J.MethodDeclaration method, String fallback, List<J.MethodDeclaration> methods) {
        return isConfused(method, fallback, methods) || isWider(method, fallback, methods);
    }

    /** Whether this library would call another method of the name, too, which takes no failure. */
    private static boolean isWider(J.MethodDeclaration method, String fallback, List<J.MethodDeclaration> methods) {
        return methods.stream()
                .filter(other -> other.getSimpleName().equals(fallback))
                .anyMatch(other -> FallbackFit.isOnlyHere(other, method));
    }

    /** Whether a fallback method would get the arguments instead of the failure. */
    static boolean isConfused(J.MethodDeclaration method, String fallback, List<J.MethodDeclaration> methods) {
        return methods.stream()
                .filter(other -> other.getSimpleName().equals(fallback))
                .filter(other -> !other.getId().equals(method.getId()))
                .anyMatch(other -> isTakenForArguments(variables(other), method));
    }

    /**
     * Whether the parameters of a fallback method, the last of which is a failure, are those of a method: this library
     * passes the arguments of the call to such a fallback method.
     */
    static boolean isTakenForArguments(List<J.VariableDeclarations> fallback, J.MethodDeclaration method) {
        return !fallback.isEmpty()
                && isFailure(fallback.get(fallback.size() - 1))
                && haveSameTypes(fallback, variables(method), method);
    }

    private static boolean haveSameTypes(
            List<J.VariableDeclarations> fallback, List<J.VariableDeclarations> given, J.MethodDeclaration method) {
        boolean same = fallback.size() == given.size();
        for (int i = 0; same && i < given.size(); i++) {
            same = WrittenTypes.areSame(
                    WrittenTypes.erased(given.get(i), method), WrittenTypes.erased(fallback.get(i), method));
        }
        return same;
    }

    /** The only parameter of a method, with the type of the failure that a fallback method takes. */
    static J.VariableDeclarations argument(J.MethodDeclaration method, J.VariableDeclarations failure) {
        return variables(method).get(0).withTypeExpression(failure.getTypeExpression());
    }

    /** The parameters of a fallback method that takes a failure alone, with one for the argument before it. */
    static List<Statement> withArgument(J.VariableDeclarations argument, J.VariableDeclarations failure) {
        J.VariableDeclarations given = argument.withId(Tree.randomId())
                .withLeadingAnnotations(List.of())
                .withPrefix(Space.EMPTY);
        String name = failure.getVariables().get(0).getSimpleName();
        if (given.getVariables().get(0).getSimpleName().equals(name)) {
            given = renamed(given, name.equals("argument") ? "given" : "argument");
        }
        return List.of(given, failure.withPrefix(Space.SINGLE_SPACE));
    }

    /** A parameter with another name. */
    static J.VariableDeclarations renamed(J.VariableDeclarations parameter, String name) {
        return parameter.withVariables(ListUtils.map(
                parameter.getVariables(),
                variable -> variable.withName(variable.getName().withSimpleName(name))));
    }

    /** The methods of a class. */
    static List<J.MethodDeclaration> methods(J.ClassDeclaration owner) {
        return owner.getBody().getStatements().stream()
                .filter(J.MethodDeclaration.class::isInstance)
                .map(J.MethodDeclaration.class::cast)
                .toList();
    }

    private void add(J.MethodDeclaration method, List<String> fallbacks, List<J.MethodDeclaration> methods) {
        List<J.VariableDeclarations> given = variables(method);
        String first = fallbacks.get(0);
        J.VariableDeclarations argument = given.size() == 1 ? argument(method, first, methods) : null;
        String name = (fallbacks.size() == 1 ? first : method.getSimpleName()) + "Fallback";
        while (isTaken(name, methods)) {
            name += "Fallback";
        }
        names.put(method.getId(), new Renamed(first, name));
        List<JavaType> before = new ArrayList<>();
        for (String fallback : fallbacks) {
            List<JavaType> taken = new ArrayList<>();
            for (J.MethodDeclaration candidate : methods) {
                JavaType failure = failure(candidate, fallback, method);
                if (failure != null && before.stream().noneMatch(type -> TypeUtils.isAssignableTo(type, failure))) {
                    taken.add(failure);
                    Bridge bridge = new Bridge(name, argument);
                    List<Bridge> all = bridges.computeIfAbsent(candidate.getId(), id -> new ArrayList<>());
                    if (all.stream().noneMatch(bridge::isLike)) {
                        all.add(bridge);
                    }
                }
            }
            before.addAll(taken);
        }
    }

    /** The failure that a candidate takes for a method; null if it is none of its fallback methods. */
    private static @Nullable JavaType failure(
            J.MethodDeclaration candidate, String fallback, J.MethodDeclaration method) {
        List<J.VariableDeclarations> given = variables(method);
        List<J.VariableDeclarations> parameters = variables(candidate);
        boolean named = candidate.getSimpleName().equals(fallback)
                && !candidate.getId().equals(method.getId())
                && !parameters.isEmpty()
                && isFailure(parameters.get(parameters.size() - 1));
        boolean fits = parameters.size() == 1
                || (parameters.size() == given.size() + 1
                        && haveSameTypes(parameters.subList(0, given.size()), given, method));
        if (!named || !fits || !FallbackFit.returnsFor(candidate, method)) {
            return null;
        }
        JavaType type = parameters.get(parameters.size() - 1).getType();
        return type == null ? JavaType.Unknown.getInstance() : type;
    }

    private static J.VariableDeclarations argument(
            J.MethodDeclaration method, String fallback, List<J.MethodDeclaration> methods) {
        return methods.stream()
                .filter(other -> other.getSimpleName().equals(fallback))
                .map(FailureArguments::variables)
                .filter(parameters -> isTakenForArguments(parameters, method))
                .findFirst()
                .map(parameters -> argument(method, parameters.get(0)))
                .orElseGet(() -> variables(method).get(0));
    }

    private static boolean isTaken(String name, List<J.MethodDeclaration> methods) {
        return methods.stream().anyMatch(method -> method.getSimpleName().equals(name));
    }

    /** The statements of a class with the methods that are added. */
    List<Statement> added(List<Statement> statements, ExecutionContext ctx) {
        List<Statement> all = new ArrayList<>();
        for (Statement statement : statements) {
            all.add(statement);
            if (statement instanceof J.MethodDeclaration fallback) {
                for (Bridge bridge : bridges.getOrDefault(fallback.getId(), List.of())) {
                    J.MethodDeclaration added = bridge.of(fallback, ctx);
                    if (added != null) {
                        all.add(added);
                    }
                }
            }
        }
        return all;
    }

    private static List<J.VariableDeclarations> variables(J.MethodDeclaration method) {
        return method.getParameters().stream()
                .filter(J.VariableDeclarations.class::isInstance)
                .map(J.VariableDeclarations.class::cast)
                .toList();
    }

    private static String type(J.@Nullable VariableDeclarations variable) {
        return variable == null ? "" : String.valueOf(variable.getTypeExpression());
    }

    /** Whether a parameter is a failure; where not all classes above its own are known, by the end of its name. */
    static boolean isFailure(J.VariableDeclarations variable) {
        if (TypeUtils.isAssignableTo("java.lang.Throwable", variable.getType())) {
            return true;
        }
        JavaType.FullyQualified above = TypeUtils.asFullyQualified(variable.getType());
        while (above != null && !(above instanceof JavaType.Unknown)) {
            if (above.getFullyQualifiedName().equals("java.lang.Object")) {
                return false;
            }
            above = above.getSupertype();
        }
        return WrittenTypes.of(variable).matches(".*(Exception|Error|Throwable)");
    }

    /**
     * The name of a fallback method before and after.
     *
     * @param there the name in resilience4j
     * @param here the name of the method that is added
     */
    record Renamed(String there, String here) {}

    /**
     * A method with the argument and the failure.
     *
     * @param name its name
     * @param argument the parameter for the only argument; null for several, which are there already or not taken
     */
    record Bridge(String name, J.@Nullable VariableDeclarations argument) {

        boolean isLike(Bridge other) {
            return name.equals(other.name) && type(argument).equals(type(other.argument));
        }

        private J.@Nullable MethodDeclaration of(J.MethodDeclaration fallback, ExecutionContext ctx) {
            List<J.VariableDeclarations> parameters = variables(fallback);
            List<Statement> all = parameters.size() > 1 || argument == null
                    ? fallback.getParameters()
                    : withArgument(argument, parameters.get(0));
            return Bridges.of(fallback, name, all, Bridges.call(fallback), ctx);
        }
    }
}
