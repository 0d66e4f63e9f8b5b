package io.netrun.resilience.rewrite;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.openrewrite.java.JavaIsoVisitor;
import org.openrewrite.java.tree.Expression;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.JavaSourceFile;
import org.openrewrite.java.tree.JavaType;
import org.openrewrite.java.tree.TypeUtils;

/**
 * The annotations of the sources that have one of Spring's as a meta-annotation, so that they work like it.
 *
 * @param types the classes, by their simple names
 * @param constants what constants are
 */
record ComposedAnnotations(Map<String, List<Uses.Source>> types, Constants constants) {

    private static final int DEPTH = 4;

    /** Whether one of some annotations is that of a name, or is composed of it. */
    boolean isAny(List<J.Annotation> annotations, String name, JavaSourceFile file) {
        return annotations.stream()
                .anyMatch(annotation -> Trees.typeName(annotation, file).equals(name) || isOf(annotation, name, file));
    }

    /** The full names of annotations in a file that are composed of one of some, as far as their types have them. */
    static Set<String> typed(JavaSourceFile file, Collection<String> names) {
        Set<String> typed = new TreeSet<>();
        new JavaIsoVisitor<Integer>() {
            @Override
            public J.Annotation visitAnnotation(J.Annotation annotation, Integer p) {
                JavaType.FullyQualified type = TypeUtils.asFullyQualified(annotation.getType());
                if (type != null
                        && !names.contains(type.getFullyQualifiedName())
                        && isTyped(type, names::contains, DEPTH)) {
                    typed.add(type.getFullyQualifiedName());
                }
                return annotation;
            }
        }.visit(file, 0);
        return typed;
    }

    private static boolean isTyped(JavaType.FullyQualified type, Predicate<String> condition, int depth) {
        return depth > 0
                && type.getAnnotations().stream()
                        .anyMatch(meta ->
                                condition.test(meta.getFullyQualifiedName()) || isTyped(meta, condition, depth - 1));
    }

    /** Whether an annotation is declared in the sources. */
    boolean isDeclared(String fullName) {
        String simple = fullName.substring(Math.max(fullName.lastIndexOf('.'), fullName.lastIndexOf('$')) + 1);
        return types.getOrDefault(simple, List.of()).stream()
                .anyMatch(source -> source.declaration().getKind() == J.ClassDeclaration.Kind.Type.Annotation);
    }

    /** Whether an annotation, or one of its meta-annotations, has a name that fulfils a condition. */
    boolean isComposed(J.Annotation annotation, JavaSourceFile file, Predicate<String> condition) {
        return isComposed(annotation, file, condition, DEPTH);
    }

    private boolean isComposed(J.Annotation annotation, JavaSourceFile file, Predicate<String> condition, int depth) {
        JavaType.FullyQualified type = TypeUtils.asFullyQualified(annotation.getType());
        return condition.test(Trees.typeName(annotation, file))
                || (type != null && isTyped(type, condition, depth))
                || (depth > 0
                        && sources(annotation, file).stream()
                                .anyMatch(source -> source.declaration().getLeadingAnnotations().stream()
                                        .anyMatch(meta -> isComposed(meta, source.file(), condition, depth - 1))));
    }

    /** Whether an annotation is composed of the one of a name, which is moved. */
    boolean isOf(J.Annotation annotation, String name, JavaSourceFile file) {
        return base(annotation, name, file) != null;
    }

    /** Whether a file has an annotation, or a meta-annotation of one, whose name fulfils a condition. */
    boolean isAnyComposed(JavaSourceFile file, Predicate<String> condition) {
        boolean[] found = new boolean[1];
        new JavaIsoVisitor<Integer>() {
            @Override
            public J.Annotation visitAnnotation(J.Annotation annotation, Integer p) {
                found[0] |= isComposed(annotation, file, condition);
                return annotation;
            }
        }.visit(file, 0);
        return found[0];
    }

