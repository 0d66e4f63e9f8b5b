package io.netrun.resilience;

import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.bulkhead.BulkheadMetrics;
import io.netrun.resilience.bulkhead.BulkheadPools;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.hedge.Hedge;
import io.netrun.resilience.ratelimiter.RateLimiter;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.timeout.Timeout;
import io.netrun.resilience.timeout.TimeoutThread;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * The first calls of a process, in a heap that is full to the last byte and has a few bytes more for each call: so one
 * allocation after the other fails, those of the JVM that links a call site at its first use among them.
 */
final class FirstCallsInAFullHeap {

    private static final int CALLS = 200;
    private static final int PART = 32;
    private static final int PARTS = 2_000;
    private static final Object[] NOTHING = {};
    private static final IllegalStateException FAILURE = new IllegalStateException("expected");

    private static volatile Object[] garbage = NOTHING;
    private static volatile int left = -1;

    private final Guard guard;
    private final LongSupplier counted;
    private final boolean async;
    private final boolean failing;
    private final AtomicInteger failed = new AtomicInteger();
    private final CompletableFuture<?>[] bodies = new CompletableFuture<?>[CALLS];
    private final CompletableFuture<?>[] futures = new CompletableFuture<?>[CALLS];
    private int made;

    private FirstCallsInAFullHeap(String pattern, boolean async) {
        this.async = async;
        this.failing = !pattern.equals("circuit"); // one failure would end its trials
        switch (pattern) {
            case "bulkhead" -> {
                Bulkhead bulkhead = Bulkhead.of(
                        "b",
                        c -> c.maxConcurrent(2)
                                .maxQueue(2)
                                .maxWait(Duration.ofMillis(1))
                                .pools(BulkheadPools.SHARED));
                guard = bulkhead;
                counted = () -> {
                    BulkheadMetrics m = bulkhead.metrics();
                    return m.syncActive() + m.syncQueued() + m.asyncActive() + m.asyncQueued();
                };
            }
            case "circuit" -> {
                CircuitBreaker breaker = CircuitBreaker.of(
                        "c",
                        c -> c.halfOpenMaxCalls(1_000)
                                .successThreshold(1_000_000)
                                .halfOpenMaxDuration(Duration.ofHours(1)));
                breaker.halfOpen();
                guard = breaker;
                counted = () -> breaker.metrics().halfOpenCalls();
            }
            case "limiter" -> {
                RateLimiter limiter = RateLimiter.of(
                        "r", c -> c.limit(1_000).period(Duration.ofSeconds(1)).maxWait(Duration.ofMillis(5)));
                guard = limiter;
                counted = () -> limiter.metrics().waiting();
            }
            case "hedge" -> {
                Hedge hedge = Hedge.of(
                        "h", c -> c.delay(Duration.ofMillis(1)).maxAttempts(2).maxActive(2));
                guard = hedge;
                counted = () -> hedge.metrics().active();
            }
            case "timeout" -> {
                Timeout timeout =
                        Timeout.of("t", c -> c.duration(Duration.ofMillis(1)).thread(TimeoutThread.CALLER));
                guard = timeout;
                counted = () -> timeout.metrics().abandoned();
            }
            case "timeout-worker" -> {
                Timeout timeout =
                        Timeout.of("t", c -> c.duration(Duration.ofMillis(1)).thread(TimeoutThread.WORKER));
                guard = timeout;
                counted = () -> timeout.metrics().abandoned();
            }
            case "retry" -> {
                guard = Retry.of("r", c -> c.maxAttempts(2).baseDelay(Duration.ofMillis(1)));
                counted = () -> 0;
            }
            default -> throw new IllegalArgumentException(pattern);
        }
    }

