package io.netrun.resilience.timeout;

import io.netrun.resilience.CallInterruptedException;
import io.netrun.resilience.CallerContext;
import io.netrun.resilience.CheckedSupplier;
import io.netrun.resilience.Deadline;
import io.netrun.resilience.Layer;
import io.netrun.resilience.SpinBackoff;
import io.netrun.resilience.Ticker;
import io.netrun.resilience.WaitInScope;
import io.netrun.resilience.Workers;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A sync call on a worker thread, while its caller waits for the first of three events: the end of the call, the
 * timeout, or an interrupt of the caller. One compare-and-set of {@link Phase} decides which it was. The caller checks
 * the clock itself, so that it returns in time even without a timer.
 */
final class WorkerThreadCall<T extends @Nullable Object, X extends Throwable> implements Runnable {

    private static final VarHandle PHASE = ConstantBootstraps.fieldVarHandle(
            MethodHandles.lookup(), "phase", VarHandle.class, WorkerThreadCall.class, Phase.class);

    private static final VarHandle WORKER = ConstantBootstraps.fieldVarHandle(
            MethodHandles.lookup(), "worker", VarHandle.class, WorkerThreadCall.class, TimeoutInterrupts.class);

    private static final VarHandle STOPPING = ConstantBootstraps.fieldVarHandle(
            MethodHandles.lookup(), "stopping", VarHandle.class, WorkerThreadCall.class, boolean.class);

    enum Phase {
        /** No worker has started it yet. */
        NEW,
        RUNNING,
        /** The call has ended in time. */
        ENDED,
        /** The caller has left without a result; an interrupt of the worker may follow. */
        STOPPED,
        /**
         * The worker is about to be interrupted, and waits for it, so that the interrupt reaches this call or nothing.
         */
        INTERRUPTING,
        /** The worker was interrupted, and the interrupt must be cleared. */
        INTERRUPTED,
        /** The call has ended after its caller had left, or never began. */
        LEFT
    }

    private final Timeout timeout;
    private final TimeoutConfig config;
    private final Deadline limit;
    private final Layer next;

    /** Null once it is decided that it never begins: an executor of the user may keep the task. */
    private @Nullable CheckedSupplier<T, X> body;

    private final Thread caller = Thread.currentThread();
    private volatile Phase phase = Phase.NEW;

    /** Written once, before {@link Phase#RUNNING}: an executor of the user may run the task twice. */
    private volatile @Nullable TimeoutInterrupts worker;

    /** Written before {@link Phase#STOPPED}. */
    private @Nullable Abandonment abandonment;

    /** Set by the thread that ends the call without a result: the caller's, or the timer's. */
    @SuppressWarnings("UnusedVariable") // read by its handle
    private boolean stopping;

    /** The failures of earlier attempts, once the timer has ended the call in place of its caller. */
    private volatile @Nullable List<Throwable> expired;

    /** Whether a foreign timer has fired, which ends the call whatever its clock reads. */
    private volatile boolean due;

    /** Whether the stopped call has ended, so that it holds nothing any more. */
    private volatile boolean left;

    /** Whether the caller waits for {@link #left}. */
    private volatile boolean lingering;

    /** Written before {@link Phase#ENDED}. */
    private @Nullable T result;

    private @Nullable Throwable failure;

    WorkerThreadCall(Timeout timeout, TimeoutConfig config, Deadline limit, Layer next, CheckedSupplier<T, X> body) {
        this.timeout = timeout;
        this.config = config;
        this.limit = limit;
        this.next = next;
        this.body = body;
        limit.detachOnOwnThread();
    }

    /** Starts the call on a worker and waits for it; on the caller's thread. */
    T call() throws X {
        Ticker.Scheduled timer = wakeUp();
        CallerContext context = CallerContext.capture();
        try {
            start(context.wrap(this, this::failed));
            await();
            if (phase != Phase.ENDED) {
                throw awaitExpiry();
            }
        } finally {
            if (body == null) {
                context.clear();
            }
            if (timer != null) {
                timer.cancel();
            }
        }
        return outcome();
    }

