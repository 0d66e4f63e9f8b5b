package io.netrun.resilience.rewrite;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.openrewrite.java.JavaIsoVisitor;
import org.openrewrite.java.JavaVisitor;
import org.openrewrite.java.marker.JavaSourceSet;
import org.openrewrite.java.tree.Expression;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.JavaSourceFile;
import org.openrewrite.java.tree.JavaType;
import org.openrewrite.java.tree.TypeTree;
import org.openrewrite.java.tree.TypeUtils;

/**
 * The names of the classes of all sources. Where the simple name of a type that is to be written has another meaning in
 * a file already, the type gets its full name there.
 */
final class TypeNames {

    private final Set<String> names = new HashSet<>();

    /** Adds the classes of a file. */
    void scan(JavaSourceFile file) {
        new JavaIsoVisitor<String>() {
            @Override
            public J.ClassDeclaration visitClassDeclaration(J.ClassDeclaration declaration, String outer) {
                String name = outer + declaration.getSimpleName();
                names.add(name);
                return super.visitClassDeclaration(declaration, name + ".");
            }
        }.visit(file, prefix(file));
    }

    /** The package of a file with the point behind it; empty for none. */
    static String prefix(JavaSourceFile file) {
        return file.getPackageDeclaration() == null
                ? ""
                : file.getPackageDeclaration().getPackageName() + ".";
    }

    /**
     * Whether the simple name of a type means another one in a file, or would no longer mean it with an import.
     *
     * @param type the full name of a type that is to be written
     * @param formers the full names of the types that it replaces
     */
    boolean isTaken(JavaSourceFile file, String type, Collection<String> formers) {
        String simple = simple(type);
        List<J.Import> same = file.getImports().stream()
                .filter(imported -> imported.getQualid().getSimpleName().equals(simple))
                .toList();
        if (isImported(file, type)) {
            return false;
        } else if (same.stream().anyMatch(imported -> formers.contains(imported.getTypeName()))) {
            return isStillAnnotated(file, formers); // it has the scope of the one that it replaces
        }
        return !same.isEmpty()
                || isKnown(file, prefix(file) + simple)
                || isDeclared(file, simple)
                || isInherited(file, simple)
                || isNamed(file, type, formers);
    }

    /** Whether a file imports a type by its name. */
    static boolean isImported(JavaSourceFile file, String type) {
        return file.getImports().stream()
                .anyMatch(imported ->
                        !imported.isStatic() && imported.getTypeName().equals(type));
    }

    private static String simple(String type) {
        return type.substring(type.lastIndexOf('.') + 1);
    }

    private boolean isKnown(JavaSourceFile file, String name) {
        return names.contains(name)
                || file.getMarkers()
                        .findFirst(JavaSourceSet.class)
                        .map(sources -> sources.getClasspath().stream()
                                .anyMatch(type -> type.getFullyQualifiedName()
                                        .replace('$', '.')
                                        .equals(name)))
                        .orElse(false);
    }

    private static boolean isStillAnnotated(JavaSourceFile file, Collection<String> formers) {
        boolean[] found = {false};
        new JavaIsoVisitor<Integer>() {
            @Override
            public J.Annotation visitAnnotation(J.Annotation annotation, Integer p) {
                found[0] |= formers.contains(Trees.typeName(annotation, file))
                        && annotation.getAnnotationType() instanceof J.Identifier;
                return super.visitAnnotation(annotation, p);
            }
        }.visit(file, 0);
        return found[0];
    }

    /** Whether a class or a type parameter of a file has a name. */
    private static boolean isDeclared(JavaSourceFile file, String simple) {
        boolean[] found = {false};
        new JavaIsoVisitor<Integer>() {
            @Override
            public J.ClassDeclaration visitClassDeclaration(J.ClassDeclaration declaration, Integer p) {
                found[0] |= declaration.getSimpleName().equals(simple);
                return super.visitClassDeclaration(declaration, p);
            }

            @Override
            public J.TypeParameter visitTypeParameter(J.TypeParameter parameter, Integer p) {
                found[0] |= parameter.getName().toString().equals(simple);
                return super.visitTypeParameter(parameter, p);
            }
        }.visit(file, 0);
        return found[0];
    }

    /** Whether a class of a file inherits a class with a name. */
    private boolean isInherited(JavaSourceFile file, String simple) {
        Set<String> above = new HashSet<>();
        new JavaIsoVisitor<Integer>() {
            @Override
            public J.ClassDeclaration visitClassDeclaration(J.ClassDeclaration declaration, Integer p) {
                addAbove(declaration.getType(), above);
                return super.visitClassDeclaration(declaration, p);
            }
        }.visit(file, 0);
        return above.stream().anyMatch(type -> isKnown(file, type + "." + simple));
    }

