package io.netrun.resilience.benchmarks;

import com.alibaba.csp.sentinel.Entry;
import com.alibaba.csp.sentinel.SphU;
import com.alibaba.csp.sentinel.Tracer;
import com.alibaba.csp.sentinel.slots.block.BlockException;
import com.alibaba.csp.sentinel.slots.block.RuleConstant;
import com.alibaba.csp.sentinel.slots.block.degrade.DegradeException;
import com.alibaba.csp.sentinel.slots.block.degrade.DegradeRule;
import com.alibaba.csp.sentinel.slots.block.degrade.DegradeRuleManager;
import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.netrun.resilience.CheckedSupplier;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitOpenException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.Supplier;
import org.eclipse.microprofile.faulttolerance.exceptions.CircuitBreakerOpenException;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * A call that an open circuit breaker rejects, without a stack trace; its caller catches the rejection. The limit is
 * one reading of the clock, since only time ends the open state.
 */
public class CircuitBreakerOpen extends NanosPerCall {

    private static final Duration LONG = Duration.ofDays(1);

    @Benchmark
    public long clock() {
        return System.nanoTime();
    }

    @Benchmark
    public Object netrun(Netrun subject) {
        try {
            return subject.breaker.call(subject.body);
        } catch (CircuitOpenException rejection) {
            return rejection;
        }
    }

    @Benchmark
    public Object resilience4j(Resilience4j subject) {
        try {
            return subject.decorated.get();
        } catch (CallNotPermittedException rejection) {
            return rejection;
        }
    }

    @Benchmark
    public Object failsafe(Failsafe subject) {
        try {
            return subject.call();
        } catch (dev.failsafe.CircuitBreakerOpenException rejection) {
            return rejection;
        }
    }

    @Benchmark
    public Object smallRye(SmallRye subject) {
        try {
            return subject.call();
        } catch (CircuitBreakerOpenException rejection) {
            return rejection;
        }
    }

    @Benchmark
    public Object sentinel(Sentinel subject, Work work) {
        try {
            return subject.call(work);
        } catch (BlockException rejection) {
            return rejection;
        }
    }

    @State(Scope.Benchmark)
    public static class Netrun {

        CircuitBreaker breaker;
        CheckedSupplier<Object, RuntimeException> body;

        @Setup
        public void setUp(Work work) {
            breaker = CircuitBreaker.of("open", c -> c.failureThreshold(1).openDuration(LONG));
            body = work::call;
            breaker.acquirePermit().onFailure(new IllegalStateException("opens the circuit"));
            Checks.require(breaker.state() == CircuitBreaker.State.OPEN, "the circuit is open");
            Checks.requireRejection(() -> breaker.call(body), CircuitOpenException.class);
        }
    }

    @State(Scope.Benchmark)
    public static class Resilience4j {

        Supplier<Object> decorated;

        @Setup
        public void setUp(Work work) {
            var config = CircuitBreakerConfig.custom()
                    .writableStackTraceEnabled(false)
                    .waitDurationInOpenState(LONG)
                    .build();
            var breaker = io.github.resilience4j.circuitbreaker.CircuitBreaker.of("open", config);
            breaker.transitionToOpenState();
            decorated = breaker.decorateSupplier(work::call);
            Checks.requireRejection(decorated::get, CallNotPermittedException.class);
        }
    }

    public static class Failsafe extends FailsafeCall {

        @Setup
        public void setUp(Work work) {
            var breaker = dev.failsafe.CircuitBreaker.builder().withDelay(LONG).build();
            breaker.open();
            prepare(work::call, List.of(breaker));
            Checks.requireRejection(this::call, dev.failsafe.CircuitBreakerOpenException.class);
        }
    }

    public static class SmallRye extends SmallRyeCall {

        private boolean failing = true;

        @Setup
        public void setUp(Work work) {
            prepare(
                    () -> perform(work),
                    guard -> guard.withCircuitBreaker()
                            .requestVolumeThreshold(2)
                            .delay(LONG.toDays(), ChronoUnit.DAYS)
                            .done());
            Checks.requireRejection(this::call, IllegalStateException.class);
            Checks.requireRejection(this::call, IllegalStateException.class);
            failing = false;
            Checks.requireRejection(this::call, CircuitBreakerOpenException.class);
        }

        private Object perform(Work work) {
            if (failing) {
                throw new IllegalStateException("opens the circuit");
            }
            return work.call();
        }
    }

    public static class Sentinel extends SentinelCall {

        @Setup
        public void setUp(Work work) throws BlockException {
            DegradeRuleManager.loadRules(List.of(new DegradeRule(RESOURCE)
                    .setGrade(RuleConstant.DEGRADE_GRADE_EXCEPTION_COUNT)
                    .setCount(1)
                    .setMinRequestAmount(1)
                    .setTimeWindow((int) LONG.toSeconds())));
            fail();
            fail();
            requireRejected(work, DegradeException.class);
        }

        private static void fail() throws BlockException {
            Entry entry = SphU.entry(RESOURCE);
            Tracer.traceEntry(new IllegalStateException("opens the circuit"), entry);
            entry.exit();
        }
    }
}
