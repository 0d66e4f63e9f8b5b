package io.netrun.resilience.benchmarks;

import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.bulkhead.internal.SemaphoreBulkhead;
import io.netrun.resilience.CheckedSupplier;
import io.netrun.resilience.bulkhead.Bulkhead;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** A call through a bulkhead with places to spare; the limit is a semaphore around the call, which counts nothing. */
public class BulkheadFree extends NanosPerCall {

    private static final int PLACES = 25;

    @Benchmark
    public Object semaphore(Limit subject, Work work) {
        if (!subject.semaphore.tryAcquire()) {
            throw new IllegalStateException("full");
        }
        try {
            return work.call();
        } finally {
            subject.semaphore.release();
        }
    }

    @Benchmark
    public Object netrun(Netrun subject) {
        return subject.bulkhead.call(subject.body);
    }

    @Benchmark
    public Object resilience4j(Resilience4j subject) {
        return subject.decorated.get();
    }

    @State(Scope.Benchmark)
    public static class Limit {

        final Semaphore semaphore = new Semaphore(PLACES);
    }

    @State(Scope.Benchmark)
    public static class Netrun {

        Bulkhead bulkhead;
        CheckedSupplier<Object, RuntimeException> body;

        @Setup
        public void setUp(Work work) {
            bulkhead = Bulkhead.of("free", c -> c.maxConcurrent(PLACES));
            body = work::call;
            int within = bulkhead.call(() -> bulkhead.metrics().syncActive());
            Checks.require(within == 1, "a call in the bulkhead holds a place");
            Checks.require(bulkhead.call(body) == work.call(), "the call's result comes back");
            Checks.require(bulkhead.metrics().syncActive() == 0, "places are given back");
        }
    }

    @State(Scope.Benchmark)
    public static class Resilience4j {

        Supplier<Object> decorated;

        @Setup
        public void setUp(Work work) {
            var config = BulkheadConfig.custom().maxConcurrentCalls(PLACES).build();
            var bulkhead = new SemaphoreBulkhead("free", config);
            decorated = io.github.resilience4j.bulkhead.Bulkhead.decorateSupplier(bulkhead, work::call);
            int within = bulkhead.executeSupplier(() -> bulkhead.getMetrics().getAvailableConcurrentCalls());
            Checks.require(within == PLACES - 1, "a call in the bulkhead holds a place");
            Checks.require(decorated.get() == work.call(), "the call's result comes back");
            Checks.require(bulkhead.getMetrics().getAvailableConcurrentCalls() == PLACES, "places are given back");
        }
    }
}