    /**
     * In real time a parked thread wakes up by itself. A virtual one does not while all carriers are busy, so that a
     * worker ends the call instead.
     */
    private Ticker.@Nullable Scheduled wakeUp() {
        if (SpinBackoff.isOnVirtualThread()) {
            return limit.scheduleHandOver(this::expire);
        }
        return timeout.ticker() == Ticker.system() ? null : limit.schedule(this::wake);
    }

    private void wake() {
        due = true;
        LockSupport.unpark(caller);
    }

    /** Ends the call at its limit, on a worker. */
    private void expire() {
        if (!isOpen()) {
            return;
        }
        try {
            if (!stop()) {
                return;
            }
        } catch (OutOfMemoryError full) {
            LockSupport.unpark(caller); // which tries it, too
            return;
        }
        List<Throwable> earlier = List.of();
        try {
            earlier = limit.tryExceed(timeout.title());
        } finally {
            expired = earlier;
            LockSupport.unpark(caller);
        }
        if (config.interrupt() && phase == Phase.STOPPED) {
            interruptBody();
        }
    }

    /** Waits until the timer has ended the call, which it has begun to do. */
    private TimeoutExceededException awaitExpiry() {
        boolean interrupted = false;
        List<Throwable> earlier;
        while ((earlier = expired) == null) {
            LockSupport.park(this);
            interrupted |= Thread.interrupted();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (config.interrupt() && !left && phase != Phase.LEFT) {
            linger();
        }
        return timeout.giveUp(config, earlier, null);
    }

    private void start(Runnable task) {
        Executor executor = config.executor();
        try {
            if (executor == null) {
                Workers.executePromptly(task);
            } else {
                executor.execute(task);
            }
        } catch (Throwable rejected) {
            // An executor that rejects a task may have kept it nevertheless: the task must not run then.
            if (tryDrop()) {
                throw rejected;
            }
        }
    }

    /** Decides that the call never begins. Returns false if it has begun. */
    private boolean tryDrop() {
        boolean drops = PHASE.compareAndSet(this, Phase.NEW, Phase.LEFT);
        if (drops) {
            body = null;
        }
        return drops;
    }

    /** Ends the call because the context could not be restored, before the call or after it. */
    private void failed(Throwable thrown) {
        if (PHASE.compareAndSet(this, Phase.NEW, Phase.RUNNING)) {
            end(null, thrown);
        }
    }

    private void await() {
        OuterScope outer = new OuterScope(caller);
        limit.register(outer);
        try {
            awaitEnd();
        } finally {
            outer.end();
        }
    }

    private void awaitEnd() {
        for (int checks = 0; isOpen(); ) {
            long left = due ? 0 : limit.remainingNanosOfThis();
            if (left <= 0) {
                if (stop()) {
                    List<Throwable> earlier = List.of();
                    try {
                        earlier = limit.tryExceed(timeout.title());
                    } finally {
                        interruptWorker();
                    }
                    throw timeout.giveUp(config, earlier, null);
                }
                SpinBackoff.await(checks); // it has ended, or the timer is about to end it
                checks++;
                continue;
            }
            if (limit.isOver() && stop()) {
                interruptWorker();
                throw new CancellationException(
                        "the call was given up by what is around Timeout '" + timeout.name() + "'");
            }
            LockSupport.parkNanos(this, left);
            if (Thread.interrupted()) {
                Thread.currentThread().interrupt();
                if (stop()) {
                    limit.tryStop();
                    interruptWorker();
                    throw new CallInterruptedException(
                            timeout.name(),
                            "Timeout '" + timeout.name() + "': interrupted while waiting for the call",
                            new InterruptedException());
                }
            }
        }
    }

    /**
     * Wakes the caller when an outer limit is exceeded or the call is stopped, because the interrupt may be disabled.
     */
    private static final class OuterScope extends WaitInScope<Thread> {

        OuterScope(Thread caller) {
            super(caller);
        }

        void end() {
            tryEndWait();
        }

        @Override
        protected void onOver(Thread caller) {
            LockSupport.unpark(caller);
        }
    }

    private boolean isOpen() {
        Phase now = phase;
        return now == Phase.NEW || now == Phase.RUNNING;
    }

    @SuppressWarnings({"unchecked", "NullAway"}) // what the call threw is an X or unchecked; null if T may be null
    private T outcome() throws X {
        if (failure != null) {
            throw (X) failure;
        }
        return result;
    }

    /** Ends the caller's wait without a result, unless the call was faster. */
    private boolean stop() {
        if (!STOPPING.compareAndSet(this, false, true)) {
            return false;
        }
        if (tryDrop()) {
            return true;
        }
        Abandonment leaving;
        try {
            leaving = new Abandonment(timeout);
        } catch (OutOfMemoryError full) {
            STOPPING.setVolatile(this, false);
            throw full;
        }
        abandonment = leaving;
        if (!PHASE.compareAndSet(this, Phase.RUNNING, Phase.STOPPED)) {
            return false;
        }
        leaving.begin();
        return true;
    }

    /**
     * Interrupts the worker, and briefly waits for it to leave: a call that responds to the interrupt does so in less
     * time, and what it held, such as a permit, is then free for the caller's next call. An interrupt runs foreign
     * code, such as that of the channel in which a thread blocks, so the caller does not make it.
     */
    private void interruptWorker() {
        if (config.interrupt() && phase == Phase.STOPPED) {
            Workers.executeReliably(this::interruptBody);
            linger();
        }
    }

    private void linger() {
        lingering = true;
        SpinBackoff.awaitUninterruptibly(() -> left, timeout.lingerNanos(), this);
        lingering = false;
    }

    private void interruptBody() {
        TimeoutInterrupts running = worker;
        if (running == null || !PHASE.compareAndSet(this, Phase.STOPPED, Phase.INTERRUPTING)) {
            return;
        }
        boolean interrupted = false;
        try {
            interrupted = running.interrupt();
        } finally {
            phase = interrupted ? Phase.INTERRUPTED : Phase.LEFT;
        }
    }

    /** Makes the call; on the worker's thread. */
    @Override
    public void run() {
        if (Thread.currentThread() == caller) {
            timeout.reportCallersThread();
        }
        if (limit.remainingNanosOfThis() <= 0) {
            expire(); // in the queue of the executor, or while that held up the caller: it does not begin
        }
        TimeoutInterrupts interrupts = TimeoutInterrupts.enter();
        try {
            if (WORKER.compareAndSet(this, null, interrupts) && PHASE.compareAndSet(this, Phase.NEW, Phase.RUNNING)) {
                make(interrupts);
            }
        } finally {
            interrupts.leave();
        }
    }

    private void make(TimeoutInterrupts interrupts) {
        T value;
        try {
            value = next.call(Objects.requireNonNull(body), limit);
        } catch (Throwable thrown) {
            if (!end(null, thrown)) {
                leave(interrupts);
            }
            return;
        }
        if (!end(value, null)) {
            leave(interrupts);
            timeout.discard(value);
        }
    }

    private boolean end(@Nullable T value, @Nullable Throwable thrown) {
        result = value;
        failure = thrown;
        if (!PHASE.compareAndSet(this, Phase.RUNNING, Phase.ENDED)) {
            result = null;
            failure = null;
            return false;
        }
        limit.end();
        LockSupport.unpark(caller);
        return true;
    }

    /**
     * Ends a call whose caller has left, and gives back what it held before it waits for the interrupt: that may run
     * foreign code for long, and the wait of a virtual thread may never end while the heap is full. The interrupt was
     * for this call; the thread's next task must not see it.
     */
    private void leave(TimeoutInterrupts interrupts) {
        left = true;
        if (lingering) {
            LockSupport.unpark(caller);
        }
        Abandonment leaving = abandonment;
        if (leaving != null) {
            leaving.end();
        }
        for (int checks = 0;
                !PHASE.compareAndSet(this, Phase.STOPPED, Phase.LEFT) && phase == Phase.INTERRUPTING;
                checks++) {
            SpinBackoff.await(checks);
            Thread.interrupted();
        }
        if (phase == Phase.INTERRUPTED) {
            interrupts.clear(0);
        }
    }
}
