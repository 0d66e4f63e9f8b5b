package io.netrun.resilience.storm;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiFunction;
import java.util.random.RandomGenerator;

/**
 * Stages as other libraries make them: own classes, threads of their own, methods that throw, block, call twice or not
 * at all.
 */
final class ForeignStages {

    private static final int KINDS = 11;

    private final ScheduledExecutorService pool;

    /** @param pool the threads of the other library; they have an identity of their own */
    ForeignStages(ScheduledExecutorService pool) {
        this.pool = pool;
    }

    CompletionStage<Integer> any(RandomGenerator random) {
        switch (random.nextInt(KINDS)) {
            case 0:
                return CompletableFuture.completedFuture(1);
            case 1:
                return CompletableFuture.failedFuture(Failures.any(random));
            case 2:
                return later(random, new CompletableFuture<>());
            case 3:
                return later(random, new CancelThrows());
            case 4:
                return later(random, new CancelBlocks());
            case 5:
                return new CompletableFuture<>(); // never ends
            case 6:
                return null;
            case 7:
                return stage((callback, ended) -> {
                    throw new UnsupportedOperationException("no handle");
                });
            case 8:
                return stage((callback, ended) -> { // twice, and the second time with something else
                    callback.apply(1, null);
                    callback.apply(null, new IllegalStateException("afterwards"));
                    return ended;
                });
            case 9:
                return stage((callback, ended) -> { // the callback, and then it throws all the same
                    pool.execute(() -> callback.apply(2, null));
                    throw new IllegalStateException("handle failed");
                });
            default:
                Throwable failure = new CompletionException(Failures.any(random));
                return stage((callback, ended) -> {
                    pool.execute(() -> callback.apply(null, failure));
                    return ended;
                });
        }
    }

    private CompletionStage<Integer> later(RandomGenerator random, CompletableFuture<Integer> future) {
        Throwable failure = random.nextBoolean() ? Failures.any(random) : null;
        pool.schedule(
                () -> failure == null ? future.complete(3) : future.completeExceptionally(failure),
                random.nextInt(3_000),
                TimeUnit.MICROSECONDS);
        return future;
    }

    private interface Handle {
        Object attach(BiFunction<Object, Throwable, Object> callback, CompletionStage<Object> ended);
    }

    /** A stage that has nothing but {@code handle}. */
    @SuppressWarnings("unchecked")
    private static CompletionStage<Integer> stage(Handle handle) {
        InvocationHandler handler = (proxy, method, arguments) -> switch (method.getName()) {
            case "handle" ->
                handle.attach((BiFunction<Object, Throwable, Object>) arguments[0], new CompletableFuture<>());
            case "toString", "equals", "hashCode" -> throw new IllegalStateException("no " + method.getName());
            default -> throw new UnsupportedOperationException(method.getName());
        };
        return (CompletionStage<Integer>) Proxy.newProxyInstance(
                ForeignStages.class.getClassLoader(), new Class<?>[] {CompletionStage.class}, handler);
    }

    private static final class CancelThrows extends CompletableFuture<Integer> {

        @Override
        public boolean cancel(boolean mayInterruptIfRunning) {
            throw new IllegalStateException("cancel failed");
        }
    }

    private static final class CancelBlocks extends CompletableFuture<Integer> {

        @Override
        public boolean cancel(boolean mayInterruptIfRunning) {
            long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(5);
            while (System.nanoTime() - end < 0) {
                LockSupport.parkNanos(this, end - System.nanoTime());
            }
            return super.cancel(mayInterruptIfRunning);
        }
    }
}
