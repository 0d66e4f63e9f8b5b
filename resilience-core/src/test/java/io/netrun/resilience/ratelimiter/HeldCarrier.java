package io.netrun.resilience.ratelimiter;

import java.lang.reflect.Method;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/** A virtual thread whose wait for a token is over while the only carrier is busy. Prints what happens then. */
final class HeldCarrier {

    private static final long LONGEST = TimeUnit.SECONDS.toNanos(20);

    private HeldCarrier() {}

    public static void main(String[] arguments) throws Exception {
        RateLimiter limiter = RateLimiter.of(
                "r", c -> c.limit(2).period(Duration.ofSeconds(1)).burst(1).maxWait(Duration.ofMillis(800)));
        limiter.acquirePermit();
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread caller = startVirtual(() -> {
            try {
                limiter.run(() -> {});
            } catch (Throwable end) {
                thrown.set(end);
            }
        });
        while (limiter.metrics().waiting() == 0) {
            Thread.onSpinWait();
        }
        limiter.pauseFor(Duration.ofHours(1)); // its token comes too late now
        AtomicReference<Boolean> inTime = new AtomicReference<>();
        Thread busy = startVirtual(() -> {
            long end = System.nanoTime() + LONGEST;
            while (limiter.metrics().waiting() > 0 && System.nanoTime() - end < 0) {
                Thread.onSpinWait();
            }
            inTime.set(limiter.metrics().waiting() == 0);
        });
        busy.join();
        caller.join();
        System.out.println("left while the carrier was busy " + inTime.get() + ", rejected "
                + limiter.metrics().totalRejected() + ", caller " + thrown.get());
        Runtime.getRuntime().halt(0);
    }

    private static Thread startVirtual(Runnable task) throws ReflectiveOperationException {
        Method start = Thread.class.getMethod("startVirtualThread", Runnable.class); // from JDK 21 on
        return (Thread) start.invoke(null, task);
    }
}
