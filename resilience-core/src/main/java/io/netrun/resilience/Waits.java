package io.netrun.resilience;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The calls that wait in one policy, all of which stop waiting when the policy is closed. For those who write policies.
 * Thread-safe; a call that does not wait has nothing to do with it.
 */
public final class Waits {

    private final Set<Waiting> open = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /** What waits. Told apart by identity, so it must not define {@code equals}. */
    @FunctionalInterface
    public interface Waiting {

        /**
         * The policy was closed: the wait is over, unless it has ended in this moment, which the implementation has to decide.
         * Called once at most, by any thread; runs no code of the user and does not block.
         */
        void closed();
    }

    Waits() {}

    /** A wait begins; in a policy that was closed before, it hears of it at once. */
    public void begin(Waiting waiting) {
        open.add(waiting);
        if (closed) {
            tell(waiting);
        }
    }

    /** A wait has ended; does nothing if that is known. */
    public void end(Waiting waiting) {
        open.remove(waiting);
    }

    /**
     * Keeps the calling thread waiting; see {@link Ticker#sleep}.
     *
     * @return false if the policy was closed meanwhile, or before
     */
    public boolean sleep(Ticker ticker, long nanos) throws InterruptedException {
        Sleeper sleeper = new Sleeper();
        begin(sleeper);
        try {
            ticker.sleep(nanos);
        } catch (InterruptedException interrupt) {
            if (sleeper.leaves()) {
                throw interrupt;
            }
            return false;
        } finally {
            end(sleeper);
        }
        return sleeper.leaves();
    }

    void close() {
        closed = true;
        open.forEach(this::tell);
    }

    private void tell(Waiting waiting) {
        if (open.remove(waiting)) {
            waiting.closed();
        }
    }

    /** A thread that sleeps. It is woken by an interrupt, which does not outlive the sleep. */
    private static final class Sleeper implements Waiting {

        private enum Phase {
            ASLEEP,
            AWAKE,
            /** About to be interrupted. The thread waits this out, so that the interrupt hits its sleep or nothing. */
            WAKING,
            WOKEN
        }

        private final Thread thread = Thread.currentThread();
        private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.ASLEEP);

        @Override
        public void closed() {
            if (phase.compareAndSet(Phase.ASLEEP, Phase.WAKING)) {
                thread.interrupt();
                phase.set(Phase.WOKEN);
            }
        }

        /** The sleep is over; false if that is because of the closing, whose interrupt is then taken back. */
        boolean leaves() {
            if (phase.compareAndSet(Phase.ASLEEP, Phase.AWAKE)) {
                return true;
            }
            while (phase.get() != Phase.WOKEN) {
                Thread.onSpinWait();
            }
            Thread.interrupted();
            return false;
        }
    }
}
