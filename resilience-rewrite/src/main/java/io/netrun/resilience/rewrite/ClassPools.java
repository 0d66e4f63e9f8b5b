package io.netrun.resilience.rewrite;

import io.netrun.resilience.spring.mapping.BlockTranslator.Left;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.JavaSourceFile;

/**
 * A bulkhead with a thread pool on a class: there, it runs each method of the class on its threads; here, that is up to
 * each method.
 *
 * @param owner the class
 * @param file its file
 * @param hierarchy the classes of all sources
 */
record ClassPools(J.ClassDeclaration owner, JavaSourceFile file, Hierarchy hierarchy) {

    /** Whether the class has such a bulkhead. */
    boolean isPool() {
        return owner.getLeadingAnnotations().stream().anyMatch(this::isPool);
    }

    private boolean isPool(J.Annotation annotation) {
        return isBulkhead(annotation)
                && ProtectedMethods.isPool(Trees.arguments(annotation))
                && !new Unreached(hierarchy, file, left -> {}).isInVain(owner, annotation);
    }

    private boolean isBulkhead(J.Annotation annotation) {
        return "bulkhead".equals(ProtectedMethods.pattern(annotation, file));
    }

    /** Whether the bulkhead of the class runs a method, and it can be asynchronous. */
    boolean isAsync(J.MethodDeclaration method) {
        return isPool()
                && isReached(method)
                && ProtectedMethods.isAsync(ProtectedMethods.returns(method))
                && method.getLeadingAnnotations().stream()
                        .noneMatch(own -> own.getSimpleName().equals("Async"));
    }

    /** Lists what the methods are now. */
    void list(Consumer<Left> left) {
        if (!isPool()) {
            return;
        }
        List<String> async = new ArrayList<>();
        List<String> others = new ArrayList<>();
        FailureArguments.methods(owner).stream()
                .filter(this::isReached)
                .forEach(method -> (ProtectedMethods.isAsync(ProtectedMethods.returns(method)) ? async : others)
                        .add(method.getSimpleName()));
        String what = "@Bulkhead(type = THREADPOOL) at " + owner.getSimpleName();
        if (!async.isEmpty()) {
            left.accept(new Left(what, ProtectedMethods.POOL_IS_ASYNC + " It is on " + names(async) + "."));
        }
        if (!others.isEmpty()) {
            left.accept(new Left(
                    what,
                    "These return no CompletableFuture, so they cannot be @Async: " + names(others)
                            + ". There, a call of one without a CompletionStage fails; here, the bulkhead limits it on"
                            + " the thread of its caller. Put the annotation on the methods that are meant, and start"
                            + " the work of others on an executor."));
        }
    }

    private static String names(List<String> methods) {
        return methods.stream().distinct().collect(Collectors.joining(", "));
    }

    private boolean isReached(J.MethodDeclaration method) {
        return !method.isConstructor()
                && !method.hasModifier(J.Modifier.Type.Private)
                && !method.hasModifier(J.Modifier.Type.Static)
                && !method.hasModifier(J.Modifier.Type.Final)
                && method.getLeadingAnnotations().stream().noneMatch(this::isBulkhead)
                && !ClassAnnotations.fallbacks(owner).contains(method.getSimpleName());
    }
}
