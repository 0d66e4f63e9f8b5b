package io.netrun.resilience.rewrite;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.openrewrite.java.JavaIsoVisitor;
import org.openrewrite.java.tree.Expression;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.JavaSourceFile;

/**
 * The constants of all sources, by the simple names of their classes, as far as texts and numbers make them up; and the
 * names of the classes.
 */
final class Constants {

    private static final int DEPTH = 8;

    private final Map<String, List<Constant>> constants = new HashMap<>();

    private final TypeNames types = new TypeNames();

    /** The names of the classes. */
    TypeNames types() {
        return types;
    }

    /** Adds those of a file. */
    void scan(JavaSourceFile file) {
        types.scan(file);
        new JavaIsoVisitor<Integer>() {
            @Override
            public J.MethodDeclaration visitMethodDeclaration(J.MethodDeclaration method, Integer p) {
                return method;
            }

            @Override
            public J.VariableDeclarations visitVariableDeclarations(J.VariableDeclarations variables, Integer p) {
                J.ClassDeclaration owner = getCursor().firstEnclosing(J.ClassDeclaration.class);
                if (owner != null && isConstant(variables, owner)) {
                    variables.getVariables().forEach(variable -> add(file, owner.getSimpleName(), variable));
                }
                return super.visitVariableDeclarations(variables, p);
            }
        }.visit(file, 0);
    }

    private static boolean isConstant(J.VariableDeclarations variables, J.ClassDeclaration owner) {
        return variables.hasModifier(J.Modifier.Type.Final)
                || owner.getKind() == J.ClassDeclaration.Kind.Type.Interface
                || owner.getKind() == J.ClassDeclaration.Kind.Type.Annotation;
    }

    private void add(JavaSourceFile file, String type, J.VariableDeclarations.NamedVariable variable) {
        Expression value = variable.getInitializer();
        if (value != null) {
            constants
                    .computeIfAbsent(type + "." + variable.getSimpleName(), name -> new ArrayList<>())
                    .add(new Constant(new Scope(file, type), value));
        }
    }

    /** The value that an expression has, or null if it is not known. */
    @Nullable
    Object value(Expression expression, Scope scope) {
        return value(expression, scope, DEPTH);
    }

    /** The text that an expression has, or null if it is not known. */
    @Nullable
    String text(Expression expression, Scope scope) {
        Object value = value(expression, scope, DEPTH);
        return value == null ? null : value.toString();
    }

    private @Nullable Object value(Expression expression, Scope scope, int depth) {
        if (depth == 0) {
            return null;
        } else if (expression instanceof J.Literal literal) {
            return literal.getValue();
        } else if (expression instanceof J.Parentheses<?> parentheses
                && parentheses.getTree() instanceof Expression inner) {
            return value(inner, scope, depth);
        } else if (expression instanceof J.Binary binary) {
            Object left = value(binary.getLeft(), scope, depth);
            Object right = value(binary.getRight(), scope, depth);
            boolean text = left instanceof String || right instanceof String;
            if (left == null || right == null) {
                return null;
            } else if (text) {
                return binary.getOperator() == J.Binary.Type.Addition ? left.toString() + right : null;
            }
            return left instanceof Number first && right instanceof Number second
                    ? Arithmetic.of(binary.getOperator(), first, second)
                    : null;
        } else if (expression instanceof J.Unary unary && unary.getOperator() == J.Unary.Type.Negative) {
            return value(unary.getExpression(), scope, depth) instanceof Number number
                    ? Arithmetic.of(J.Binary.Type.Subtraction, 0, number)
                    : null;
        } else if (expression instanceof J.TypeCast cast
                && value(cast.getExpression(), scope, depth) instanceof Number number) {
            return Arithmetic.as(cast.getClazz().getTree().toString(), number);
        } else if (expression instanceof J.Identifier name) {
            return ofName(name.getSimpleName(), scope, depth);
        } else if (expression instanceof J.FieldAccess access) {
            String type = access.getTarget().toString();
            return of(type.substring(type.lastIndexOf('.') + 1) + "." + access.getSimpleName(), depth);
        }
        return null;
    }

    private @Nullable Object ofName(String name, Scope scope, int depth) {
        List<String> types = new ArrayList<>();
        types.add(scope.type());
        for (J.Import imported : scope.file().getImports()) {
            String simple = imported.getQualid().getSimpleName();
            if (imported.isStatic() && (simple.equals(name) || simple.equals("*"))) {
                String type = imported.getTypeName().replace('$', '.');
                types.add(type.substring(type.lastIndexOf('.') + 1));
            }
        }
        new JavaIsoVisitor<Integer>() {
            @Override
            public J.ClassDeclaration visitClassDeclaration(J.ClassDeclaration declaration, Integer p) {
                types.add(declaration.getSimpleName());
                return super.visitClassDeclaration(declaration, p);
            }
        }.visit(scope.file(), 0);
        return types.stream()
                .map(type -> of(type + "." + name, depth))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    /** The value of a constant, if all classes of that name have the same one. */
    private @Nullable Object of(String key, int depth) {
        List<Object> values = new ArrayList<>();
        Number ofJava = Arithmetic.LIMITS.get(key);
        if (ofJava != null) {
            return ofJava;
        }
        for (Constant constant : constants.getOrDefault(key, List.of())) {
            Object value = value(constant.value(), constant.scope(), depth - 1);
            if (value == null) {
                return null;
            }
            values.add(value);
        }
        return values.stream().distinct().count() == 1 ? values.get(0) : null;
    }

    /**
     * Where an expression stands.
     *
     * @param file its file
     * @param type the simple name of its class
     */
    record Scope(JavaSourceFile file, String type) {}

    private record Constant(Scope scope, Expression value) {}
}
