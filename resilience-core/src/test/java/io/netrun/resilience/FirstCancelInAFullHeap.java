package io.netrun.resilience;

import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import java.util.concurrent.CompletableFuture;

/** The first cancel of the process that fails for want of memory, at a moment at which nothing can be allocated. */
final class FirstCancelInAFullHeap {

    private static final OutOfMemoryError FULL = new OutOfMemoryError("expected");

    private static final Object[] NOTHING = {};

    private static volatile Object[] garbage = NOTHING;

    private FirstCancelInAFullHeap() {}

    /** A future whose cancel needs memory. */
    private static final class Uncancellable extends CompletableFuture<String> {

        @Override
        public boolean cancel(boolean mayInterruptIfRunning) {
            if (garbage != NOTHING) {
                throw FULL;
            }
            return super.cancel(mayInterruptIfRunning);
        }
    }

    public static void main(String[] arguments) {
        CircuitBreaker.of("prepares the classes");
        Workers.executeReliably(() -> {}); // so that there is a worker
        Uncancellable future = new Uncancellable();
        Throwable thrown = null;
        fill();
        try {
            ForeignStage.cancel(future);
        } catch (Throwable lost) {
            thrown = lost;
        }
        garbage = NOTHING;
        System.out.println("thrown " + thrown);
        Runtime.getRuntime().halt(0);
    }

    /** Takes all memory, down to the smallest object. */
    private static void fill() {
        Object[] parts = new Object[20_000];
        garbage = parts;
        for (int i = 0, size = 1 << 20; i < parts.length && size >= 16; ) {
            try {
                parts[i] = size == 16 ? new Object() : new byte[size];
                i++;
            } catch (OutOfMemoryError full) {
                size /= 2;
            }
        }
    }
}