    private static void addAbove(JavaType.@Nullable FullyQualified type, Set<String> above) {
        if (type == null || type instanceof JavaType.Unknown) {
            return;
        }
        List<JavaType.FullyQualified> next = new ArrayList<>(type.getInterfaces());
        if (type.getSupertype() != null) {
            next.add(type.getSupertype());
        }
        for (JavaType.FullyQualified each : next) {
            if (above.add(each.getFullyQualifiedName().replace('$', '.'))) {
                addAbove(each, above);
            }
        }
    }

    /** Whether other code of a file has the simple name for another type, such as one of a package that it imports. */
    private static boolean isNamed(JavaSourceFile file, String type, Collection<String> formers) {
        boolean packages = file.getImports().stream()
                .filter(imported -> imported.getQualid().getSimpleName().equals("*"))
                .map(imported -> imported.getPackageName() + "." + simple(type))
                .anyMatch(name -> !formers.contains(name));
        boolean[] found = {false};
        new SimpleNames() {
            @Override
            J named(J.Identifier identifier) {
                JavaType.FullyQualified meant = TypeUtils.asFullyQualified(identifier.getType());
                boolean known = meant != null && !(meant instanceof JavaType.Unknown);
                if (identifier.getSimpleName().equals(simple(type))) {
                    String name = meant == null ? "" : meant.getFullyQualifiedName();
                    found[0] |= known ? !name.equals(type) && !formers.contains(name) : packages;
                }
                return identifier;
            }
        }.visit(file, 0);
        return found[0];
    }

    /** A file in which types have their full names, and no imports. */
    JavaSourceFile qualified(JavaSourceFile file, Set<String> types) {
        if (types.isEmpty()) {
            return file;
        }
        J changed = new SimpleNames() {
            @Override
            J named(J.Identifier identifier) {
                JavaType.FullyQualified type = TypeUtils.asFullyQualified(identifier.getType());
                String name = type == null ? "" : type.getFullyQualifiedName();
                return types.contains(name) && simple(name).equals(identifier.getSimpleName())
                        ? TypeTree.<J.FieldAccess>build(name).withPrefix(identifier.getPrefix())
                        : identifier;
            }
        }.visitNonNull(file, 0);
        JavaSourceFile result = changed instanceof JavaSourceFile source ? source : file;
        List<J.Import> imports = Trees.without(
                result.getImports(), imported -> !imported.isStatic() && types.contains(imported.getTypeName()));
        return imports.size() == result.getImports().size() ? result : result.withImports(imports);
    }

    /** The full names of the types that a file names by their simple names. */
    static Set<String> named(JavaSourceFile file) {
        Set<String> named = new HashSet<>();
        new SimpleNames() {
            @Override
            J named(J.Identifier identifier) {
                JavaType.FullyQualified type = TypeUtils.asFullyQualified(identifier.getType());
                if (type != null && type.getClassName().equals(identifier.getSimpleName())) {
                    named.add(type.getFullyQualifiedName());
                }
                return identifier;
            }
        }.visit(file, 0);
        return named;
    }

    /** A file that has the simple name of a type that it imports wherever its full name stands. */
    static JavaSourceFile shortened(JavaSourceFile file, String type) {
        if (!isImported(file, type)) {
            return file;
        }
        return (JavaSourceFile)
                new SimpleNames() {
                    @Override
                    public J visitFieldAccess(J.FieldAccess access, Integer p) {
                        return access.toString().equals(type)
                                ? Trees.identifier(simple(type), JavaType.ShallowClass.build(type))
                                        .withPrefix(access.getPrefix())
                                : super.visitFieldAccess(access, p);
                    }

                    @Override
                    J named(J.Identifier identifier) {
                        return identifier;
                    }
                }.visitNonNull(file, 0);
    }

    /** Visits the names of types that stand alone, without a package or a class before them. */
    private abstract static class SimpleNames extends JavaVisitor<Integer> {

        abstract J named(J.Identifier identifier);

        @Override
        public J visitImport(J.Import imported, Integer p) {
            return imported;
        }

        @Override
        public J visitPackage(J.Package declaration, Integer p) {
            return declaration;
        }

        @Override
        public J visitFieldAccess(J.FieldAccess access, Integer p) {
            return access.withTarget((Expression) visitNonNull(access.getTarget(), p));
        }

        @Override
        public J visitIdentifier(J.Identifier identifier, Integer p) {
            return identifier.getFieldType() == null ? named(identifier) : identifier;
        }
    }
}