    /** Whether a file has an annotation that is composed of one of some names. */
    boolean areIn(JavaSourceFile file, List<String> names) {
        boolean[] found = new boolean[1];
        new JavaIsoVisitor<Integer>() {
            @Override
            public J.Annotation visitAnnotation(J.Annotation annotation, Integer p) {
                found[0] |= names.stream().anyMatch(name -> isOf(annotation, name, file));
                return annotation;
            }
        }.visit(file, 0);
        return found[0];
    }

    /** The annotation of a name of which another one is composed, or null. */
    J.@Nullable Annotation base(J.Annotation annotation, String name, JavaSourceFile file) {
        return base(annotation, name, file, DEPTH);
    }

    private J.@Nullable Annotation base(J.Annotation annotation, String name, JavaSourceFile file, int depth) {
        for (Uses.Source source : depth == 0 ? List.<Uses.Source>of() : sources(annotation, file)) {
            for (J.Annotation meta : source.declaration().getLeadingAnnotations()) {
                boolean same = Trees.typeName(meta, source.file()).equals(name);
                J.Annotation base = same ? meta : base(meta, name, source.file(), depth - 1);
                if (base != null && SpringAnnotations.isMovable(name, Trees.arguments(base))) {
                    return base;
                }
            }
        }
        return null;
    }

    /** The name of the recovery method that a composed annotation names; empty if it names none. */
    String recover(J.Annotation annotation, JavaSourceFile file) {
        return recover(annotation, file, DEPTH);
    }

    private String recover(J.Annotation annotation, JavaSourceFile file, int depth) {
        Map<String, Expression> arguments = Trees.arguments(annotation);
        if (Trees.typeName(annotation, file).startsWith(SpringAnnotations.RETRY)) {
            String name = text(arguments.get("recover"), file);
            return name == null ? "" : name;
        }
        for (Uses.Source source : depth == 0 ? List.<Uses.Source>of() : sources(annotation, file)) {
            for (J.MethodDeclaration attribute : FailureArguments.methods(source.declaration())) {
                String name = isOfRecover(attribute) ? text(arguments.get(attribute.getSimpleName()), file) : null;
                if (name != null && !name.isEmpty()) {
                    return name;
                }
            }
            for (J.Annotation meta : source.declaration().getLeadingAnnotations()) {
                String name = recover(meta, source.file(), depth - 1);
                if (!name.isEmpty()) {
                    return name;
                }
            }
        }
        return "";
    }

    private @Nullable String text(@Nullable Expression expression, JavaSourceFile file) {
        return expression == null ? null : constants.text(expression, new Constants.Scope(file, ""));
    }

    /** Whether an attribute is an alias of the one that names the recovery method. */
    private static boolean isOfRecover(J.MethodDeclaration attribute) {
        return attribute.getLeadingAnnotations().stream()
                .filter(annotation -> annotation.getSimpleName().equals("AliasFor"))
                .map(Trees::arguments)
                .anyMatch(alias -> {
                    Expression named = alias.getOrDefault("attribute", alias.get("value"));
                    String name = named == null ? attribute.getSimpleName() : Trees.text(named);
                    return alias.containsKey("annotation") && "recover".equals(name);
                });
    }

    /** The declarations that an annotation may have; several where annotations of one simple name are not known. */
    List<Uses.Source> sources(J.Annotation annotation, JavaSourceFile file) {
        String type = Trees.typeName(annotation, file);
        List<Uses.Source> all = new ArrayList<>();
        for (Uses.Source source : types.getOrDefault(annotation.getSimpleName(), List.of())) {
            boolean other = type.contains(".")
                    && source.declaration().getType() != null
                    && !source.declaration()
                            .getType()
                            .getFullyQualifiedName()
                            .replace('$', '.')
                            .equals(type.replace('$', '.'));
            if (source.declaration().getKind() == J.ClassDeclaration.Kind.Type.Annotation && !other) {
                all.add(source);
            }
        }
        return all;
    }
}
