package io.netrun.resilience.rewrite;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.openrewrite.Cursor;
import org.openrewrite.java.JavaIsoVisitor;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.JavaSourceFile;
import org.openrewrite.java.tree.JavaType;
import org.openrewrite.java.tree.TypeTree;

/** What the classes of all sources are beneath, and which patterns of resilience4j they and their methods have. */
final class Hierarchy {

    /** Among the patterns of a class or method: one of its annotations has a fallback method. */
    private static final String FALLBACK = "fallback";

    private final Map<String, Type> types = new LinkedHashMap<>();

    /** Adds the classes of a file. */
    void scan(JavaSourceFile file) {
        new JavaIsoVisitor<Integer>() {
            @Override
            public J.ClassDeclaration visitClassDeclaration(J.ClassDeclaration declaration, Integer p) {
                add(declaration, file);
                return super.visitClassDeclaration(declaration, p);
            }

            @Override
            public J.NewClass visitNewClass(J.NewClass created, Integer p) {
                if (created.getBody() != null && created.getClazz() != null) {
                    String name = "a class within " + SettingsMove.path(file);
                    Type type = new Type(name, Set.of(resolved(created.getClazz(), file)), false, Set.of());
                    created.getBody().getStatements().forEach(statement -> {
                        if (statement instanceof J.MethodDeclaration method) {
                            type.methods().put(signature(method), patterns(method.getLeadingAnnotations(), file));
                        }
                    });
                    types.put(name + created.getId(), type);
                }
                return super.visitNewClass(created, p);
            }

            @Override
            public J.Lambda visitLambda(J.Lambda lambda, Integer p) {
                addLambda(typeOf(lambda.getType(), getCursor(), file), lambda.getId(), file);
                return super.visitLambda(lambda, p);
            }

            @Override
            public J.MemberReference visitMemberReference(J.MemberReference reference, Integer p) {
                addLambda(typeOf(reference.getType(), getCursor(), file), reference.getId(), file);
                return super.visitMemberReference(reference, p);
            }
        }.visit(file, 0);
    }

    private void addLambda(@Nullable String implemented, UUID id, JavaSourceFile file) {
        if (implemented != null) {
            String name = "a lambda within " + SettingsMove.path(file);
            types.put(name + id, new Type(name, Set.of(implemented), false, Set.of(), Map.of(), true));
        }
    }

    /** The interface of a lambda: its type, or where that is not known, what it is returned or assigned as. */
    private static @Nullable String typeOf(@Nullable JavaType type, Cursor cursor, JavaSourceFile file) {
        if (type instanceof JavaType.FullyQualified known && known(known)) {
            return full(known);
        }
        Object parent = cursor.getParentTreeCursor().getValue();
        TypeTree named = null;
        if (parent instanceof J.Return) {
            J.MethodDeclaration method = cursor.firstEnclosing(J.MethodDeclaration.class);
            named = method == null ? null : method.getReturnTypeExpression();
        } else if (parent instanceof J.VariableDeclarations.NamedVariable) {
            J.VariableDeclarations variables = cursor.firstEnclosing(J.VariableDeclarations.class);
            named = variables == null ? null : variables.getTypeExpression();
        }
        return named == null ? null : resolved(named, file);
    }

    private void add(J.ClassDeclaration declaration, JavaSourceFile file) {
        List<TypeTree> above = new ArrayList<>();
        if (declaration.getExtends() != null) {
            above.add(declaration.getExtends());
        }
        if (declaration.getImplements() != null) {
            above.addAll(declaration.getImplements());
        }
        String name = name(declaration, file);
        Type type = new Type(
                name,
                above.stream().map(each -> resolved(each, file)).collect(Collectors.toSet()),
                declaration.getKind() == J.ClassDeclaration.Kind.Type.Interface,
                patterns(declaration.getLeadingAnnotations(), file));
        for (J.MethodDeclaration method : FailureArguments.methods(declaration)) {
            type.methods().put(signature(method), patterns(method.getLeadingAnnotations(), file));
        }
        types.put(name, type);
    }

