package io.netrun.resilience.rewrite;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.JavaSourceFile;
import org.openrewrite.java.tree.JavaType;
import org.openrewrite.java.tree.Space;
import org.openrewrite.java.tree.Statement;
import org.openrewrite.java.tree.TypeUtils;

/**
 * Which recovery method of a class replaces the failures of which of its methods. Spring Retry finds it by its
 * parameters: the failure first, then those of the method, all or some of them. Here, it has a name, the parameters of
 * the method, all or none, and the failure last.
 *
 * @param fallbacks the names of the recovery methods, by the ids of the methods that fail
 * @param parameters the parameters of the recovery methods, by their ids
 * @param names their names, by their ids
 * @param shared those that recover methods with fallbacks of different names
 * @param ofClass the ids of methods with a recovery method that the annotation of their class retries
 */
record Recoveries(
        Map<UUID, String> fallbacks,
        Map<UUID, List<Statement>> parameters,
        Map<UUID, String> names,
        Set<String> shared,
        Set<UUID> ofClass) {

    static final Recoveries NONE = new Recoveries(Map.of(), Map.of(), Map.of(), Set.of(), Set.of());

    /** Those of a class. */
    static Recoveries of(J.ClassDeclaration declaration, JavaSourceFile file) {
        List<J.MethodDeclaration> recovering = new ArrayList<>();
        List<J.MethodDeclaration> failing = new ArrayList<>();
        Set<UUID> inherited = new HashSet<>();
        boolean all = isMarked(declaration.getLeadingAnnotations(), "Retryable", file)
                && !has(declaration.getLeadingAnnotations(), "recover", file)
                && !has(declaration.getLeadingAnnotations(), "interceptor", file);
        for (Statement statement : declaration.getBody().getStatements()) {
            if (statement instanceof J.MethodDeclaration method) {
                if (isMarked(method.getLeadingAnnotations(), "Recover", file)) {
                    recovering.add(method);
                } else if (isMarked(method.getLeadingAnnotations(), "Retryable", file)
                        || isMarked(method.getLeadingAnnotations(), "CircuitBreaker", file)) {
                    failing.add(method);
                } else if (all && isCallable(method)) {
                    failing.add(method);
                    inherited.add(method.getId());
                }
            }
        }
        Recoveries found =
                new Recoveries(new HashMap<>(), new HashMap<>(), new HashMap<>(), new TreeSet<>(), new HashSet<>());
        Set<String> named = new HashSet<>();
        failing.forEach(method -> named.add(recover(method, file)));
        for (J.MethodDeclaration method : failing) {
            for (J.MethodDeclaration recovery : recovering) {
                if (fits(recovery, method) && isMeant(recovery, method, named, file)) {
                    if (inherited.contains(method.getId())) {
                        found.ofClass.add(method.getId());
                    }
                    String name = found.fallbacks.computeIfAbsent(
                            method.getId(), id -> found.names.getOrDefault(recovery.getId(), recovery.getSimpleName()));
                    String former = found.names.putIfAbsent(recovery.getId(), name);
                    if (former != null
                            && !former.equals(name)
                            && !has(method.getLeadingAnnotations(), "recover", file)) {
                        found.shared.add(recovery.getSimpleName());
                    }
                    found.parameters.putIfAbsent(recovery.getId(), reordered(recovery, method));
                }
            }
        }
        return found;
    }

    /** Whether a method is retried by the annotation of its class, and has a recovery method. */
    boolean isOfClass(J.MethodDeclaration method) {
        return ofClass.contains(method.getId());
    }

    /** Whether a method may have a recovery method: the one it names, or one that no other method names. */
    private static boolean isMeant(
            J.MethodDeclaration recovery, J.MethodDeclaration method, Set<String> named, JavaSourceFile file) {
        String own = recover(method, file);
        String name = recovery.getSimpleName();
        return own.isEmpty() ? !named.contains(name) : own.equals(name);
    }

    /** The name of the recovery method that a method names; empty if it names none. */
    private static String recover(J.MethodDeclaration method, JavaSourceFile file) {
        return method.getLeadingAnnotations().stream()
                .filter(annotation -> Trees.typeName(annotation, file).startsWith(SpringAnnotations.RETRY))
                .map(annotation -> Trees.text(Trees.arguments(annotation).get("recover")))
                .filter(text -> text != null)
                .findFirst()
                .orElse("");
    }

    private static boolean isCallable(J.MethodDeclaration method) {
        return method.hasModifier(J.Modifier.Type.Public)
                && !method.hasModifier(J.Modifier.Type.Static)
                && !method.isConstructor();
    }

    /** The name of the recovery method of a method; empty if it has none. */
    String fallback(J.MethodDeclaration method) {
        return fallbacks.getOrDefault(method.getId(), "");
    }

    /** The parameters of a method after the move. */
    List<Statement> parameters(J.MethodDeclaration method) {
        return parameters.getOrDefault(method.getId(), method.getParameters());
    }

    /** The name of a method after the move. */
    String name(J.MethodDeclaration method) {
        return names.getOrDefault(method.getId(), method.getSimpleName());
    }

    /** Whether annotations of the library have an attribute, such as the name of the recovery method. */
    private static boolean has(List<J.Annotation> annotations, String attribute, JavaSourceFile file) {
        return annotations.stream()
                .filter(annotation -> Trees.typeName(annotation, file).startsWith(SpringAnnotations.RETRY))
                .anyMatch(annotation -> Trees.arguments(annotation).containsKey(attribute));
    }

    private static boolean isMarked(List<J.Annotation> annotations, String name, JavaSourceFile file) {
        return annotations.stream()
                .anyMatch(annotation -> Trees.typeName(annotation, file).equals(SpringAnnotations.RETRY + name));
    }

    private static boolean fits(J.MethodDeclaration recovery, J.MethodDeclaration method) {
        List<J.VariableDeclarations> own = withoutFailure(recovery);
        List<J.VariableDeclarations> given = variables(method);
        if (own.size() > given.size()
                || !String.valueOf(recovery.getReturnTypeExpression())
                        .equals(String.valueOf(method.getReturnTypeExpression()))) {
            return false;
        }
        for (int i = 0; i < own.size(); i++) {
            if (!String.valueOf(own.get(i).getTypeExpression())
                    .equals(String.valueOf(given.get(i).getTypeExpression()))) {
                return false;
            }
        }
        return true;
    }

    private static List<Statement> reordered(J.MethodDeclaration recovery, J.MethodDeclaration method) {
        List<J.VariableDeclarations> own = withoutFailure(recovery);
        List<J.VariableDeclarations> all = variables(recovery);
        if (own.isEmpty()) {
            return recovery.getParameters();
        }
        List<Statement> parameters = new ArrayList<>(own);
        List<J.VariableDeclarations> given = variables(method);
        for (int i = own.size(); i < given.size(); i++) {
            parameters.add(given.get(i).withId(org.openrewrite.Tree.randomId()).withLeadingAnnotations(List.of()));
        }
        if (own.size() < all.size()) {
            parameters.add(all.get(0));
        }
        List<Statement> spaced = new ArrayList<>();
        for (Statement parameter : parameters) {
            spaced.add(parameter.withPrefix(spaced.isEmpty() ? Space.EMPTY : Space.SINGLE_SPACE));
        }
        return spaced;
    }

    private static List<J.VariableDeclarations> variables(J.MethodDeclaration method) {
        List<J.VariableDeclarations> variables = new ArrayList<>();
        for (Statement parameter : method.getParameters()) {
            if (parameter instanceof J.VariableDeclarations variable) {
                variables.add(variable);
            }
        }
        return variables;
    }

    private static List<J.VariableDeclarations> withoutFailure(J.MethodDeclaration recovery) {
        List<J.VariableDeclarations> variables = variables(recovery);
        boolean failure = !variables.isEmpty() && isFailure(variables.get(0).getType());
        return failure ? variables.subList(1, variables.size()) : variables;
    }

    private static boolean isFailure(@Nullable JavaType type) {
        JavaType.FullyQualified named = TypeUtils.asFullyQualified(type);
        return TypeUtils.isAssignableTo("java.lang.Throwable", type)
                || (named != null && named.getClassName().matches(".*(Exception|Error|Throwable)"));
    }
}
