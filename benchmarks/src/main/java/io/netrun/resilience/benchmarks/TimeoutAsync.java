package io.netrun.resilience.benchmarks;

import io.github.resilience4j.timelimiter.TimeLimiter;
import io.netrun.resilience.timeout.Timeout;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;

/**
 * An asynchronous call with a time limit, within which it ends: its future is done already when the call returns it, or
 * is completed later. The limits are to ask the future whether it is done, and the JDK's {@code orTimeout}.
 */
public class TimeoutAsync extends NanosPerCall {

    private static final Duration LIMIT = Duration.ofSeconds(5);

    @Benchmark
    public Object doneIsDone(EndedWork ended) {
        CompletableFuture<Object> future = ended.future;
        return future.isDone() ? future : future.orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    @Benchmark
    public Object doneNetrun(Netrun subject, EndedWork ended) {
        return subject.start(ended.call);
    }

    @Benchmark
    public Object doneResilience4j(Resilience4j subject, EndedWork ended) {
        return subject.start(ended.call);
    }

    @Benchmark
    public Object doneFailsafe(Failsafe subject, EndedWork ended) {
        return subject.start(ended.call).toCompletableFuture().join();
    }

    @Benchmark
    public Object doneSmallRye(SmallRye subject, EndedWork ended) {
        return subject.start(ended.call);
    }

    @Benchmark
    public Object laterOrTimeout() {
        CompletableFuture<Object> future = new CompletableFuture<>().orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS);
        future.complete(this);
        return future.join();
    }

    @Benchmark
    public Object laterNetrun(Netrun subject) {
        return endLater(subject);
    }

    @Benchmark
    public Object laterResilience4j(Resilience4j subject) {
        return endLater(subject);
    }

    @Benchmark
    public Object laterFailsafe(Failsafe subject) {
        return endLater(subject);
    }

    @Benchmark
    public Object laterSmallRye(SmallRye subject) {
        return endLater(subject);
    }

    private Object endLater(AsyncCalls.Starter subject) {
        var future = new CompletableFuture<Object>();
        CompletionStage<Object> call = subject.start(() -> future);
        future.complete(this);
        return call.toCompletableFuture().join();
    }

    public static class Netrun extends AsyncCalls.Netrun {

        @Setup
        public void setUp() {
            prepare(Timeout.of("async", c -> c.duration(LIMIT)));
        }
    }

    public static class Resilience4j extends AsyncCalls.Resilience4j {

        private final TimeLimiter timeLimiter = TimeLimiter.of(LIMIT);

        @Setup
        public void setUp() {
            AsyncCalls.check(this);
        }

        @Override
        public CompletionStage<Object> start(Supplier<CompletionStage<Object>> call) {
            return timeLimiter.executeCompletionStage(scheduler, call);
        }
    }

    public static class Failsafe extends AsyncCalls.ByFailsafe {

        @Setup
        public void setUp() {
            prepare(List.of(dev.failsafe.Timeout.of(LIMIT)));
        }
    }

    public static class SmallRye extends AsyncCalls.SmallRye {

        @Setup
        public void setUp() {
            prepare(guard -> guard.withTimeout()
                    .duration(LIMIT.toMillis(), ChronoUnit.MILLIS)
                    .done());
        }
    }
}
