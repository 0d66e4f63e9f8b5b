package io.netrun.resilience;

import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.ratelimiter.RateLimiter;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Calls that publish an event, or begin to wait, and whose stack is full at one step after the other: each has a little
 * less of it than the one before. Afterwards it prints whether a later event arrives, or later calls are served.
 * Without compiled code, every step has its depth.
 */
final class FullStack {

    private static final int STEPS = 700;
    private static final int LATER = 10;
    private static final long STACK = 400 * 1024;
    private static final long MILLISECOND = 1_000_000;
    private static final long LONGEST = 60_000;

    private FullStack() {}

    public static void main(String[] arguments) throws InterruptedException {
        switch (arguments[0]) {
            case "events" -> events();
            case "async waits" -> waits(true);
            case "waits" -> waits(false);
            default -> throw new IllegalArgumentException(arguments[0]);
        }
        Runtime.getRuntime().halt(0);
    }

    private static void events() throws InterruptedException {
        Bulkhead full = Bulkhead.of("full", c -> c.maxConcurrent(1).maxQueue(0));
        full.acquirePermit();
        AtomicInteger received = new AtomicInteger();
        full.onRejected(event -> received.incrementAndGet());
        sweep(() -> full.call(() -> 1));
        int before = received.get();
        attempt(() -> full.call(() -> 1));
        boolean arrived = await(() -> received.get() > before);
        System.out.println("some arrived " + (before > 0) + ", later event " + arrived);
    }

    /** Calls that begin to wait for tokens: what they leave behind must not keep later ones from theirs. */
    private static void waits(boolean async) throws InterruptedException {
        RateLimiter limiter = RateLimiter.of(
                "limited",
                c -> c.limit(2_000).period(Duration.ofSeconds(1)).burst(1).maxWait(Duration.ofSeconds(2)));
        sweep(() -> {
            if (async) {
                limiter.callAsync(() -> CompletableFuture.completedFuture(1));
            } else {
                limiter.call(() -> 1);
            }
        });
        AtomicInteger served = new AtomicInteger();
        for (int i = 0; i < LATER; i++) {
            new Thread(() -> limiter.run(served::incrementAndGet)).start();
            limiter.callAsync(() -> CompletableFuture.completedFuture(served.incrementAndGet()));
        }
        boolean all = await(() -> served.get() == 2 * LATER);
        System.out.println(
                "later calls served " + all + ", waiting " + limiter.metrics().waiting());
    }

    /** Runs an operation near the end of the stack, with one frame less each time. */
    private static void sweep(Runnable operation) throws InterruptedException {
        attempt(operation); // loads its classes
        Thread swept = new Thread(
                null,
                () -> {
                    int most = depth(0);
                    for (int left = STEPS; left > 0; left--) {
                        int depth = most - left;
                        attempt(() -> atDepth(depth, operation));
                    }
                },
                "swept",
                STACK);
        swept.setDaemon(true);
        swept.start();
        swept.join(LONGEST);
    }

    private static void atDepth(int frames, Runnable operation) {
        if (frames > 0) {
            atDepth(frames - 1, operation);
        } else {
            operation.run();
        }
    }

    @SuppressWarnings("InfiniteRecursion") // until the stack is full
    private static int depth(int frames) {
        try {
            return depth(frames + 1);
        } catch (StackOverflowError full) {
            return frames;
        }
    }

    private static void attempt(Runnable operation) {
        try {
            operation.run();
        } catch (StackOverflowError | CallRejectedException expected) {
            // What is left behind is looked at afterwards.
        }
    }

    private static boolean await(BooleanSupplier condition) {
        for (int tries = 0; tries < 10_000 && !condition.getAsBoolean(); tries++) {
            LockSupport.parkNanos(MILLISECOND);
        }
        return condition.getAsBoolean();
    }
}
