package io.netrun.resilience;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Spin back-off after a failed compare-and-set, and a short wait for another thread that is about to act. Threads that
 * retry immediately contend for the word's cache line at every step, also with the thread that is about to succeed; if
 * the losers pause, and longer each time, the others complete several steps undisturbed. See "More threads" in
 * {@code docs/benchmarks/jdk-17.md}.
 *
 * <pre>{@code
 * for (int spins = 0; ; spins = SpinBackoff.pause(spins)) {
 *     ...                      // read, compute, return if the compare-and-set succeeds
 * }
 * }</pre>
 *
 * @apiNote For authors of policies.
 */
public final class SpinBackoff {

    /** In calls of {@link Thread#onSpinWait()}, each of which takes 10 to 50 ns. */
    private static final int SHORTEST = 16;

    /** A few microseconds, which is negligible beside a protected call. */
    private static final int LONGEST = 128;

    /** The number of rounds for which {@link #await} spins, less than a hundred microseconds in all. */
    private static final int SPINS = 16;

    /**
     * The same for virtual threads, a few milliseconds in all: one that parks while the heap is full may never be
     * resumed, because a carrier thread that dies of an {@link OutOfMemoryError} loses the threads in its queue.
     */
    private static final int VIRTUAL_SPINS = 1_000;

    private static final @Nullable MethodHandle IS_VIRTUAL = isVirtual();

    private static final long MILLISECOND_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private static final long PARK_NANOS = TimeUnit.MICROSECONDS.toNanos(50);

    /** Another thread that runs no code of the user meanwhile; it may have to wait for a processor. */
    private static final long LONGEST_BRIEF_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** Another thread that may call listeners meanwhile. */
    private static final long LONGEST_START_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private static final long LONGEST_BODY_NANOS = TimeUnit.MICROSECONDS.toNanos(500);

    /** On threads that must not pause. */
    private static final long LONGEST_POLL_NANOS = TimeUnit.MICROSECONDS.toNanos(100);

    /**
     * What a thread in {@link #awaitBriefly} or {@link #awaitStart} is shown to wait for. Exists already: a class that
     * is needed first while the heap is full, and cannot be initialized then, is lost for good.
     */
    private static final Object BRIEF = SpinBackoff.class;

    private SpinBackoff() {}

    /**
     * Pauses before the next attempt, without yielding the processor.
     *
     * @param before what the last call returned; 0 for the first
     * @return the value to pass next time
     */
    public static int pause(int before) {
        int rest = before == 0 ? SHORTEST : Math.min(2 * before, LONGEST);
        spin(rest);
        return rest;
    }

    /** Pauses for a moment before another look at what another thread is about to do. */
    public static void pause() {
        spin(1);
    }

    private static void spin(int times) {
        try {
            for (int i = 0; i < times; i++) {
                Thread.onSpinWait();
            }
        } catch (Throwable forbidden) {
            // A tool that watches the thread, such as BlockHound, takes this for blocking. It has been pause enough.
        }
    }

    /**
     * Pauses between two checks of what another thread is about to do, which takes that thread less than a microsecond
     * while it runs. The first pauses spin; later ones park for 50 microseconds, because the other thread may need this
     * processor. A thread whose interrupt flag is set does not park, so callers that may be interrupted clear it
     * between pauses. A pause for which there is no memory is shorter, and throws nothing.
     *
     * <pre>{@code
     * for (int checks = 0; !done; checks++) {
     *     SpinBackoff.await(checks);
     * }
     * }</pre>
     *
     * @param checks how often the caller has paused before; 0 the first time
     */
    public static void await(int checks) {
        if (checks < SPINS || (checks < VIRTUAL_SPINS && isOnVirtualThread())) {
            pause(checks == 0 ? 0 : Math.min(SHORTEST << Math.min(checks - 1, 8), LONGEST));
        } else {
            park();
        }
    }

    /**
     * Pauses before another attempt at what needs memory and must not be given up: a millisecond, and later up to ten.
     * A virtual thread spins for its first second of these, see {@link #VIRTUAL_SPINS}.
     *
     * @param tries how often the caller has paused before; 0 the first time
     */
    static void awaitMemory(int tries) {
        try {
            if (tries < VIRTUAL_SPINS && isOnVirtualThread()) {
                Ticker clock = Ticker.system();
                long begin = clock.nanoTime();
                while (clock.nanoTime() - begin < MILLISECOND_NANOS) {
                    Thread.onSpinWait();
                }
            } else {
                LockSupport.parkNanos(Math.min(1L + tries, 10) * MILLISECOND_NANOS);
            }
        } catch (Throwable forbidden) {
            // The thread is watched by a tool that forbids it to pause, such as BlockHound: it tries again at once.
        }
    }

