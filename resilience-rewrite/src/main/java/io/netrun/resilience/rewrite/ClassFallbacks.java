package io.netrun.resilience.rewrite;

import io.netrun.resilience.spring.mapping.BlockTranslator.Left;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.openrewrite.java.JavaIsoVisitor;
import org.openrewrite.java.tree.Expression;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.JavaSourceFile;
import org.openrewrite.java.tree.TypeUtils;

/**
 * The fallback methods that the annotations of a class name, and the methods of the class that have them there.
 *
 * @param owner the class
 * @param file its file
 * @param hierarchy the classes of all sources
 */
record ClassFallbacks(J.ClassDeclaration owner, JavaSourceFile file, Hierarchy hierarchy) {

    /** The names of the fallback methods of some annotations. */
    static Set<String> names(List<J.Annotation> annotations, JavaSourceFile file) {
        return annotations.stream()
                .filter(annotation -> ProtectedMethods.pattern(annotation, file) != null)
                .map(annotation -> Trees.text(ProtectedMethods.fallback(annotation)))
                .filter(name -> name != null)
                .collect(Collectors.toSet());
    }

    /** The public methods of a class, for which its annotations are here; not its fallback methods. */
    static boolean isCovered(J.ClassDeclaration owner, J.MethodDeclaration method, String fallback) {
        boolean isPublic = method.hasModifier(J.Modifier.Type.Public)
                || (owner.getKind() == J.ClassDeclaration.Kind.Type.Interface
                        && !method.hasModifier(J.Modifier.Type.Private));
        return isPublic
                && !method.hasModifier(J.Modifier.Type.Static)
                && !method.isConstructor()
                && !method.getSimpleName().equals(fallback);
    }

    /**
     * Whether the fallback of a class is not for all of its methods, so that each that has it gets its own: it does not
     * fit all of them, or one has an annotation without a fallback, which replaces the one of the class.
     */
    boolean areSpread() {
        List<J.MethodDeclaration> methods = FailureArguments.methods(owner);
        return named().entrySet().stream().anyMatch(fallback -> {
            String name = Trees.text(fallback.getValue());
            return name != null
                    && methods.stream()
                            .filter(method -> isCovered(owner, method, name))
                            .anyMatch(method -> FallbackFit.isMissing(owner, method, name)
                                    || FailureArguments.isDifferent(method, name, methods)
                                    || isWithoutFallback(method, fallback.getKey()));
        });
    }

    /** The fallback methods that a class has for one of its methods, by their patterns. */
    Map<String, Expression> of(J.MethodDeclaration method) {
        Map<String, Expression> fitting = new LinkedHashMap<>();
        named().forEach((pattern, name) -> {
            String text = Trees.text(name);
            boolean fits = text != null
                    && isCovered(owner, method, text)
                    && !has(method, pattern)
                    && !FallbackFit.isMissing(owner, method, text);
            if (fits) {
                fitting.put(pattern, name);
            }
        });
        return fitting;
    }

    /** Lists those that were never called, those whose names are not known, and those with annotations of their own. */
    void list(Consumer<Left> left) {
        listInVain(left);
        listUnknown(left);
        listProtected(left);
    }

    /** Lists fallback methods of a class that none of its methods ever had. */
    private void listInVain(Consumer<Left> left) {
        List<J.MethodDeclaration> methods = FailureArguments.methods(owner);
        named().values().stream()
                .map(ProtectedMethods::name)
                .distinct()
                .filter(name -> methods.stream().anyMatch(method -> isCovered(owner, method, name)))
                .filter(name -> methods.stream()
                        .filter(method -> isCovered(owner, method, name))
                        .allMatch(method -> FallbackFit.isMissing(owner, method, name)))
                .forEach(name -> left.accept(new Left(
                        "fallbackMethod = " + name + ", at " + owner.getSimpleName(),
                        "No method of that name has the parameters of a public method of the class, all or"
                                + " none, with a failure behind them, and its result, so it was never called."
                                + " Correct it, and add @Fallback(method = \"" + name
                                + "\") to the methods that are to have it.")));
    }

    /** Lists methods that have no fallback there, where it is not known which method the one of their class is. */
    private void listUnknown(Consumer<Left> left) {
        named().forEach((pattern, fallback) -> {
            List<String> without = Trees.text(fallback) != null
                    ? List.of()
                    : FailureArguments.methods(owner).stream()
                            .filter(method -> isCovered(owner, method, "") && isWithoutFallback(method, pattern))
                            .map(J.MethodDeclaration::getSimpleName)
                            .distinct()
                            .toList();
            if (!without.isEmpty()) {
                left.accept(new Left(
                        "fallbackMethod = " + Trees.shown(fallback) + ", at " + owner.getSimpleName(),
                        "There, it is not for " + String.join(", ", without)
                                + ", whose own annotation has no fallback; here, it is. Move @Fallback to the"
                                + " methods that are to have it."));
            }
        });
    }

