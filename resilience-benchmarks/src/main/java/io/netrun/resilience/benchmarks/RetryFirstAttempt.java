package io.netrun.resilience.benchmarks;

import io.netrun.resilience.CheckedSupplier;
import io.netrun.resilience.retry.Retry;
import java.util.function.Supplier;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** A call through a retry that succeeds at once; the limit is {@link BareCall}. */
public class RetryFirstAttempt extends NanosPerCall {

    @Benchmark
    public Object netrun(Netrun subject) {
        return subject.retry.call(subject.body);
    }

    @Benchmark
    public Object resilience4j(Resilience4j subject) {
        return subject.decorated.get();
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
}
