package io.netrun.resilience.timeout;

import java.lang.reflect.Method;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/** A call of a virtual thread whose limit comes while the only carrier is busy. Prints what happens at the limit. */
final class HeldCarrier {

    private static final long LONGEST = TimeUnit.SECONDS.toNanos(20);

    private HeldCarrier() {}

    public static void main(String[] arguments) throws Exception {
        Timeout timeout = Timeout.of(
                "t",
                c -> c.duration(Duration.ofMillis(200))
                        .thread(TimeoutThread.WORKER)
                        .executor(task -> new Thread(task).start()));
        CountDownLatch began = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread caller = startVirtual(() -> {
            try {
                timeout.run(() -> {
                    began.countDown();
                    try {
                        new CountDownLatch(1).await();
                    } catch (InterruptedException limit) {
                        interrupted.countDown();
                    }
                });
            } catch (Throwable end) {
                thrown.set(end);
            }
        });
        began.await();
        AtomicReference<Boolean> inTime = new AtomicReference<>();
        Thread busy = startVirtual(() -> {
            long end = System.nanoTime() + LONGEST;
            while (interrupted.getCount() > 0 && System.nanoTime() - end < 0) {
                Thread.onSpinWait();
            }
            inTime.set(interrupted.getCount() == 0);
        });
        busy.join();
        caller.join();
        System.out.println("interrupted while the carrier was busy " + inTime.get() + ", timed out "
                + timeout.metrics().totalTimedOut() + ", caller " + thrown.get());
        Runtime.getRuntime().halt(0);
    }

    private static Thread startVirtual(Runnable task) throws ReflectiveOperationException {
        Method start = Thread.class.getMethod("startVirtualThread", Runnable.class); // from JDK 21 on
        return (Thread) start.invoke(null, task);
    }
}