    public static void main(String[] arguments) throws InterruptedException {
        FirstCallsInAFullHeap calls = new FirstCallsInAFullHeap(arguments[0], arguments[1].equals("async"));
        new Body(false, false).run();
        new AsyncBody(new CompletableFuture<>()).get();
        Thread callers = new Thread(calls::callAll);
        callers.setDaemon(true);
        callers.start();
        fill();
        while (callers.isAlive() && left > 0) {
            LockSupport.parkNanos(5_000_000);
            giveBack();
        }
        garbage = NOTHING;
        callers.join(20_000);
        int pending = 0;
        for (int i = 0; i < calls.made; i++) {
            if (calls.futures[i] != null && !endsInTime(calls.futures[i])) {
                pending++;
            }
        }
        for (int i = 0; i < 1_000 && calls.counted.getAsLong() != 0; i++) {
            Thread.sleep(5);
        }
        System.out.println("calls " + calls.made + ", failed " + calls.failed + ", parts left " + left);
        System.out.println(
                "hung " + callers.isAlive() + ", pending " + pending + ", counted " + calls.counted.getAsLong());
        Runtime.getRuntime().halt(0);
    }

    private static boolean endsInTime(CompletableFuture<?> future) throws InterruptedException {
        for (int i = 0; i < 1_000 && !future.isDone(); i++) {
            Thread.sleep(5);
        }
        return future.isDone();
    }

    private void callAll() {
        while (left < 0) {
            LockSupport.parkNanos(1_000);
        }
        for (int i = 0; i < CALLS; i++) {
            made = i + 1;
            giveBack();
            try {
                if (async) {
                    callAsync(i);
                } else {
                    call(i);
                }
            } catch (Throwable expected) {
                failed.incrementAndGet();
            }
            if (left == 0) {
                return;
            }
        }
    }

    private void call(int number) {
        guard.run(new Body(failing && number % 4 == 0, number % 4 == 1));
    }

    /** No lambda, which would take much memory when it is reached for the first time. */
    private record Body(boolean fails, boolean takesTime) implements CheckedRunnable<RuntimeException> {
        @Override
        public void run() {
            if (fails) {
                throw FAILURE;
            }
            if (takesTime) {
                LockSupport.parkNanos(3_000_000);
            }
        }
    }

    private record AsyncBody(CompletableFuture<Object> future)
            implements CheckedSupplier<CompletableFuture<Object>, RuntimeException> {
        @Override
        public CompletableFuture<Object> get() {
            return future;
        }
    }

    private void callAsync(int number) {
        CompletableFuture<Object> body;
        try {
            body = new CompletableFuture<>();
            bodies[number] = body;
        } catch (OutOfMemoryError full) {
            return;
        }
        CompletableFuture<Object> result = null;
        try {
            result = guard.callAsync(new AsyncBody(body));
            futures[number] = result;
        } catch (OutOfMemoryError full) {
            failed.incrementAndGet();
        }
        if (number % 4 == 1) {
            LockSupport.parkNanos(3_000_000);
        }
        if (number % 4 == 2 && result != null) {
            try {
                result.cancel(true);
            } catch (OutOfMemoryError full) {
                failed.incrementAndGet();
            }
        }
        while (!body.isDone()) {
            try {
                if (failing && number % 4 == 0) {
                    body.completeExceptionally(FAILURE);
                } else {
                    body.complete("done");
                }
            } catch (OutOfMemoryError full) {
                LockSupport.parkNanos(100_000);
            }
        }
    }

    /** Takes all memory, down to the smallest object. */
    private static void fill() {
        Object[] small = new Object[PARTS];
        for (int i = 0; i < PARTS; i++) {
            small[i] = new byte[PART - 16];
        }
        Object[] parts = new Object[1_000];
        parts[0] = small;
        garbage = parts;
        int i = 1;
        for (int size = 1 << 20; i < parts.length && size >= 16; ) {
            try {
                parts[i] = size == 16 ? new Object() : new byte[size - 16];
                i++;
            } catch (OutOfMemoryError full) {
                size /= 2;
            }
        }
        left = PARTS;
    }

    private static synchronized void giveBack() {
        if (left > 0) {
            left--;
            ((Object[]) garbage[0])[left] = null;
        }
    }
}
