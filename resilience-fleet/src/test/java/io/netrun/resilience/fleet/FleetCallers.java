package io.netrun.resilience.fleet;

import io.netrun.resilience.CheckedRunnable;
import io.netrun.resilience.ResilienceException;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.ratelimiter.RateLimiter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Eight threads that call a limiter and a bulkhead of the fleet until they are closed, and one that looks at the stacks
 * of the eight all the time.
 */
final class FleetCallers implements AutoCloseable {

    private static final int CALLERS = 8;
    private static final long PAUSE_NANOS = 200_000;
    private static final long BOUND_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final List<String> FORBIDDEN = List.of(
            "io.lettuce.", "io.netty.", "redis.clients.", "org.springframework.", "io.netrun.resilience.fleet.");

    private final List<Caller> callers = new ArrayList<>();
    private final Set<String> forbiddenFrames = new ConcurrentSkipListSet<>();
    private final AtomicLong dumps = new AtomicLong();
    private final Thread observer = new Thread(this::observe, "observer");
    private volatile boolean closed;

    FleetCallers(Bulkhead bulkhead, RateLimiter limiter) {
        this(() -> bulkhead.run(() -> limiter.run(() -> LockSupport.parkNanos(PAUSE_NANOS))));
    }

    FleetCallers(CheckedRunnable<RuntimeException> call) {
        for (int i = 0; i < CALLERS; i++) {
            Caller caller = new Caller("caller-" + i, call);
            callers.add(caller);
            caller.start();
        }
        observer.setDaemon(true);
        observer.start();
    }

    /** Waits until each thread has made 20 calls more; throws if one of them stays in a call. */
    void awaitProgress() {
        long start = System.nanoTime();
        for (Caller caller : callers) {
            long goal = caller.calls + 20;
            while (caller.calls < goal) {
                if (System.nanoTime() - start > BOUND_NANOS) {
                    throw new AssertionError(caller + " is stuck: " + List.of(caller.getStackTrace()));
                }
                Thread.onSpinWait();
            }
        }
    }

    /** The frames of Redis' clients and of the fleet that were found on the stacks of callers. */
    Set<String> forbiddenFrames() {
        return new TreeSet<>(forbiddenFrames);
    }

    long dumps() {
        return dumps.get();
    }

    @Override
    public void close() throws InterruptedException {
        closed = true;
        for (Caller caller : callers) {
            caller.join(TimeUnit.NANOSECONDS.toMillis(BOUND_NANOS));
        }
        observer.join(TimeUnit.NANOSECONDS.toMillis(BOUND_NANOS));
    }

    private void observe() {
        while (!closed) {
            for (Caller caller : callers) {
                for (StackTraceElement frame : caller.getStackTrace()) {
                    if (isForbidden(frame.getClassName())) {
                        forbiddenFrames.add(frame.toString());
                    }
                }
            }
            dumps.incrementAndGet();
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private static boolean isForbidden(String type) {
        return FORBIDDEN.stream().anyMatch(type::startsWith) && !type.startsWith(FleetCallers.class.getName());
    }

    private final class Caller extends Thread {

        private final CheckedRunnable<RuntimeException> call;
        private volatile long calls;

        Caller(String name, CheckedRunnable<RuntimeException> call) {
            super(name);
            this.call = call;
            setDaemon(true);
        }

        @Override
        public void run() {
            while (!closed) {
                try {
                    call.run();
                } catch (ResilienceException rejected) {
                    LockSupport.parkNanos(PAUSE_NANOS);
                }
                calls++;
            }
        }
    }
}
