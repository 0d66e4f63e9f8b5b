package io.netrun.resilience.shared;

import java.lang.reflect.Method;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;

/**
 * The carrier that all virtual threads of a JVM share; see {@link ChildJvm#startWithOneCarrier}. For programs that run
 * on JDK 21 or later, and are compiled for an earlier one.
 */
public final class OnlyCarrier {

    private static final long LONGEST = TimeUnit.SECONDS.toNanos(20);

    private OnlyCarrier() {}

    /** Makes a call on a virtual thread. */
    public static Call start(Runnable call) throws ReflectiveOperationException {
        return new Call(call);
    }

    /** Keeps the carrier busy until something has happened. Returns false if that takes more than 20 seconds. */
    public static boolean holdUntil(BooleanSupplier happened)
            throws ReflectiveOperationException, InterruptedException {
        AtomicReference<Boolean> inTime = new AtomicReference<>();
        startVirtual(() -> {
                    long end = System.nanoTime() + LONGEST;
                    while (!happened.getAsBoolean() && System.nanoTime() - end < 0) {
                        Thread.onSpinWait();
                    }
                    inTime.set(happened.getAsBoolean());
                })
                .join();
        return inTime.get();
    }

    private static Thread startVirtual(Runnable task) throws ReflectiveOperationException {
        Method start = Thread.class.getMethod("startVirtualThread", Runnable.class); // from JDK 21 on
        return (Thread) start.invoke(null, task);
    }

    /** A call on a virtual thread. */
    public static final class Call {

        private final CountDownLatch ended = new CountDownLatch(1);
        private final AtomicReference<Throwable> thrown = new AtomicReference<>();

        private Call(Runnable call) throws ReflectiveOperationException {
            startVirtual(() -> {
                try {
                    call.run();
                } catch (Throwable failure) {
                    thrown.set(failure);
                } finally {
                    ended.countDown();
                }
            });
        }

        /** Waits for the call's end, and returns what it threw; null if it returned. */
        public Throwable awaitFailure() throws InterruptedException {
            ended.await();
            return thrown.get();
        }
    }
}
