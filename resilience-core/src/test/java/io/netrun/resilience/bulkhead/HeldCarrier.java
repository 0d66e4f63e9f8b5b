package io.netrun.resilience.bulkhead;

import java.lang.reflect.Method;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/** A virtual thread whose wait for a permit is over while the only carrier is busy. Prints what happens then. */
final class HeldCarrier {

    private static final long LONGEST = TimeUnit.SECONDS.toNanos(20);

    private HeldCarrier() {}

    public static void main(String[] arguments) throws Exception {
        Bulkhead bulkhead = Bulkhead.of("b", c -> c.maxConcurrent(1).maxQueue(1).maxWait(Duration.ofMillis(200)));
        bulkhead.acquirePermit();
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread caller = startVirtual(() -> {
            try {
                bulkhead.run(() -> {});
            } catch (Throwable end) {
                thrown.set(end);
            }
        });
        while (bulkhead.metrics().syncQueued() == 0) {
            Thread.onSpinWait();
        }
        AtomicReference<Boolean> inTime = new AtomicReference<>();
        Thread busy = startVirtual(() -> {
            long end = System.nanoTime() + LONGEST;
            while (bulkhead.metrics().syncQueued() > 0 && System.nanoTime() - end < 0) {
                Thread.onSpinWait();
            }
            inTime.set(bulkhead.metrics().syncQueued() == 0);
        });
        busy.join();
        caller.join();
        System.out.println("left while the carrier was busy " + inTime.get() + ", rejected "
                + bulkhead.metrics().totalRejected() + ", caller " + thrown.get());
        Runtime.getRuntime().halt(0);
    }

    private static Thread startVirtual(Runnable task) throws ReflectiveOperationException {
        Method start = Thread.class.getMethod("startVirtualThread", Runnable.class); // from JDK 21 on
        return (Thread) start.invoke(null, task);
    }
}
