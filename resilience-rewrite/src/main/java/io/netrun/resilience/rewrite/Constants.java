package io.netrun.resilience.rewrite;

import io.netrun.resilience.spring.mapping.Names;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.openrewrite.Cursor;
import org.openrewrite.java.JavaIsoVisitor;
import org.openrewrite.java.tree.Expression;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.JavaSourceFile;
import org.openrewrite.java.tree.JavaType;
import org.openrewrite.java.tree.TypeUtils;

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
                    String name = owner(getCursor(), file);
                    variables.getVariables().forEach(variable -> add(file, name, variable));
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

    private void add(JavaSourceFile file, String owner, J.VariableDeclarations.NamedVariable variable) {
        Expression value = variable.getInitializer();
        if (value != null) {
            String type = owner.substring(owner.lastIndexOf('.') + 1);
            constants
                    .computeIfAbsent(type + "." + variable.getSimpleName(), name -> new ArrayList<>())
                    .add(new Constant(new Scope(file, type), owner, value));
        }
    }

    /** The full name of the class at a cursor. */
    private static String owner(Cursor cursor, JavaSourceFile file) {
        List<String> names = new ArrayList<>();
        cursor.getPathAsStream(J.ClassDeclaration.class::isInstance)
                .forEach(declaration -> names.add(0, ((J.ClassDeclaration) declaration).getSimpleName()));
        return TypeNames.prefix(file) + String.join(".", names);
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
            return of(
                    type.substring(type.lastIndexOf('.') + 1) + "." + access.getSimpleName(),
                    owners(access.getTarget(), scope.file()),
                    scope,
                    depth);
        }
        return null;
    }

    /** The full names that a class may have, the nearest first. */
    private static List<String> owners(Expression named, JavaSourceFile file) {
        List<String> owners = new ArrayList<>();
        JavaType.FullyQualified known = TypeUtils.asFullyQualified(named.getType());
        if (known != null && !(known instanceof JavaType.Unknown)) {
            owners.add(known.getFullyQualifiedName().replace('$', '.'));
        }
        String written = named.toString();
        String first = written.split("\\.", 2)[0];
        List<String> packages = new ArrayList<>();
        for (J.Import imported : file.getImports()) {
            String simple = imported.getQualid().getSimpleName();
            if (!imported.isStatic() && simple.equals(first)) {
                owners.add(imported.getTypeName().replace('$', '.') + written.substring(first.length()));
            } else if (!imported.isStatic() && simple.equals("*")) {
                packages.add(imported.getPackageName() + "." + written);
            }
        }
        owners.add(TypeNames.prefix(file) + written);
        owners.addAll(packages);
        owners.add(written);
        return owners;
    }

    private @Nullable Object ofName(String name, Scope scope, int depth) {
        List<String> types = new ArrayList<>();
        List<String> owners = new ArrayList<>();
        types.add(scope.type());
        for (J.Import imported : scope.file().getImports()) {
            String simple = imported.getQualid().getSimpleName();
            if (imported.isStatic() && (simple.equals(name) || simple.equals("*"))) {
                String type = imported.getTypeName().replace('$', '.');
                owners.add(type);
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
                .map(type -> of(type + "." + name, owners, scope, depth))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    /**
     * The value of a constant, if all classes that may be meant have the same one.
     *
     * @param key the simple name of its class and its own
     * @param owners the full names that its class may have, the nearest first
     * @param scope where it is named
     */
    private @Nullable Object of(String key, List<String> owners, Scope scope, int depth) {
        List<Object> values = new ArrayList<>();
        Number ofJava = Arithmetic.LIMITS.get(key);
        if (ofJava != null) {
            return ofJava;
        }
        for (Constant constant : meant(constants.getOrDefault(key, List.of()), owners, scope)) {
            Object value = value(constant.value(), constant.scope(), depth - 1);
            if (value == null) {
                return null;
            }
            values.add(value);
        }
        return values.stream().distinct().count() == 1 ? values.get(0) : null;
    }

    /** The constants that are meant where one is named: those of a class in the file, of its name, or of its module. */
    private static List<Constant> meant(List<Constant> all, List<String> owners, Scope scope) {
        String path = SettingsMove.path(scope.file());
        List<Predicate<Constant>> nearest = new ArrayList<>();
        owners.forEach(owner -> nearest.add(constant -> constant.owner().equals(owner)));
        nearest.add(constant -> SettingsMove.path(constant.scope().file()).equals(path));
        List<Constant> meant = all;
        for (Predicate<Constant> near : nearest) {
            List<Constant> nearer = meant.stream().filter(near).toList();
            if (!nearer.isEmpty()) {
                meant = nearer;
                break;
            }
        }
        String module = Names.module(path);
        List<Constant> own = meant.stream()
                .filter(constant ->
                        Names.module(SettingsMove.path(constant.scope().file())).equals(module))
                .toList();
        return own.isEmpty() ? meant : own;
    }

    /**
     * Where an expression stands.
     *
     * @param file its file
     * @param type the simple name of its class
     */
    record Scope(JavaSourceFile file, String type) {}

    /**
     * A constant.
     *
     * @param scope where its value stands
     * @param owner the full name of its class
     */
    private record Constant(Scope scope, String owner, Expression value) {}
}
