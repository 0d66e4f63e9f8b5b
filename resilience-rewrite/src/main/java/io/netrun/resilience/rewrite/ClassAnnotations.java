package io.netrun.resilience.rewrite;

import io.netrun.resilience.spring.mapping.BlockTranslator.Left;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.openrewrite.java.JavaIsoVisitor;
import org.openrewrite.java.tree.J;

/** What annotations of a class cover there and not here, or here and not there. */
final class ClassAnnotations {

    private ClassAnnotations() {}

    /** Lists methods that an annotation of their class does not cover here. */
    static void list(J.ClassDeclaration declaration, J.Annotation annotation, Consumer<Left> left) {
        String name = annotation.getSimpleName();
        list(declaration, annotation, own -> own.getSimpleName().equals(name), left);
    }

    /**
     * Lists methods that an annotation of their class does not cover here.
     *
     * @param isOwn whether an annotation of a method replaces the one of the class
     */
    static void list(
            J.ClassDeclaration declaration,
            J.Annotation annotation,
            Predicate<J.Annotation> isOwn,
            Consumer<Left> left) {
        Set<String> fallbacks = fallbacks(declaration);
        List<String> methods = FailureArguments.methods(declaration).stream()
                .filter(method -> isProxied(method) && !method.hasModifier(J.Modifier.Type.Public))
                .filter(method -> method.getLeadingAnnotations().stream()
                        .noneMatch(own -> own.getSimpleName().equals("Recover") || isOwn.test(own)))
                .map(J.MethodDeclaration::getSimpleName)
                .filter(name -> !fallbacks.contains(name))
                .distinct()
                .toList();
        if (declaration.getKind() == J.ClassDeclaration.Kind.Type.Class && !methods.isEmpty()) {
            left.accept(new Left(
                    what(declaration, annotation),
                    "There, it is for all methods that a proxy of the class can have; here, for the public ones. These"
                            + " are not public: " + String.join(", ", methods)
                            + ". Put the annotation on each that other beans call."));
        }
    }

    /** The names of fallback methods, which are called without a proxy. */
    static Set<String> fallbacks(J.ClassDeclaration declaration) {
        Set<String> names = new HashSet<>();
        new JavaIsoVisitor<Integer>() {
            @Override
            public J.Annotation visitAnnotation(J.Annotation annotation, Integer p) {
                String name = Trees.text(Trees.arguments(annotation).get("fallbackMethod"));
                if (name != null) {
                    names.add(name);
                }
                return annotation;
            }
        }.visit(declaration, 0);
        return names;
    }

    /** Lists a class above one with an annotation, whose methods the annotation does not cover there. */
    static void listInherited(J.ClassDeclaration declaration, J.Annotation annotation, Consumer<Left> left) {
        if (declaration.getExtends() != null) {
            left.accept(new Left(
                    what(declaration, annotation),
                    "There, it is for the methods that the class itself has; here, also for the public ones that it"
                            + " inherits from " + declaration.getExtends()
                            + ". Put the annotation on the methods instead, if these are not to have it."));
        }
    }

    private static String what(J.ClassDeclaration declaration, J.Annotation annotation) {
        return "@" + annotation.getSimpleName() + " at " + declaration.getSimpleName();
    }

    private static boolean isProxied(J.MethodDeclaration method) {
        return !method.isConstructor()
                && !method.hasModifier(J.Modifier.Type.Private)
                && !method.hasModifier(J.Modifier.Type.Static)
                && !method.hasModifier(J.Modifier.Type.Final);
    }
}
