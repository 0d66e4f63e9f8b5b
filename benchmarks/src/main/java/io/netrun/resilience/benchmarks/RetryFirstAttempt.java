package io.netrun.resilience.benchmarks;

import io.netrun.resilience.CheckedSupplier;
import io.netrun.resilience.retry.Retry;
import java.util.List;
import java.util.function.Supplier;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.springframework.retry.RetryCallback;
import org.springframework.retry.support.RetryTemplate;

/** A call through a retry that succeeds at once; the limit is the call itself. */
public class RetryFirstAttempt extends NanosPerCall {

    @Benchmark
    public Object netrun(Netrun subject) {
        return subject.retry.call(subject.body);
    }

    @Benchmark
    public Object resilience4j(Resilience4j subject) {
        return subject.decorated.get();
    }

    @Benchmark
    public Object failsafe(Failsafe subject) {
        return subject.call();
    }

    @Benchmark
    public Object smallRye(SmallRye subject) {
        return subject.call();
    }

    @Benchmark
    public Object springRetry(SpringRetry subject) {
        return subject.template.execute(subject.body);
    }

    @State(Scope.Benchmark)
    public static class Netrun {

        Retry retry;
        CheckedSupplier<Object, RuntimeException> body;

        @Setup
        public void setUp(Work work) {
            retry = Retry.of("first");
            body = work::call;
            Checks.require(retry.call(body) == work.call(), "the call's result comes back");
        }
    }

    @State(Scope.Benchmark)
    public static class Resilience4j {

        Supplier<Object> decorated;

        @Setup
        public void setUp(Work work) {
            var retry = io.github.resilience4j.retry.Retry.ofDefaults("first");
            decorated = io.github.resilience4j.retry.Retry.decorateSupplier(retry, work::call);
            Checks.require(decorated.get() == work.call(), "the call's result comes back");
        }
    }

    public static class Failsafe extends FailsafeCall {

        @Setup
        public void setUp(Work work) {
            prepare(work::call, List.of(dev.failsafe.RetryPolicy.ofDefaults()));
            Checks.require(call() == work.call(), "the call's result comes back");
        }
    }

    public static class SmallRye extends SmallRyeCall {

        @Setup
        public void setUp(Work work) {
            prepare(work::call, guard -> guard.withRetry().done());
            Checks.require(call() == work.call(), "the call's result comes back");
        }
    }

    @State(Scope.Benchmark)
    public static class SpringRetry {

        RetryTemplate template;
        RetryCallback<Object, RuntimeException> body;

        @Setup
        public void setUp(Work work) {
            template = RetryTemplate.defaultInstance();
            body = context -> work.call();
            Checks.require(template.execute(body) == work.call(), "the call's result comes back");
        }
    }
}