    /** resilience4j calls fallback methods through the proxy, so that annotations of their own count. */
    private void listProtected(Consumer<Left> left) {
        boolean ofClass = isProtected(owner.getLeadingAnnotations(), file);
        for (J.MethodDeclaration method : FailureArguments.methods(owner)) {
            boolean counts = isProtected(method.getLeadingAnnotations(), file)
                    || Trees.isAdvised(method)
                    || ofClass
                    || Trees.isAdvised(owner);
            boolean direct = method.hasModifier(J.Modifier.Type.Private) || method.hasModifier(J.Modifier.Type.Static);
            if (counts && !direct && isCalled(method)) {
                left.accept(new Left(
                        "fallbackMethod = " + method.getSimpleName(),
                        "There, it is called through the proxy, where its own annotations and those of its class"
                                + " have an effect. Here, it is called on the object itself, where they have"
                                + " none. If one is meant, move it to another bean, and name that as bean of"
                                + " @Fallback."));
            }
        }
    }

    /** Whether a method of a class, or of one beneath it in its file, names another one that fits as its fallback. */
    private boolean isCalled(J.MethodDeclaration fallback) {
        boolean[] called = {false};
        if (!FallbackFit.takesFailure(fallback)) {
            return false;
        }
        new JavaIsoVisitor<Integer>() {
            @Override
            public J.ClassDeclaration visitClassDeclaration(J.ClassDeclaration declaration, Integer p) {
                boolean same = declaration.getId().equals(owner.getId());
                boolean beneath = !same && TypeUtils.isAssignableTo(Hierarchy.name(owner, file), declaration.getType());
                if (same || beneath) {
                    Set<String> ofClass = names(declaration.getLeadingAnnotations(), file);
                    for (J.MethodDeclaration method : FailureArguments.methods(declaration)) {
                        Set<String> all = new HashSet<>(names(method.getLeadingAnnotations(), file));
                        all.addAll(isCovered(declaration, method, fallback.getSimpleName()) ? ofClass : Set.of());
                        called[0] |= all.contains(fallback.getSimpleName()) && FallbackFit.isCalled(fallback, method);
                    }
                }
                return super.visitClassDeclaration(declaration, p);
            }
        }.visit(file, 0);
        return called[0];
    }

    private static boolean isProtected(List<J.Annotation> annotations, JavaSourceFile file) {
        return annotations.stream().anyMatch(annotation -> ProtectedMethods.pattern(annotation, file) != null);
    }

    /** The fallback methods that the annotations of a class name, or those of an interface that count. */
    private Map<String, Expression> named() {
        Map<String, Expression> named = new LinkedHashMap<>();
        boolean isInterface = owner.getKind() == J.ClassDeclaration.Kind.Type.Interface;
        if (isInterface || owner.getKind() == J.ClassDeclaration.Kind.Type.Class) {
            Unreached unreached = new Unreached(hierarchy, file, left -> {});
            for (J.Annotation annotation : owner.getLeadingAnnotations()) {
                if (isInterface && unreached.isInVain(owner, annotation)) {
                    continue;
                }
                String pattern = ProtectedMethods.pattern(annotation, file);
                Expression name = pattern == null ? null : ProtectedMethods.fallback(annotation);
                if (pattern != null && name != null) {
                    named.put(pattern, name);
                }
            }
        }
        return named;
    }

    /** Whether a method has an annotation of its own for a pattern, which replaces the one of its class. */
    private boolean has(J.MethodDeclaration method, String pattern) {
        return method.getLeadingAnnotations().stream()
                .anyMatch(annotation -> pattern.equals(ProtectedMethods.pattern(annotation, file)));
    }

    /**
     * Whether an annotation of a method replaces the one of its class for a pattern, and its annotations have no
     * fallback, or one that is not found.
     */
    private boolean isWithoutFallback(J.MethodDeclaration method, String pattern) {
        if (!has(method, pattern)) {
            return false;
        }
        List<String> names = method.getLeadingAnnotations().stream()
                .filter(annotation -> ProtectedMethods.pattern(annotation, file) != null)
                .map(ProtectedMethods::fallback)
                .filter(Objects::nonNull)
                .map(ProtectedMethods::name)
                .toList();
        return names.isEmpty() || names.stream().anyMatch(name -> FallbackFit.isMissing(owner, method, name));
    }
}
