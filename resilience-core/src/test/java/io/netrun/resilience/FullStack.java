package io.netrun.resilience;

import io.netrun.resilience.bulkhead.Bulkhead;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Calls that publish an event, and whose stack is full at one step after the other: each has a little less of it than
 * the one before. Afterwards it prints whether a later event arrives. Without compiled code, every step has its depth.
 */
final class FullStack {

    private static final int STEPS = 700;
    private static final long STACK = 400 * 1024;
    private static final long MILLISECOND = 1_000_000;

    private FullStack() {}

    public static void main(String[] arguments) throws InterruptedException {
        events();
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
        swept.start();
        swept.join();
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
