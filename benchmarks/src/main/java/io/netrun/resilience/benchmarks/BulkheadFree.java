package io.netrun.resilience.benchmarks;

import com.alibaba.csp.sentinel.slots.block.BlockException;
import com.alibaba.csp.sentinel.slots.block.RuleConstant;
import com.alibaba.csp.sentinel.slots.block.flow.FlowRule;
import com.alibaba.csp.sentinel.slots.block.flow.FlowRuleManager;
import com.netflix.concurrency.limits.Limiter;
import com.netflix.concurrency.limits.limit.FixedLimit;
import com.netflix.concurrency.limits.limiter.SimpleLimiter;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.bulkhead.internal.SemaphoreBulkhead;
import io.netrun.resilience.CheckedSupplier;
import io.netrun.resilience.bulkhead.Bulkhead;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** A call through a bulkhead with free permits. The limit is a semaphore around the call, which counts nothing. */
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

    @Benchmark
    public Object failsafe(Failsafe subject) {
        return subject.call();
    }

    @Benchmark
    public Object smallRye(SmallRye subject) {
        return subject.call();
    }

    @Benchmark
    public Object concurrencyLimits(ConcurrencyLimits subject, Work work) {
        return subject.call(work);
    }

    @Benchmark
    public Object sentinel(Sentinel subject, Work work) throws BlockException {
        return subject.call(work);
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
            Checks.require(within == 1, "a call in the bulkhead holds a permit");
            Checks.require(bulkhead.call(body) == work.call(), "the call's result comes back");
            Checks.require(bulkhead.metrics().syncActive() == 0, "permits are released");
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
            Checks.require(within == PLACES - 1, "a call in the bulkhead holds a permit");
            Checks.require(decorated.get() == work.call(), "the call's result comes back");
            Checks.require(bulkhead.getMetrics().getAvailableConcurrentCalls() == PLACES, "permits are released");
        }
    }

    public static class Failsafe extends FailsafeCall {

        @Setup
        public void setUp(Work work) {
            var bulkhead = dev.failsafe.Bulkhead.of(PLACES);
            prepare(work::call, List.of(bulkhead));
            Checks.require(call() == work.call(), "the call's result comes back");
        }
    }

    public static class SmallRye extends SmallRyeCall {

        @Setup
        public void setUp(Work work) {
            prepare(work::call, guard -> guard.withBulkhead().limit(PLACES).done());
            Checks.require(call() == work.call(), "the call's result comes back");
        }
    }

    @State(Scope.Benchmark)
    public static class ConcurrencyLimits {

        private SimpleLimiter<Void> limiter;

        @Setup
        public void setUp(Work work) {
            limiter = SimpleLimiter.newBuilder().limit(FixedLimit.of(PLACES)).build();
            Limiter.Listener held = limiter.acquire(null).orElseThrow();
            Checks.require(limiter.getInflight() == 1, "a call holds a permit");
            held.onSuccess();
            Checks.require(call(work) == work.call(), "the call's result comes back");
            Checks.require(limiter.getInflight() == 0, "permits are released");
        }

        Object call(Work work) {
            Limiter.Listener place = limiter.acquire(null).orElseThrow();
            try {
                return work.call();
            } finally {
                place.onSuccess();
            }
        }
    }

    public static class Sentinel extends SentinelCall {

        @Setup
        public void setUp(Work work) throws BlockException {
            FlowRuleManager.loadRules(List.of(new FlowRule(RESOURCE)
                    .setGrade(RuleConstant.FLOW_GRADE_THREAD)
                    .setCount(PLACES)));
            requireCounted(work);
        }
    }
}
