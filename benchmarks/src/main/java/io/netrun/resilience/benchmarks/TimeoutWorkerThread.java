package io.netrun.resilience.benchmarks;

import dev.failsafe.FailsafeExecutor;
import io.github.resilience4j.timelimiter.TimeLimiter;
import io.netrun.resilience.CheckedSupplier;
import io.netrun.resilience.timeout.Timeout;
import io.netrun.resilience.timeout.TimeoutExceededException;
import io.netrun.resilience.timeout.TimeoutThread;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeoutException;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * A call with a time limit, within which it ends, on another thread than its caller's. The limit is the hand-over of
 * the call to an executor.
 */
public class TimeoutWorkerThread extends NanosPerCall {

    private static final Duration LONG = Duration.ofSeconds(5);
    private static final Duration SHORT = Duration.ofMillis(50);

    @Benchmark
    public Object handOver(Pool subject, Work work) throws ExecutionException, InterruptedException {
        return subject.executor.submit(work::call).get();
    }

    /** From JDK 21 on. */
    @Benchmark
    public Object virtualThread(Virtual subject, Work work) throws ExecutionException, InterruptedException {
        return subject.executor.submit(work::call).get();
    }

    @Benchmark
    public Object netrun(Netrun subject) {
        return subject.timeout.call(subject.body);
    }

    @Benchmark
    public Object resilience4j(Resilience4j subject) throws Exception {
        return subject.decorated.call();
    }

    @Benchmark
    public Object failsafe(Failsafe subject) throws ExecutionException, InterruptedException {
        return subject.executor.getAsync(subject.body).get();
    }

    /** The threads that subjects without their own use. */
    @State(Scope.Benchmark)
    public static class Pool {

        final ExecutorService executor = Executors.newCachedThreadPool();

        @TearDown
        public void stop() {
            executor.shutdownNow();
        }
    }

    /** A new virtual thread for each call. */
    @State(Scope.Benchmark)
    public static class Virtual {

        private ExecutorService executor;

        @Setup
        public void setUp() throws ReflectiveOperationException {
            executor = (ExecutorService)
                    Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
        }

        @TearDown
        public void stop() {
            executor.shutdownNow();
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
            Checks.require(timeout.call(Thread::currentThread) != Thread.currentThread(), "a worker makes the call");
            Checks.require(timeout.call(body) == work.call(), "the call's result comes back");
        }

        private static Timeout within(Duration limit) {
            return Timeout.of("worker", c -> c.thread(TimeoutThread.WORKER).duration(limit));
        }
    }

    @State(Scope.Benchmark)
    public static class Resilience4j {

        Callable<Object> decorated;

        @Setup
        public void setUp(Pool pool, Work work) throws Exception {
            Checks.require(timesOut(pool), "the call is given up");
            decorated =
                    TimeLimiter.decorateFutureSupplier(TimeLimiter.of(LONG), () -> pool.executor.submit(work::call));
            Checks.require(decorated.call() == work.call(), "the call's result comes back");
        }

        private static boolean timesOut(Pool pool) throws Exception {
            try {
                TimeLimiter.of(SHORT).executeFutureSupplier(() -> pool.executor.submit(Checks::sleep));
                return false;
            } catch (TimeoutException givenUp) {
                return true;
            }
        }
    }

    @State(Scope.Benchmark)
    public static class Failsafe {

        FailsafeExecutor<Object> executor;
        dev.failsafe.function.CheckedSupplier<Object> body;

        @Setup
        public void setUp(Pool pool, Work work) throws Exception {
            executor = dev.failsafe.Failsafe.with(
                            dev.failsafe.Timeout.builder(LONG).withInterrupt().build())
                    .with(pool.executor);
            body = work::call;
            Checks.require(executor.getAsync(body).get() == work.call(), "the call's result comes back");
        }
    }
}
