package io.netrun.resilience.benchmarks;

import com.alibaba.csp.sentinel.slots.block.BlockException;
import com.alibaba.csp.sentinel.slots.block.RuleConstant;
import com.alibaba.csp.sentinel.slots.block.flow.FlowRule;
import com.alibaba.csp.sentinel.slots.block.flow.FlowRuleManager;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import io.netrun.resilience.CheckedSupplier;
import io.netrun.resilience.ratelimiter.RateLimiter;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.Supplier;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** A call through a rate limiter that has tokens left. The limit is one reading of the clock, by which tokens come. */
public class RateLimiterFree extends NanosPerCall {

    /** A million calls a millisecond: more than can be made. */
    private static final int CALLS = 1_000_000;

    private static final Duration PERIOD = Duration.ofMillis(1);

    @Benchmark
    public long clock() {
        return System.nanoTime();
    }

    @Benchmark
    public Object netrun(Netrun subject) {
        return subject.limiter.call(subject.body);
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
    public Object sentinel(Sentinel subject, Work work) throws BlockException {
        return subject.call(work);
    }

    @State(Scope.Benchmark)
    public static class Netrun {

        RateLimiter limiter;
        CheckedSupplier<Object, RuntimeException> body;

        @Setup
        public void setUp(Work work) {
            var settings = io.netrun.resilience.ratelimiter.RateLimiterConfig.builder()
                    .limit(CALLS)
                    .period(PERIOD.multipliedBy(FastTicker.FACTOR))
                    .build();
            limiter = RateLimiter.of("free", settings, new FastTicker());
            body = work::call;
            Checks.require(limiter.call(body) == work.call(), "the call's result comes back");
            Checks.require(limiter.metrics().totalAccepted() == 1, "the call is counted");
        }
    }

    @State(Scope.Benchmark)
    public static class Resilience4j {

        Supplier<Object> decorated;

        @Setup
        public void setUp(Work work) {
            var config = RateLimiterConfig.custom()
                    .limitForPeriod(CALLS)
                    .limitRefreshPeriod(PERIOD)
                    .build();
            var limiter = io.github.resilience4j.ratelimiter.RateLimiter.of("free", config);
            decorated = io.github.resilience4j.ratelimiter.RateLimiter.decorateSupplier(limiter, work::call);
            Checks.require(decorated.get() == work.call(), "the call's result comes back");
        }
    }

    public static class Failsafe extends FailsafeCall {

        @Setup
        public void setUp(Work work) {
            var limiter = dev.failsafe.RateLimiter.burstyBuilder(CALLS, PERIOD).build();
            prepare(work::call, List.of(limiter));
            Checks.require(call() == work.call(), "the call's result comes back");
        }
    }

    public static class SmallRye extends SmallRyeCall {

        @Setup
        public void setUp(Work work) {
            prepare(
                    work::call,
                    guard -> guard.withRateLimit()
                            .limit(CALLS)
                            .window(PERIOD.toMillis(), ChronoUnit.MILLIS)
                            .done());
            Checks.require(call() == work.call(), "the call's result comes back");
        }
    }

    public static class Sentinel extends SentinelCall {

        @Setup
        public void setUp(Work work) throws BlockException {
            FlowRuleManager.loadRules(List.of(
                    new FlowRule(RESOURCE).setGrade(RuleConstant.FLOW_GRADE_QPS).setCount((double) CALLS * 1000)));
            requireCounted(work);
        }
    }
}