    /** What follows the wait, such as a release, must not be lost because a virtual thread needs memory to park. */
    private static void park() {
        try {
            LockSupport.parkNanos(PARK_NANOS);
        } catch (OutOfMemoryError full) {
            pause(LONGEST);
        }
    }

    /** Returns whether the calling thread is a virtual one, which needs a free carrier to continue after a wait. */
    public static boolean isOnVirtualThread() {
        if (IS_VIRTUAL == null) {
            return false;
        }
        try {
            return (boolean) IS_VIRTUAL.invokeExact(Thread.currentThread());
        } catch (Throwable unknown) {
            return false;
        }
    }

    /** By reflection, because the API that this is compiled against does not have it. */
    private static @Nullable MethodHandle isVirtual() {
        try {
            return MethodHandles.publicLookup()
                    .findVirtual(Thread.class, "isVirtual", MethodType.methodType(boolean.class));
        } catch (ReflectiveOperationException absent) {
            return null;
        }
    }

    /**
     * Waits for another thread to do what takes it less than a microsecond while it runs, and is no code of the user.
     * Waits for at most a hundred milliseconds of real time, because the other thread may have to wait for a processor.
     *
     * @param done whether it is done
     */
    public static void awaitBriefly(BooleanSupplier done) {
        awaitUntil(done, () -> false, LONGEST_BRIEF_NANOS);
    }

    /**
     * Waits for another thread to start an asynchronous call, which normally takes it less than a microsecond, too, for
     * at most ten milliseconds: it may call listeners. Once it runs the body, which normally returns its future at
     * once, this waits for at most half a millisecond longer.
     *
     * @param started whether the future of the call is known, or the call does not begin
     * @param inBody whether the body has begun
     */
    public static void awaitStart(BooleanSupplier started, BooleanSupplier inBody) {
        awaitUntil(started, inBody, LONGEST_START_NANOS);
    }

    private static void awaitUntil(BooleanSupplier done, BooleanSupplier inBody, long nanos) {
        LockSupport.setCurrentBlocker(BRIEF);
        try {
            pollUntil(done, inBody, nanos);
        } finally {
            LockSupport.setCurrentBlocker(null);
        }
    }

    private static void pollUntil(BooleanSupplier done, BooleanSupplier inBody, long nanos) {
        Ticker clock = Ticker.system(); // the other thread needs real time
        long now = clock.nanoTime();
        long end = now + nanos;
        boolean begun = false;
        boolean pausing = true;
        for (int checks = 0; !done.getAsBoolean() && now - end < 0; checks++) {
            if (!begun && inBody.getAsBoolean()) {
                begun = true;
                end = earlier(end, now + LONGEST_BODY_NANOS);
            }
            if (pausing && !tryAwait(checks)) {
                pausing = false;
                end = earlier(end, now + LONGEST_POLL_NANOS);
            }
            now = clock.nanoTime();
        }
    }

    /** Returns whether a thread is in one of the waits for another thread that are over soon. */
    static boolean isWaitingBriefly(Thread thread) {
        return LockSupport.getBlocker(thread) == BRIEF;
    }

    /** Returns false if the thread is watched by a tool that forbids it to pause, such as BlockHound. */
    private static boolean tryAwait(int checks) {
        try {
            // A virtual thread does not park, see VIRTUAL_SPINS: the wait is brief, and a call may depend on its end.
            await(isOnVirtualThread() ? Math.min(checks, SPINS) : checks);
            return true;
        } catch (Throwable forbidden) {
            return false;
        }
    }

    private static long earlier(long one, long other) {
        return one - other < 0 ? one : other;
    }

    /**
     * Parks until another thread has done something, for a limited real time. An interrupt of the calling thread does
     * not end the wait; the interrupt flag is set again after it.
     *
     * @param done whether it is done; the other thread unparks the calling one after it has made this true
     * @param nanos the longest wait, in nanoseconds; 0 or less for none
     * @param blocker what the calling thread is shown to wait for, see {@link LockSupport#park(Object)}
     */
    public static void awaitUninterruptibly(BooleanSupplier done, long nanos, Object blocker) {
        boolean interrupted = false;
        long end = Ticker.system().nanoTime() + nanos;
        for (long rest = nanos;
                !done.getAsBoolean() && rest > 0;
                rest = end - Ticker.system().nanoTime()) {
            LockSupport.parkNanos(blocker, rest);
            interrupted |= Thread.interrupted();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
