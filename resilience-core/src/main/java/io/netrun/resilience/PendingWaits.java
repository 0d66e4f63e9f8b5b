package io.netrun.resilience;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The calls that wait in one policy. All of them stop waiting when the policy is shut down. Calls that do not wait
 * never access it. Thread-safe.
 *
 * @apiNote For authors of policies.
 */
public final class PendingWaits {

    private static final Logger log = LoggerFactory.getLogger(PendingWaits.class);

    private static final VarHandle WAITS = ConstantBootstraps.fieldVarHandle(
            MethodHandles.lookup(), "waits", VarHandle.class, PendingWaits.class, Set.class);

    private static final VarHandle SOLE = ConstantBootstraps.fieldVarHandle(
            MethodHandles.lookup(), "sole", VarHandle.class, PendingWaits.class, Waiting.class);

    /** A wait beside those of the set: in most instances of a large family there is never a second one. */
    private volatile @Nullable Waiting sole;

    /** Null until it is needed. */
    private volatile @Nullable Set<Waiting> waits;

    private volatile boolean shutDown;

    /** A waiting call. Compared by identity, so it must not define {@code equals}. */
    @FunctionalInterface
    public interface Waiting {

        /**
         * Ends the wait because the policy was shut down. The wait may have ended at the same moment, which the
         * implementation must detect. Called at most once, on any thread; must not run user code and must not block.
         */
        void onShutdown();
    }

    PendingWaits() {}

    /** Registers a wait. If the policy has already been shut down, it is notified at once. */
    public void register(Waiting waiting) {
        if (sole != waiting && !SOLE.compareAndSet(this, null, waiting)) {
            add(waiting);
        }
        if (shutDown) {
            notifyShutdown(waiting);
        }
    }

    private void add(Waiting waiting) {
        try {
            Set<Waiting> present = waits;
            if (present == null) {
                WAITS.compareAndSet(this, null, ConcurrentHashMap.<Waiting>newKeySet());
                present = Objects.requireNonNull(waits);
            }
            present.add(waiting);
        } catch (Throwable outOfMemory) {
            unregister(waiting); // it may have been added nevertheless
            throw outOfMemory;
        }
    }

    /** Removes a wait that has ended. Does nothing if it is not registered. */
    public void unregister(Waiting waiting) {
        tryRemove(waiting);
    }

    private boolean tryRemove(Waiting waiting) {
        if (sole == waiting) {
            return SOLE.compareAndSet(this, waiting, null);
        }
        Set<Waiting> present = waits;
        try {
            return present != null && present.remove(waiting);
        } catch (OutOfMemoryError full) {
            return true; // it is removed; only the set's estimate of its size is off by one
        }
    }

    /**
     * Keeps the calling thread waiting, in the time of a ticker. The policy itself never interrupts the thread.
     *
     * @param nanos the duration in nanoseconds
     * @param scope the scope of the waiting call; if the call is abandoned, the wait ends
     * @return false if the wait ended early, because the policy was shut down, now or before, or the call was abandoned
     * @throws InterruptedException if the thread is interrupted before or during the wait; its interrupt flag is then
     *     clear
     */
    public boolean sleep(Ticker ticker, long nanos, Deadline scope) throws InterruptedException {
        Sleeper sleeper = new Sleeper();
        try {
            register(sleeper);
            scope.register(sleeper);
            return ticker == Ticker.system() ? sleeper.park(nanos) : sleeper.park(ticker, nanos);
        } finally {
            sleeper.tryEnd();
            unregister(sleeper);
        }
    }

    void shutdown() {
        shutDown = true;
        Waiting first = sole; // read afterwards: a wait that is registered later sees the flag
        if (first != null) {
            notifyShutdown(first);
        }
        Set<Waiting> present = waits;
        if (present != null) {
            present.forEach(this::notifyShutdown);
        }
    }

    private void notifyShutdown(Waiting waiting) {
        if (tryRemove(waiting)) {
            try {
                waiting.onShutdown();
            } catch (Throwable thrown) {
                SafeLog.error(log, "A wait could not be aborted", thrown);
            }
        }
    }

    /** A thread that parks: an interrupt to wake it could not be distinguished from one by its user. */
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

        /** Parks in real time. Returns false if the thread was woken before the time was over. */
        boolean park(long nanos) throws InterruptedException {
            Ticker ticker = Ticker.system();
            long end = ticker.nanoTime() + nanos;
            for (long left = nanos; !woken && left > 0; left = end - ticker.nanoTime()) {
                requireNoInterrupt();
                LockSupport.parkNanos(this, left);
            }
            return !woken;
        }

        /** Parks in the time of a ticker, while a worker sleeps. */
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

    /** Sleeps on a worker on behalf of a thread that parks. */
    private static final class Substitute extends TickerSleep {

        private final long nanos;
        private final Thread waiter;
        private @Nullable Throwable failure; // written before the next field
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

        /** Returns true, unless the ticker failed. Called when the sleep is over. */
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
