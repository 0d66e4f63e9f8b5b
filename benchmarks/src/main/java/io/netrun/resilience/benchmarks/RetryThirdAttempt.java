package io.netrun.resilience.benchmarks;

import io.github.resilience4j.retry.RetryConfig;
import io.netrun.resilience.CheckedSupplier;
import io.netrun.resilience.retry.Retry;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.Supplier;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.springframework.retry.RetryCallback;
import org.springframework.retry.support.RetryTemplate;

/** A call that fails twice and succeeds with the third attempt, without any wait between attempts. */
public class RetryThirdAttempt extends NanosPerCall {

    private static final int ATTEMPTS = 3;

    /** The limit: the same attempts in a loop. */
    @Benchmark
    public Object loop(FailingWork work) {
        for (int attempt = 1; ; attempt++) {
            try {
                return work.call();
            } catch (IllegalStateException failure) {
                if (attempt == ATTEMPTS) {
                    throw failure;
                }
            }
        }
    }

    @Benchmark
    public Object netrun(Netrun subject) {
        return subject.retry.call(subject.body);
    }

    @Benchmark
    public Object resilience4j(Resilience4j subject) {
        return subject.decorated.get();
    }

    @Benchmark
    public Object springRetry(SpringRetry subject) {
        return subject.template.execute(subject.body);
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
    public static class Netrun {

        Retry retry;
        CheckedSupplier<Object, RuntimeException> body;

        @Setup
        public void setUp(FailingWork work) {
            retry = Retry.of("third", c -> c.maxAttempts(ATTEMPTS).baseDelay(Duration.ZERO));
            body = work::call;
            Checks.require(retry.call(body) != null && work.failed() == 0, "the third attempt succeeds");
            Checks.require(retry.metrics().totalRetries() == 2, "the retries are counted");
        }
    }

    @State(Scope.Thread)
    public static class Resilience4j {

        Supplier<Object> decorated;

        @Setup
        public void setUp(FailingWork work) {
            var config = RetryConfig.custom()
                    .maxAttempts(ATTEMPTS)
                    .intervalFunction(attempt -> 0L)
                    .build();
            var retry = io.github.resilience4j.retry.Retry.of("third", config);
            decorated = io.github.resilience4j.retry.Retry.decorateSupplier(retry, work::call);
            Checks.require(decorated.get() != null && work.failed() == 0, "the third attempt succeeds");
            Checks.require(
                    retry.getMetrics().getNumberOfSuccessfulCallsWithRetryAttempt() == 1, "the retry is counted");
        }
    }

    @State(Scope.Thread)
    public static class SpringRetry {

        RetryTemplate template;
        RetryCallback<Object, RuntimeException> body;

        @Setup
        public void setUp(FailingWork work) {
            template = RetryTemplate.builder().maxAttempts(ATTEMPTS).noBackoff().build();
            body = context -> work.call();
            Checks.require(template.execute(body) != null && work.failed() == 0, "the third attempt succeeds");
        }
    }

    @State(Scope.Thread)
    public static class Failsafe extends FailsafeCall {

        @Setup
        public void setUp(FailingWork work) {
            var retry =
                    dev.failsafe.RetryPolicy.builder().withMaxAttempts(ATTEMPTS).build();
            prepare(work::call, List.of(retry));
            Checks.require(call() != null && work.failed() == 0, "the third attempt succeeds");
        }
    }

    @State(Scope.Thread)
    public static class SmallRye extends SmallRyeCall {

        @Setup
        public void setUp(FailingWork work) {
            prepare(
                    work::call,
                    guard -> guard.withRetry()
                            .maxRetries(ATTEMPTS - 1)
                            .delay(0, ChronoUnit.MILLIS)
                            .jitter(0, ChronoUnit.MILLIS)
                            .done());
            Checks.require(call() != null && work.failed() == 0, "the third attempt succeeds");
        }
    }
}
