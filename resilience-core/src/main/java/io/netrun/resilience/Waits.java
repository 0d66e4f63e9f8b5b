package io.netrun.resilience;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The calls that wait in one policy, all of which stop waiting when the policy is closed. For those who write policies.
 * Thread-safe; a call that does not wait has nothing to do with it.
 */
public final class Waits {

    private static final Logger log = LoggerFactory.getLogger(Waits.class);

    private static final long WAKING_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

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
     * @param scope of the call that waits; when that is given up, the wait ends
     * @return false if the wait ended early, because the policy was closed, now or before, or the call was given up
     */
    public boolean sleep(Ticker ticker, long nanos, Deadline scope) throws InterruptedException {
        Sleeper sleeper = new Sleeper();
        begin(sleeper);
        scope.register(sleeper);
        try {
            ticker.sleep(nanos);
        } catch (InterruptedException interrupt) {
            if (sleeper.wakes()) {
                throw interrupt;
            }
            return false;
        } finally {
            sleeper.tryEnd();
            end(sleeper);
        }
        return sleeper.wakes();
    }

    void close() {
        closed = true;
        open.forEach(this::tell);
    }

    private void tell(Waiting waiting) {
        if (open.remove(waiting)) {
            try {
                waiting.closed();
            } catch (Throwable thrown) {
                SafeLog.error(log, "A wait could not be ended", thrown);
            }
        }
    }

    /** A thread that sleeps. It is woken by an interrupt, which does not outlive the sleep. */
    private static final class Sleeper extends Deadline.InFlight implements Waiting {

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
            wake();
        }

        @Override
        protected void onOver(boolean exceeded, Consumer<Throwable> failures) {
            wake();
        }

        /** An interrupt runs code of others, such as that of the channel in which a thread blocks, so a worker makes it. */
        private void wake() {
            if (phase.compareAndSet(Phase.ASLEEP, Phase.WAKING)) {
                Workers.dispatch(this::interrupt);
            }
        }

        private void interrupt() {
            try {
                thread.interrupt();
            } finally {
                phase.set(Phase.WOKEN);
                LockSupport.unpark(thread);
            }
        }

        /** The sleep is over; false if it was ended early, by an interrupt that is then taken back. */
        boolean wakes() {
            if (phase.compareAndSet(Phase.ASLEEP, Phase.AWAKE)) {
                return true;
            }
            while (phase.get() != Phase.WOKEN) {
                LockSupport.parkNanos(this, WAKING_NANOS);
                Thread.interrupted();
            }
            Thread.interrupted();
            return false;
        }
    }
}
