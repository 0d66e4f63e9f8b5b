package io.netrun.resilience.rewrite;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.JavaType;
import org.openrewrite.java.tree.Statement;
import org.openrewrite.java.tree.TypeUtils;

/**
 * Whether a fallback method fits the method that names it. resilience4j looks it up for each call, and goes on without
 * one that it does not find; this library fails startup instead.
 */
final class FallbackFit {

    private static final Set<String> PRIMITIVE =
            Set.of("void", "boolean", "byte", "short", "char", "int", "long", "float", "double");

    private FallbackFit() {}

    /** Whether the class has no method of the name that fits, and can have none from elsewhere. */
    static boolean isMissing(J.ClassDeclaration owner, J.MethodDeclaration method, String name) {
        List<String> own = types(method);
        boolean named = false;
        for (Statement statement : owner.getBody().getStatements()) {
            if (statement instanceof J.MethodDeclaration candidate
                    && candidate.getSimpleName().equals(name)) {
                named = true;
                if (isCalled(candidate, own, method)) {
                    return false;
                }
            }
        }
        boolean alone = owner.getExtends() == null
                && (owner.getImplements() == null || owner.getImplements().isEmpty());
        return named || alone;
    }

    /**
     * The simple names of the failures that the fallback methods of a name take; {@code Throwable} where that is not
     * known.
     *
     * @param owner the class, or null if there is none
     * @param method the method that names them, or null for all methods of the class
     */
    static Set<String> failures(J.@Nullable ClassDeclaration owner, J.@Nullable MethodDeclaration method, String name) {
        Set<String> failures = new LinkedHashSet<>();
        List<String> own = method == null ? List.of() : types(method);
        List<J.MethodDeclaration> all = owner == null ? List.of() : FailureArguments.methods(owner);
        for (J.MethodDeclaration candidate : all) {
            List<String> types = types(candidate);
            if (candidate.getSimpleName().equals(name)
                    && !types.isEmpty()
                    && (method == null || isFollowedByAFailure(types, own) || types.size() == 1)) {
                failures.add(types.get(types.size() - 1));
            }
        }
        return failures.isEmpty() ? Set.of("Throwable") : failures;
    }

    /** Whether resilience4j calls a method, if it has the name, for the failures of another one. */
    static boolean isCalled(J.MethodDeclaration candidate, J.MethodDeclaration method) {
        return !candidate.getId().equals(method.getId()) && isCalled(candidate, types(method), method);
    }

    private static boolean isCalled(J.MethodDeclaration candidate, List<String> own, J.MethodDeclaration method) {
        List<String> types = types(candidate);
        return (isFollowedByAFailure(types, own) || isFollowedByAFailure(types, List.of()))
                && takesFailure(candidate)
                && returnsFor(candidate, method);
    }

    /**
     * Whether this library calls a method of the name of a fallback method which resilience4j never called: it takes no
     * failure, or its result is a primitive or the object of one where the other one's is not.
     */
    static boolean isOnlyHere(J.MethodDeclaration candidate, J.MethodDeclaration method) {
        List<String> types = types(candidate);
        List<String> own = types(method);
        boolean arguments = types.isEmpty() || types.equals(own);
        boolean failure = isFollowedByAFailure(types, own) || isFollowedByAFailure(types, List.of());
        return !candidate.getId().equals(method.getId())
                && (takesFailure(candidate) ? failure && !returnsFor(candidate, method) : arguments);
    }

    /** What is written of a method that had no effect as a fallback. */
    static String text(J.MethodDeclaration candidate) {
        return candidate.getSimpleName() + "(" + String.join(", ", types(candidate)) + ")";
    }

    /** Whether the last parameter of a method is a failure, as that of each fallback method there. */
    static boolean takesFailure(J.MethodDeclaration candidate) {
        List<Statement> parameters = candidate.getParameters();
        return !parameters.isEmpty()
                && parameters.get(parameters.size() - 1) instanceof J.VariableDeclarations last
                && FailureArguments.isFailure(last);
    }

    /** Whether the result of a method may be that of another one, by their types without type arguments. */
    static boolean returnsFor(J.MethodDeclaration candidate, J.MethodDeclaration method) {
        String returned = WrittenTypes.of(candidate.getReturnTypeExpression());
        String wanted = WrittenTypes.of(method.getReturnTypeExpression());
        boolean primitive = PRIMITIVE.contains(returned) || PRIMITIVE.contains(wanted);
        boolean wider = returned.equals("java.lang.Object")
                && TypeUtils.asFullyQualified(
                                method.getReturnTypeExpression() == null
                                        ? null
                                        : method.getReturnTypeExpression().getType())
                        instanceof JavaType.Class known
                && !known.getFullyQualifiedName().equals(returned);
        return primitive ? returned.equals(wanted) : !wider;
    }

    private static boolean isFollowedByAFailure(List<String> types, List<String> own) {
        return types.size() == own.size() + 1 && types.subList(0, own.size()).equals(own);
    }

    /** The types of parameters without their type arguments, which resilience4j does not compare either. */
    private static List<String> types(J.MethodDeclaration method) {
        List<String> types = new ArrayList<>();
        for (Statement parameter : method.getParameters()) {
            if (parameter instanceof J.VariableDeclarations variable) {
                String type = String.valueOf(variable.getTypeExpression()).replaceAll("@\\w+(\\([^)]*\\))?\\s*", "");
                String raw = type.replaceAll("(?s)<.*>", "").replace(" ", "");
                String behind = "[]"
                        .repeat(variable.getVariables()
                                .get(0)
                                .getDimensionsAfterName()
                                .size());
                types.add(
                        raw.substring(raw.lastIndexOf('.') + 1) + behind + (variable.getVarargs() == null ? "" : "[]"));
            }
        }
        return types;
    }
}
