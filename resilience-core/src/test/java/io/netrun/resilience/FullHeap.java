package io.netrun.resilience;

import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.bulkhead.BulkheadMetrics;
import io.netrun.resilience.bulkhead.BulkheadPools;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.fallback.Fallback;
import io.netrun.resilience.hedge.Hedge;
import io.netrun.resilience.ratelimiter.RateLimiter;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.timeout.Timeout;
import io.netrun.resilience.timeout.TimeoutThread;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Calls in a JVM whose heap is full for a moment every few milliseconds. Afterwards it prints what the calls have left
 * behind.
 */
final class FullHeap {

    private static final int CALLERS = 6;
    private static final long MILLISECOND = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long WARM_UP = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long LONG = TimeUnit.SECONDS.toNanos(10);

    private static volatile Object garbage = "";

    private static final IllegalStateException FAILURE = new IllegalStateException("expected");

    private final AtomicLong calls = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();

    /** Asynchronous calls that did not end, although their bodies did. */
    private final AtomicLong pending = new AtomicLong();

    private FullHeap() {}

    /** A policy, the way it is called, and what it counts while calls run. */
    private record Storm(Guard guard, boolean async, Body body, LongSupplier counted, BooleanSupplier later) {}

    /** What is protected; fails or takes time according to the number of the call. */
    private interface Body {
        void run(long call);
    }

    public static void main(String[] arguments) throws InterruptedException {
        Storm storm = storm(arguments[0], arguments[1].equals("async"));
        new FullHeap().run(storm, TimeUnit.MILLISECONDS.toNanos(Long.parseLong(arguments[2])));
        Runtime.getRuntime().halt(0);
    }

    private static Storm storm(String pattern, boolean async) {
        return switch (pattern) {
            case "bulkhead" -> bulkhead(async);
            case "limiter" -> limiter(async);
            case "circuit" -> circuit(async);
            case "hedge" -> hedge(async);
            case "retry" -> retry(async);
            case "timeout-caller" -> timeout(async, TimeoutThread.CALLER);
            case "timeout-worker" -> timeout(async, TimeoutThread.WORKER);
            case "fallback" -> fallback(async);
            default -> throw new IllegalArgumentException(pattern);
        };
    }

    private static Storm bulkhead(boolean async) {
        Bulkhead bulkhead = Bulkhead.of(
                "b",
                c -> c.maxConcurrent(2)
                        .maxQueue(20)
                        .maxWait(Duration.ofMillis(20))
                        .pools(BulkheadPools.SHARED));
        return new Storm(
                bulkhead,
                async,
                call -> pause(1),
                () -> {
                    BulkheadMetrics metrics = bulkhead.metrics();
                    return metrics.syncActive() + metrics.syncQueued() + metrics.asyncActive() + metrics.asyncQueued();
                },
                () -> bulkhead.tryAcquirePermit().isPresent());
    }

    private static Storm limiter(boolean async) {
        RateLimiter limiter =
                RateLimiter.of("r", c -> c.limit(1).period(Duration.ofMillis(1)).maxWait(Duration.ofMillis(20)));
        return new Storm(
                limiter,
                async,
                call -> {},
                () -> limiter.metrics().waiting(),
                () -> limiter.tryAcquirePermit().isPresent());
    }

    /** Trials, most of which succeed, but never enough of them to close the circuit. */
    private static Storm circuit(boolean async) {
        CircuitBreaker breaker = CircuitBreaker.of(
                "c",
                c -> c.halfOpenMaxCalls(2)
                        .successThreshold(1_000_000)
                        .halfOpenMaxDuration(Duration.ofHours(1))
                        .openDuration(Duration.ofMillis(1)));
        breaker.halfOpen();
        return new Storm(
                breaker,
                async,
                call -> {
                    pause(1);
                    failEach(call, 16);
                },
                () -> breaker.metrics().halfOpenCalls(),
                () -> {
                    pause(20);
                    return breaker.tryAcquirePermit().isPresent();
                });
    }

    private static Storm hedge(boolean async) {
        Hedge hedge =
                Hedge.of("h", c -> c.delay(Duration.ofMillis(1)).maxAttempts(3).maxActive(3));
        return new Storm(
                hedge,
                async,
                call -> {
                    work(call % 4);
                    failEach(call, 8);
                },
                () -> hedge.metrics().active(),
                () -> {
                    long before = hedge.metrics().totalHedged();
                    hedge.run(() -> pause(1_000));
                    return hedge.metrics().totalHedged() > before;
                });
    }

    private static Storm retry(boolean async) {
        Retry retry = Retry.of("r", c -> c.maxAttempts(3).baseDelay(Duration.ofMillis(1)));
        return new Storm(retry, async, call -> failEach(call, 2), () -> 0, () -> {
            long before = retry.metrics().totalRecovered();
            int[] attempts = {0};
            retry.run(() -> failEach(attempts[0]++, 2));
            return retry.metrics().totalRecovered() == before + 1;
        });
    }

    private static Storm timeout(boolean async, TimeoutThread thread) {
        Timeout timeout = Timeout.of(
                "t", c -> c.duration(Duration.ofMillis(2)).thread(thread).maxAbandoned(3));
        return new Storm(
                timeout, async, call -> work(call % 4), () -> timeout.metrics().abandoned(), () -> {
                    long before = timeout.metrics().totalTimedOut();
                    try {
                        timeout.run(() -> Thread.sleep(10_000));
                    } catch (Exception expected) {
                        return timeout.metrics().totalTimedOut() == before + 1;
                    }
                    return false;
                });
    }

