package io.netrun.resilience.rewrite;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.openrewrite.ExecutionContext;
import org.openrewrite.Tree;
import org.openrewrite.internal.ListUtils;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.JavaSourceFile;
import org.openrewrite.java.tree.JavaType;
import org.openrewrite.java.tree.Space;
import org.openrewrite.java.tree.Statement;
import org.openrewrite.java.tree.TypeUtils;

/**
 * Methods whose only parameter is a failure, with fallback methods that have the same parameter: resilience4j passes
 * the failure of the call, this library the argument. Methods with both parameters are added, which call the former.
 *
 * @param names the names of the fallback methods that are added, by the ids of the methods that fail
 * @param bridges what is added behind fallback methods, by their ids
 */
record FailureArguments(Map<UUID, Renamed> names, Map<UUID, List<Bridge>> bridges) {

    static final FailureArguments NONE = new FailureArguments(Map.of(), Map.of());

    /** Those of a class. */
    static FailureArguments of(J.ClassDeclaration owner, JavaSourceFile file) {
        FailureArguments found = new FailureArguments(new HashMap<>(), new HashMap<>());
        List<J.MethodDeclaration> methods = methods(owner);
        for (J.MethodDeclaration method : methods) {
            for (J.Annotation annotation : method.getLeadingAnnotations()) {
                String name = ProtectedMethods.pattern(annotation, file) == null
                        ? null
                        : Trees.text(Trees.arguments(annotation).get("fallbackMethod"));
                if (name != null && isConfused(method, name, methods)) {
                    found.add(method, name, methods);
                }
            }
        }
        return found;
    }

    /** Whether the fallback method would get the argument instead of the failure. */
    static boolean isConfused(J.MethodDeclaration method, String fallback, List<J.MethodDeclaration> methods) {
        List<J.VariableDeclarations> own = variables(method);
        return own.size() == 1
                && isFailure(own.get(0))
                && methods.stream()
                        .filter(other -> other.getSimpleName().equals(fallback))
                        .filter(other -> !other.getId().equals(method.getId()))
                        .map(FailureArguments::variables)
                        .anyMatch(others ->
                                others.size() == 1 && type(others.get(0)).equals(type(own.get(0))));
    }

    /** The methods of a class. */
    static List<J.MethodDeclaration> methods(J.ClassDeclaration owner) {
        return owner.getBody().getStatements().stream()
                .filter(J.MethodDeclaration.class::isInstance)
                .map(J.MethodDeclaration.class::cast)
                .toList();
    }

    private void add(J.MethodDeclaration method, String fallback, List<J.MethodDeclaration> methods) {
        J.VariableDeclarations argument = variables(method).get(0);
        String name = fallback + "Fallback";
        while (isTaken(name, methods)) {
            name += "Fallback";
        }
        names.put(method.getId(), new Renamed(fallback, name));
        for (J.MethodDeclaration candidate : methods) {
            List<J.VariableDeclarations> parameters = variables(candidate);
            boolean named = candidate.getSimpleName().equals(fallback)
                    && !candidate.getId().equals(method.getId())
                    && !parameters.isEmpty()
                    && isFailure(parameters.get(parameters.size() - 1));
            boolean fits = parameters.size() == 1
                    || (parameters.size() == 2 && type(parameters.get(0)).equals(type(argument)));
            if (named && fits) {
                Bridge bridge = new Bridge(name, argument);
                List<Bridge> all = bridges.computeIfAbsent(candidate.getId(), id -> new ArrayList<>());
                if (all.stream().noneMatch(bridge::isLike)) {
                    all.add(bridge);
                }
            }
        }
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

    private static String type(J.VariableDeclarations variable) {
        return String.valueOf(variable.getTypeExpression());
    }

    private static boolean isFailure(J.VariableDeclarations variable) {
        JavaType.FullyQualified named = TypeUtils.asFullyQualified(variable.getType());
        return TypeUtils.isAssignableTo("java.lang.Throwable", variable.getType())
                || (named != null && named.getClassName().matches(".*(Exception|Error|Throwable)"));
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
     * @param argument the parameter for the argument
     */
    record Bridge(String name, J.VariableDeclarations argument) {

        boolean isLike(Bridge other) {
            return name.equals(other.name) && type(argument).equals(type(other.argument));
        }

        private J.@Nullable MethodDeclaration of(J.MethodDeclaration fallback, ExecutionContext ctx) {
            List<J.VariableDeclarations> parameters = variables(fallback);
            if (parameters.size() > 1) {
                return Bridges.of(fallback, name, fallback.getParameters(), Bridges.call(fallback), ctx);
            }
            String failure = Bridges.names(fallback).get(0);
            J.VariableDeclarations given = argument.withId(Tree.randomId())
                    .withLeadingAnnotations(List.of())
                    .withPrefix(Space.EMPTY);
            if (given.getVariables().get(0).getSimpleName().equals(failure)) {
                String other = failure.equals("argument") ? "given" : "argument";
                given = given.withVariables(ListUtils.map(
                        given.getVariables(),
                        variable -> variable.withName(variable.getName().withSimpleName(other))));
            }
            List<Statement> both = List.of(given, parameters.get(0).withPrefix(Space.SINGLE_SPACE));
            return Bridges.of(fallback, name, both, Bridges.call(fallback), ctx);
        }
    }
}
