package io.netrun.resilience.rewrite;

import io.netrun.resilience.spring.mapping.MappingTable;
import io.netrun.resilience.spring.mapping.MappingTable.Row;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.openrewrite.java.JavaIsoVisitor;
import org.openrewrite.java.tree.Expression;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.JavaSourceFile;
import org.openrewrite.java.tree.JavaType;
import org.openrewrite.java.tree.TypeUtils;

/**
 * The types of resilience4j that the calls of a file are of, by their types, and by the imports and variables of the
 * file where these are not known.
 */
final class CodeNames {

    /** The simple names of the types whose instances protect code. */
    static final Set<String> INSTANCES =
            Set.of("CircuitBreaker", "Retry", "Bulkhead", "ThreadPoolBulkhead", "RateLimiter", "TimeLimiter");

    /** The names of the methods that protect code. */
    static final String PROTECTING = "(execute|decorate).*";

    private static final String ANY = "*.";

    private final JavaSourceFile file;

    /** The types that the variables of the file are declared with, by their names. */
    private final Map<String, String> variables = new HashMap<>();

    CodeNames(JavaSourceFile file) {
        this.file = file;
        new JavaIsoVisitor<Integer>() {
            @Override
            public J.VariableDeclarations visitVariableDeclarations(J.VariableDeclarations declared, Integer p) {
                if (declared.getTypeExpression() != null) {
                    String type =
                            CodeCounterparts.text(declared.getTypeExpression()).replaceAll("<.*", "");
                    declared.getVariables().forEach(variable -> variables.put(variable.getSimpleName(), type));
                }
                return super.visitVariableDeclarations(declared, p);
            }
        }.visit(file, 0);
    }

    /** The type here of the instances of one there. */
    static String here(String instance) {
        return instance.equals("ThreadPoolBulkhead") ? "Bulkhead" : MappedPatterns.type(instance);
    }

    /** The simple name of the type that a static method is called on; empty for another call. */
    String typeOf(J.MethodInvocation call) {
        if (call.getSelect() != null) {
            return type(call.getSelect());
        }
        String declaring = declaring(call.getMethodType());
        for (J.Import imported : file.getImports()) {
            String member = imported.getQualid().getSimpleName();
            String type = imported.getTypeName();
            if (imported.isStatic()
                    && type.startsWith(JavaMove.PACKAGE)
                    && (member.equals(call.getSimpleName())
                            || (member.equals("*")
                                    && (declaring.equals(simple(type)) || isKnown(simple(type), call))))) {
                return simple(type);
            }
        }
        return "";
    }

    /** Whether a type may have a static method, by the names alone. */
    private static boolean isKnown(String type, J.MethodInvocation call) {
        String method = call.getSimpleName();
        return call.getMethodType() == null
                && (type.endsWith("Config") ? method.matches("custom|from|ofDefaults") : row(type, method) != null);
    }

    /** The simple name of a type of resilience4j that code names; empty for other code. */
    String type(J named) {
        String name = CodeCounterparts.text(named);
        if (name.startsWith(JavaMove.PACKAGE)) {
            return name.matches("[a-z0-9_.]+\\.[A-Z]\\w*") ? simple(name) : "";
        } else if (!(named instanceof J.Identifier identifier)
                || !name.matches("[A-Z]\\w*")
                || variables.containsKey(name)) {
            return "";
        } else if (identifier.getType() instanceof JavaType.FullyQualified known
                && !(known instanceof JavaType.Unknown)) {
            return known.getFullyQualifiedName().startsWith(JavaMove.PACKAGE) ? name : "";
        }
        for (J.Import imported : file.getImports()) {
            if (imported.getQualid().getSimpleName().equals(name)) {
                return imported.getTypeName().startsWith(JavaMove.PACKAGE) ? name : "";
            }
        }
        boolean wildcard = file.getImports().stream()
                .anyMatch(imported -> !imported.isStatic()
                        && imported.getQualid().getSimpleName().equals("*")
                        && imported.getTypeName().startsWith(JavaMove.PACKAGE));
        return wildcard && (INSTANCES.contains(name) || name.endsWith("Config") || name.endsWith("Registry"))
                ? name
                : "";
    }

