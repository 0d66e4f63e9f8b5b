package io.netrun.resilience.rewrite;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.openrewrite.java.tree.Expression;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.JavaType;
import org.openrewrite.java.tree.TypeUtils;

/**
 * Methods that return a future. To resilience4j, a {@code CompletionStage} that fails is a failure, but what such a
 * method throws itself passes its retry and its time limiter, unless a pattern inside catches it; and a plain
 * {@code Future} is a result like any other. To this library, both are failures.
 */
final class FutureBodies {

    private static final String PLAIN =
            "(Listenable|Scheduled|RunnableScheduled|Runnable)?Future|FutureTask|AsyncResult"
                    + "|ForkJoinTask|RecursiveTask|RecursiveAction";

    /** The patterns of resilience4j that make a future that fails of what a method throws. */
    private static final Set<String> CATCHING = Set.of("circuit-breaker", "rate-limiter", "bulkhead");

    /** What makes a future that has ended well. */
    private static final Set<String> ENDED = Set.of("completedFuture", "completedStage", "forValue");

    private FutureBodies() {}

    /**
     * Why a method behaves differently.
     *
     * @param method the method
     * @param patterns the patterns of the method and of its class
     * @param fallbacks the fallback methods of these patterns
     * @param order all patterns, the outermost first
     * @return null if it does not
     */
    static @Nullable String reason(
            J.MethodDeclaration method, Set<String> patterns, Map<String, ?> fallbacks, List<String> order) {
        JavaType type =
                method.getMethodType() == null ? null : method.getMethodType().getReturnType();
        String simple = ReactiveBodies.simple(method.getReturnTypeExpression());
        if (isA(type, simple, "java.util.concurrent.CompletionStage", "CompletableFuture|CompletionStage")) {
            boolean passed = patterns.stream()
                    .filter(pattern ->
                            pattern.equals("retry") || (pattern.equals("timeout") && fallbacks.containsKey(pattern)))
                    .anyMatch(pattern -> !isCaughtInside(pattern, patterns, order));
            return passed
                            && method.getBody() != null
                            && ReactiveBodies.doesMore(method.getBody(), "CompletableFuture|CompletionStage", false)
                    ? "There, what the method throws itself, instead of returning a " + simple
                            + " that fails, reaches the caller: it is not retried, and no fallback is called. Here, it"
                            + " counts as a failure of the future: it is retried, and the fallback is called. The method"
                            + " does more than build its " + simple
                            + ": check that its work may be repeated, or remove the annotation."
                    : null;
        }
        boolean isPlain = isA(type, simple, "java.util.concurrent.Future", PLAIN);
        if (!isPlain || patterns.isEmpty() || (method.getBody() != null && returnsEnded(method.getBody()))) {
            return null;
        }
        return "There, a " + simple
                + " that was returned is a success, and the call has ended. Here, the call ends with"
                + " the " + simple + ", and one that fails is a failure"
                + (patterns.contains("retry") ? ", so that the work is repeated up to max-attempts times" : "")
                + (fallbacks.isEmpty() ? "" : ", and the fallback replaces it")
                + ". Remove the annotation if that is not meant.";
    }

    private static boolean isCaughtInside(String pattern, Set<String> patterns, List<String> order) {
        int position = order.indexOf(pattern);
        return patterns.stream().filter(CATCHING::contains).anyMatch(inside -> order.indexOf(inside) > position);
    }

    /** Whether a type is another one; by its simple name if it is not known. */
    private static boolean isA(@Nullable JavaType type, String simple, String other, String names) {
        JavaType.FullyQualified known = TypeUtils.asFullyQualified(type);
        return (known == null || known instanceof JavaType.Unknown)
                ? simple.matches(names)
                : TypeUtils.isAssignableTo(other, known);
    }

    /** Whether all futures that a body returns have ended well. */
    private static boolean returnsEnded(J.Block body) {
        AtomicBoolean pending = new AtomicBoolean();
        new OwnCode() {
            @Override
            public J.Return visitReturn(J.Return returned, Integer p) {
                Expression result = returned.getExpression();
                boolean ended = (result instanceof J.MethodInvocation call && ENDED.contains(call.getSimpleName()))
                        || (result instanceof J.NewClass created
                                && created.getClazz() != null
                                && ReactiveBodies.simple(created.getClazz()).equals("AsyncResult"))
                        || (result instanceof J.Literal literal && literal.getValue() == null);
                if (!ended) {
                    pending.set(true);
                }
                return returned;
            }
        }.visit(body, 0);
        return !pending.get();
    }
}
