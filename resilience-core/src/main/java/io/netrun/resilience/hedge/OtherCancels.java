package io.netrun.resilience.hedge;

import io.netrun.resilience.SpinBackoff;
import io.netrun.resilience.Workers;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Cancels of attempts, each on a worker of its own: they run foreign code, and one that blocks must not keep the others
 * from being made. The thread that stops the call waits briefly for them.
 */
final class OtherCancels {

    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicInteger unfinished = new AtomicInteger();

    /** Has a worker make a cancel. Throws an error if there is no memory for it, before anything has happened. */
    void start(Runnable cancel) {
        Runnable task = () -> run(cancel);
        waiting.getAndIncrement();
        unfinished.getAndIncrement();
        Workers.executeReliably(task);
    }

    private void run(Runnable cancel) {
        waiting.getAndDecrement();
        try {
            cancel.run();
        } finally {
            unfinished.getAndDecrement();
        }
    }

    /** Waits until they have been made, for ten milliseconds from when all have begun at most. */
    void await() {
        if (waiting.get() > 0) {
            SpinBackoff.awaitBriefly(() -> waiting.get() == 0);
        }
        if (unfinished.get() > 0) {
            SpinBackoff.awaitStart(() -> unfinished.get() == 0, () -> false);
        }
    }
}