    /** The row of a call that protects code; null for another call. */
    @Nullable
    Row row(J.MethodInvocation call) {
        String type = typeOf(call);
        if (!type.isEmpty()) {
            return row(type, call.getSimpleName());
        }
        JavaType.Method method = call.getMethodType();
        if (method != null && !(method.getDeclaringType() instanceof JavaType.Unknown)) {
            return row(declaring(method), call.getSimpleName());
        }
        return call.getSelect() == null ? null : row("", call.getSimpleName(), call.getSelect());
    }

    /** The row of a method of a type, or of what an expression stands for; null if there is none. */
    @Nullable
    Row row(String type, String method, Expression instance) {
        if (!type.isEmpty()) {
            return row(type, method);
        }
        JavaType.FullyQualified known = TypeUtils.asFullyQualified(instance.getType());
        if (known != null && !(known instanceof JavaType.Unknown)) {
            return known.getFullyQualifiedName().startsWith(JavaMove.PACKAGE)
                    ? row(known.getClassName(), method)
                    : null;
        }
        String text = CodeCounterparts.text(instance);
        String declared = variables.get(text.substring(text.lastIndexOf('.') + 1));
        if (declared == null || declared.equals("var")) {
            return MappingTable.get()
                    .find(MappingTable.RESILIENCE4J, "method", ANY + method)
                    .orElseGet(() -> row("TimeLimiter", method));
        }
        boolean ours = file.getImports().stream()
                .anyMatch(imported -> imported.getTypeName().equals(declared)
                        || (imported.getQualid().getSimpleName().equals(declared)
                                && !imported.getTypeName().startsWith(JavaMove.PACKAGE)));
        return ours ? null : row(simple(declared), method);
    }

    private static @Nullable Row row(String type, String method) {
        return INSTANCES.contains(type) && method.matches(PROTECTING)
                ? MappingTable.get()
                        .find(MappingTable.RESILIENCE4J, "method", type + "." + method)
                        .or(() -> MappingTable.get().find(MappingTable.RESILIENCE4J, "method", ANY + method))
                        .orElse(null)
                : null;
    }

    /** Whether an argument before the code is the number of permits. */
    boolean isOfPermits(J.MethodInvocation call, Expression argument) {
        String type = declaring(call.getMethodType());
        String text = CodeCounterparts.text(argument);
        String declared = variables.getOrDefault(text, "");
        return (type.isEmpty() || type.equals("RateLimiter"))
                && !declared.contains("Executor")
                && (text.matches("[\\d_]+")
                        || argument instanceof J.Lambda
                        || declared.matches("int|Integer|(\\w+\\.)*Function")
                        || type.equals("RateLimiter"));
    }

    /** Whether an expression is a map, such as one of tags. */
    boolean isMap(Expression expression) {
        return is(expression, "Map", "java.util.Map");
    }

    /** Whether an expression is a supplier of what is meant. */
    boolean isSupplier(Expression expression) {
        return is(expression, "Supplier", "java.util.function.Supplier");
    }

    private boolean is(Expression expression, String simple, String full) {
        String text = CodeCounterparts.text(expression);
        String declared = variables.getOrDefault(text.substring(text.lastIndexOf('.') + 1), "");
        return simple(declared).equals(simple)
                || text.startsWith(simple + ".of(")
                || TypeUtils.isAssignableTo(full, expression.getType());
    }

    private static String declaring(JavaType.@Nullable Method method) {
        String name = method == null ? "" : method.getDeclaringType().getFullyQualifiedName();
        return name.startsWith(JavaMove.PACKAGE) ? simple(name) : "";
    }

    private static String simple(String name) {
        return name.substring(name.lastIndexOf('.') + 1);
    }
}
