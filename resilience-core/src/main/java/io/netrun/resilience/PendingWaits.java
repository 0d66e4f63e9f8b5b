package io.netrun.resilience;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The calls that wait in one policy, all of which stop waiting when the policy is closed. For those who write policies.
 * Thread-safe; a call that does not wait has nothing to do with it.
 */
public final class PendingWaits {

    private static final Logger log = LoggerFactory.getLogger(PendingWaits.class);

    private final Set<Waiting> open = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /** What waits. Told apart by identity, so it must not define {@code equals}. */
    @FunctionalInterface
    public interface Waiting {

        /**
         * The policy was closed: the wait is over, unless it has ended in this moment, which the implementation has to
         * decide. Called once at most, by any thread; runs no code of the user and does not block.
         */
        void onShutdown();
    }

    PendingWaits() {}

    /** A wait begins; in a policy that was closed before, it hears of it at once. */
    public void register(Waiting waiting) {
        open.add(waiting);
        if (closed) {
            tell(waiting);
        }
    }

    /** A wait has ended; does nothing if that is known. */
    public void unregister(Waiting waiting) {
        open.remove(waiting);
    }

    /**
     * Keeps the calling thread waiting, in the time of a ticker. Nothing but its user interrupts the thread meanwhile.
     *
     * @param nanos how long, in nanoseconds
     * @param scope of the call that waits; when that is given up, the wait ends
     * @return false if the wait ended early, because the policy was closed, now or before, or the call was given up
     * @throws InterruptedException if the thread is interrupted before or during the wait; its interrupt flag is then
     *     clear
     */
    public boolean sleep(Ticker ticker, long nanos, Deadline scope) throws InterruptedException {
        Sleeper sleeper = new Sleeper();
        register(sleeper);
        scope.register(sleeper);
        try {
            return ticker == Ticker.system() ? sleeper.park(nanos) : sleeper.park(ticker, nanos);
        } finally {
            sleeper.tryEnd();
            unregister(sleeper);
        }
    }

    void shutdown() {
        closed = true;
        open.forEach(this::tell);
    }

    private void tell(Waiting waiting) {
        if (open.remove(waiting)) {
            try {
                waiting.onShutdown();
            } catch (Throwable thrown) {
                SafeLog.error(log, "A wait could not be aborted", thrown);
            }
        }
    }

    /** A thread that parks, since an interrupt that woke it could not be told from one by its user. */
    private static final class Sleeper extends Deadline.InFlight implements Waiting {

        private final Thread thread = Thread.currentThread();
        private volatile boolean woken;

        @Override
        public void onShutdown() {
            wake();
        }

        @Override
        protected void onOver(boolean exceeded, Consumer<Throwable> failures) {
            wake();
        }

        private void wake() {
            woken = true;
            LockSupport.unpark(thread);
        }

        /** In real time; false if it was woken before the time is over. */
        boolean park(long nanos) throws InterruptedException {
            Ticker ticker = Ticker.system();
            long end = ticker.nanoTime() + nanos;
            for (long left = nanos; !woken && left > 0; left = end - ticker.nanoTime()) {
                requireNoInterrupt();
                LockSupport.parkNanos(this, left);
            }
            return !woken;
        }

        /** In a ticker's time, which a worker sleeps through. */
        boolean park(Ticker ticker, long nanos) throws InterruptedException {
            Substitute substitute = new Substitute(ticker, nanos, thread);
            boolean begun = false;
            try {
                while (!woken && !substitute.over) {
                    requireNoInterrupt();
                    if (!begun) {
                        begun = true;
                        substitute.begin();
                    }
                    LockSupport.park(this);
                }
            } finally {
                substitute.stop();
            }
            return !woken && substitute.hasSlept();
        }

        private void requireNoInterrupt() throws InterruptedException {
            if (!woken && Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
    }

    /** Sleeps in place of a thread that parks. */
    private static final class Substitute extends TickerSleep {

        private final long nanos;
        private final Thread waiter;
        private @Nullable Throwable failure; // written before the next
        private volatile boolean over;

        Substitute(Ticker ticker, long nanos, Thread waiter) {
            super(ticker);
            this.nanos = nanos;
            this.waiter = waiter;
        }

        @Override
        protected long nanos() {
            return nanos;
        }

        @Override
        protected void onEnd(boolean slept, @Nullable Throwable thrown) {
            failure = thrown;
            over = true;
            LockSupport.unpark(waiter);
        }

        /** Always, unless the ticker failed; for when it is over. */
        boolean hasSlept() throws InterruptedException {
            Throwable thrown = failure;
            if (thrown instanceof InterruptedException interrupt) {
                throw interrupt;
            }
            if (thrown != null) {
                throw new IllegalStateException("the ticker cannot sleep", thrown);
            }
            return true;
        }
    }
}