    private static Set<String> patterns(List<J.Annotation> annotations, JavaSourceFile file) {
        Set<String> patterns = new HashSet<>();
        for (J.Annotation annotation : annotations) {
            String pattern = ProtectedMethods.pattern(annotation, file);
            if (pattern != null) {
                patterns.add(pattern);
                if (ProtectedMethods.fallback(annotation) != null) {
                    patterns.add(FALLBACK);
                }
            }
        }
        return patterns;
    }

    /** The full name of a class. */
    static String name(J.ClassDeclaration declaration, JavaSourceFile file) {
        JavaType.FullyQualified type = declaration.getType();
        return known(type) ? full(type) : prefix(file) + declaration.getSimpleName();
    }

    private static String prefix(JavaSourceFile file) {
        return file.getPackageDeclaration() == null
                ? ""
                : file.getPackageDeclaration().getPackageName() + ".";
    }

    private static boolean known(JavaType.@Nullable FullyQualified type) {
        return type != null && !(type instanceof JavaType.Unknown);
    }

    private static String full(JavaType.@Nullable FullyQualified type) {
        return type == null ? "" : type.getFullyQualifiedName().replace('$', '.');
    }

    /** The full name of a type that a file names. */
    private static String resolved(TypeTree tree, JavaSourceFile file) {
        if (tree.getType() instanceof JavaType.FullyQualified type && known(type)) {
            return full(type);
        }
        String name = tree.toString().replaceAll("(?s)<.*>", "").strip();
        return file.getImports().stream()
                .map(J.Import::getTypeName)
                .filter(imported -> imported.endsWith("." + name))
                .findFirst()
                .orElse(name.contains(".") ? name : prefix(file) + name);
    }

    /** A method among those of a class and of the classes beneath it. */
    static String signature(J.MethodDeclaration method) {
        long parameters = method.getParameters().stream()
                .filter(J.VariableDeclarations.class::isInstance)
                .count();
        return method.getSimpleName() + "/" + parameters;
    }

    /** The classes beneath a class or an interface, without interfaces. */
    List<Type> beneath(String name) {
        Set<String> above = new HashSet<>(Set.of(name));
        Map<String, Type> found = new HashMap<>();
        boolean more = true;
        while (more) {
            more = false;
            for (Map.Entry<String, Type> each : types.entrySet()) {
                boolean isBeneath = each.getValue().above().stream().anyMatch(above::contains);
                if (isBeneath && found.put(each.getKey(), each.getValue()) == null) {
                    above.add(each.getKey());
                    more = true;
                }
            }
        }
        return found.values().stream().filter(type -> !type.isInterface()).toList();
    }

    /**
     * A class.
     *
     * @param name its full name
     * @param above the full names of what it extends and implements
     * @param isInterface whether it is an interface
     * @param patterns those of its annotations, and whether one has a fallback method
     * @param methods the patterns of the annotations of its methods, by their names and numbers of parameters
     * @param isLambda whether it is a lambda, which implements what is abstract
     */
    record Type(
            String name,
            Set<String> above,
            boolean isInterface,
            Set<String> patterns,
            Map<String, Set<String>> methods,
            boolean isLambda) {

        Type(String name, Set<String> above, boolean isInterface, Set<String> patterns) {
            this(name, above, isInterface, patterns, new HashMap<>(), false);
        }

        /** Whether it has a method of its own that has not an annotation of its own for a pattern. */
        boolean overrides(String method, String pattern) {
            Set<String> own = methods.get(method);
            return own != null && !own.contains(pattern);
        }

        /** Whether an annotation of its own for a pattern replaces one above it, and none of its own has a fallback. */
        boolean isWithoutFallback(String pattern) {
            return patterns.contains(pattern) && !patterns.contains(FALLBACK);
        }

        /** The same for a method of its own. */
        boolean isWithoutFallback(String method, String pattern) {
            Set<String> own = methods.getOrDefault(method, Set.of());
            return own.contains(pattern) && !own.contains(FALLBACK);
        }

        String simpleName() {
            return name.contains(" ") ? name : name.substring(name.lastIndexOf('.') + 1);
        }
    }
}
