package io.netrun.resilience.benchmarks;

import io.netrun.resilience.CheckedSupplier;
import io.netrun.resilience.timeout.Timeout;
import io.netrun.resilience.timeout.TimeoutExceededException;
import io.netrun.resilience.timeout.TimeoutThread;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * A call with a time limit, within which it ends, on the thread of its caller. The least that others need is to
 * schedule an interrupt and to cancel it.
 */
public class TimeoutCallerThread extends NanosPerCall {

    private static final Duration LONG = Duration.ofSeconds(5);
    private static final long LONG_NANOS = LONG.toNanos();
    private static final Duration SHORT = Duration.ofMillis(50);

    @Benchmark
    public Object scheduleAndCancel(Schedule subject, Work work) {
        Future<?> interrupt = subject.scheduler.schedule(Thread.currentThread()::interrupt, 5, TimeUnit.SECONDS);
        try {
            return work.call();
        } finally {
            interrupt.cancel(false);
        }
    }

    /** The least for a limit that another thread can see: the time, and a slot of the thread for it. */
    @Benchmark
    public Object slotPerThread(Slot slot, Work work) {
        slot.deadline.setRelease(System.nanoTime() + LONG_NANOS);
        try {
            return work.call();
        } finally {
            slot.deadline.setRelease(0);
        }
    }

    @Benchmark
    public Object netrun(Netrun subject) {
        return subject.timeout.call(subject.body);
    }

    @Benchmark
    public Object failsafe(Failsafe subject) {
        return subject.call();
    }

    @Benchmark
    public Object smallRye(SmallRye subject) {
        return subject.call();
    }

    @State(Scope.Thread)
    public static class Slot {

        final AtomicLong deadline = new AtomicLong();
    }

    @State(Scope.Benchmark)
    public static class Schedule {

        final ScheduledThreadPoolExecutor scheduler = new ScheduledThreadPoolExecutor(1);

        @Setup
        public void setUp() {
            scheduler.setRemoveOnCancelPolicy(true);
        }

        @TearDown
        public void stop() {
            scheduler.shutdownNow();
        }
    }

    @State(Scope.Benchmark)
    public static class Netrun {

        Timeout timeout;
        CheckedSupplier<Object, RuntimeException> body;

        @Setup
        public void setUp(Work work) {
            Timeout strict = within(SHORT);
            Checks.requireRejection(() -> strict.call(Checks::sleep), TimeoutExceededException.class);
            timeout = within(LONG);
            body = work::call;
            Checks.require(timeout.call(body) == work.call(), "the call's result comes back");
        }

        private static Timeout within(Duration limit) {
            return Timeout.of("caller", c -> c.thread(TimeoutThread.CALLER).duration(limit));
        }
    }

    public static class Failsafe extends FailsafeCall {

        @Setup
        public void setUp(Work work) {
            prepare(Checks::sleep, List.of(within(SHORT)));
            Checks.requireRejection(this::call, dev.failsafe.TimeoutExceededException.class);
            prepare(work::call, List.of(within(LONG)));
            Checks.require(call() == work.call(), "the call's result comes back");
        }

        private static dev.failsafe.Timeout<Object> within(Duration limit) {
            return dev.failsafe.Timeout.builder(limit).withInterrupt().build();
        }
    }

    public static class SmallRye extends SmallRyeCall {

        @Setup
        public void setUp(Work work) {
            prepare(
                    Checks::sleep,
                    guard -> guard.withTimeout()
                            .duration(SHORT.toMillis(), ChronoUnit.MILLIS)
                            .done());
            Checks.requireRejection(
                    this::call, org.eclipse.microprofile.faulttolerance.exceptions.TimeoutException.class);
            prepare(
                    work::call,
                    guard -> guard.withTimeout()
                            .duration(LONG.toMillis(), ChronoUnit.MILLIS)
                            .done());
            Checks.require(call() == work.call(), "the call's result comes back");
        }
    }
}