    private static Storm fallback(boolean async) {
        Fallback fallback = Fallback.of("f", c -> c.handle(thrown -> null));
        return new Storm(fallback, async, call -> failEach(call, 2), () -> 0, () -> {
            fallback.run(() -> failEach(0, 2));
            return true;
        });
    }

    private static void failEach(long call, long nth) {
        if (call % nth == 0) {
            throw FAILURE;
        }
    }

    /**
     * Takes time on a worker: without waiting where workers are virtual threads, because the JDK may never wake one
     * that waits while the heap is full.
     */
    private static void work(long milliseconds) {
        if (Runtime.version().feature() < 21) {
            pause(milliseconds);
            return;
        }
        long end = System.nanoTime() + milliseconds * MILLISECOND;
        while (System.nanoTime() - end < 0 && !Thread.currentThread().isInterrupted()) {
            Thread.onSpinWait();
        }
    }

    private static void pause(long milliseconds) {
        LockSupport.parkNanos(milliseconds * MILLISECOND);
    }

    private void run(Storm storm, long nanos) throws InterruptedException {
        for (Thread caller : callers(storm, WARM_UP)) {
            caller.join(); // so that the storm is not one of class loading
        }
        calls.set(0);
        failed.set(0);
        long end = System.nanoTime() + nanos;
        List<Thread> callers = callers(storm, nanos);
        Thread filler = daemon(FullHeap::fill, end); // after which this thread allocates nothing until its end
        join(filler, Long.MAX_VALUE);
        garbage = "";
        for (Thread caller : callers) {
            join(caller, LONG);
        }
        long hung = callers.stream().filter(Thread::isAlive).count();
        long patience = System.nanoTime() + LONG;
        while (storm.counted.getAsLong() != 0 && System.nanoTime() - patience < 0) {
            pause(1);
        }
        System.out.println("calls " + calls + ", failed " + failed);
        System.out.println("hung " + hung + ", pending " + pending + ", counted " + storm.counted.getAsLong()
                + ", later call " + later(storm));
        if (hung > 0) {
            callers.stream().filter(Thread::isAlive).forEach(caller -> {
                System.out.println(caller);
                for (StackTraceElement frame : caller.getStackTrace()) {
                    System.out.println("    " + frame);
                }
            });
        }
    }

    private List<Thread> callers(Storm storm, long nanos) {
        long end = System.nanoTime() + nanos;
        List<Thread> callers = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
            callers.add(daemon(() -> callAnyhow(storm), end));
        }
        return callers;
    }

    private static void join(Thread thread, long nanos) {
        long patience = System.nanoTime() + nanos;
        while (thread.isAlive() && (nanos == Long.MAX_VALUE || System.nanoTime() - patience < 0)) {
            pause(1);
        }
    }

    private static Object later(Storm storm) {
        try {
            return storm.later.getAsBoolean();
        } catch (Throwable thrown) {
            return thrown;
        }
    }

    private static Thread daemon(Runnable task, long end) {
        Thread thread = new Thread(() -> {
            while (System.nanoTime() - end < 0) {
                try {
                    task.run();
                } catch (OutOfMemoryError full) {
                    pause(1);
                }
            }
        });
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private void callAnyhow(Storm storm) {
        long call = calls.incrementAndGet();
        try {
            if (storm.async) {
                callAsync(storm, call);
            } else {
                storm.guard.run(() -> storm.body.run(call));
            }
        } catch (Throwable expected) {
            failed.incrementAndGet(); // rejected, or without memory
        }
    }

    private void callAsync(Storm storm, long call) {
        CompletableFuture<String> body = new CompletableFuture<>();
        CompletableFuture<String> future = storm.guard.callAsync(() -> body);
        boolean fails = false;
        if (call % 8 == 7) {
            cancel(future);
        }
        try {
            storm.body.run(call);
        } catch (IllegalStateException expected) {
            fails = true;
        }
        while (!body.isDone()) {
            try {
                if (fails) {
                    body.completeExceptionally(FAILURE);
                } else {
                    body.complete("done");
                }
            } catch (OutOfMemoryError full) {
                pause(1);
            }
        }
        long end = System.nanoTime() + LONG;
        while (!future.isDone()) {
            LockSupport.parkNanos(50_000);
            if (System.nanoTime() - end > 0) {
                pending.incrementAndGet();
                return;
            }
        }
        if (future.isCompletedExceptionally()) {
            failed.incrementAndGet();
        }
    }

    private static void cancel(CompletableFuture<String> future) {
        try {
            future.cancel(true);
        } catch (OutOfMemoryError full) {
            // It is not cancelled then.
        }
    }

    private static void fill() {
        Object[] parts;
        try {
            parts = new Object[10_000];
        } catch (OutOfMemoryError full) {
            return;
        }
        int size = 1 << 18;
        for (int i = 0; i < parts.length && size >= 32; ) {
            try {
                parts[i] = new byte[size];
                i++;
            } catch (OutOfMemoryError full) {
                size /= 4;
            }
        }
        garbage = parts;
        pause(3);
        garbage = "";
        pause(10);
    }
}
