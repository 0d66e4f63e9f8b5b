package io.netrun.resilience.benchmarks;

import com.alibaba.csp.sentinel.slots.block.BlockException;
import com.alibaba.csp.sentinel.slots.block.RuleConstant;
import com.alibaba.csp.sentinel.slots.block.degrade.DegradeRule;
import com.alibaba.csp.sentinel.slots.block.degrade.DegradeRuleManager;
import io.netrun.resilience.CheckedSupplier;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** A successful call through a closed circuit breaker that counts it, each library's as it is by default. */
public class CircuitBreakerClosed extends NanosPerCall {

    @Benchmark
    public Object netrun(Netrun subject) {
        return subject.breaker.call(subject.body);
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

        CircuitBreaker breaker;
        CheckedSupplier<Object, RuntimeException> body;

        @Setup
        public void setUp(Work work) {
            breaker = CircuitBreaker.of("closed");
            body = work::call;
            Checks.require(breaker.call(body) == work.call(), "the call's result comes back");
            Checks.require(breaker.metrics().totalSucceeded() == 1, "the success is counted");
        }
    }

    @State(Scope.Benchmark)
    public static class Resilience4j {

        Supplier<Object> decorated;

        @Setup
        public void setUp(Work work) {
            var breaker = io.github.resilience4j.circuitbreaker.CircuitBreaker.ofDefaults("closed");
            decorated = breaker.decorateSupplier(work::call);
            Checks.require(decorated.get() == work.call(), "the call's result comes back");
            Checks.require(breaker.getMetrics().getNumberOfSuccessfulCalls() == 1, "the success is counted");
        }
    }

    public static class Failsafe extends FailsafeCall {

        @Setup
        public void setUp(Work work) {
            var breaker = dev.failsafe.CircuitBreaker.ofDefaults();
            prepare(work::call, List.of(breaker));
            Checks.require(call() == work.call(), "the call's result comes back");
            Checks.require(breaker.getSuccessCount() == 1, "the success is counted");
        }
    }

    public static class SmallRye extends SmallRyeCall {

        @Setup
        public void setUp(Work work) {
            var counted = new AtomicInteger();
            prepare(
                    work::call,
                    guard -> guard.withCircuitBreaker()
                            .onSuccess(counted::incrementAndGet)
                            .done());
            Checks.require(call() == work.call(), "the call's result comes back");
            Checks.require(counted.get() == 1, "the success is counted");
            prepare(work::call, guard -> guard.withCircuitBreaker().done());
        }
    }

    public static class Sentinel extends SentinelCall {

        @Setup
        public void setUp(Work work) throws BlockException {
            DegradeRuleManager.loadRules(List.of(new DegradeRule(RESOURCE)
                    .setGrade(RuleConstant.DEGRADE_GRADE_EXCEPTION_RATIO)
                    .setCount(0.5)
                    .setTimeWindow(60)));
            requireCounted(work);
        }
    }
}
