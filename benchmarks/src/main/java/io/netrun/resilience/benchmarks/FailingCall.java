package io.netrun.resilience.benchmarks;

import io.github.resilience4j.decorators.Decorators;
import io.netrun.resilience.CheckedSupplier;
import io.netrun.resilience.Guard;
import io.netrun.resilience.Pipeline;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.retry.Retry;
import java.util.List;
import java.util.function.Supplier;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.CompilerControl;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * A call that fails, through a circuit breaker, and through bulkhead, retry and circuit breaker, outermost first; its
 * caller, which catches the failure, is as deep in the stack as a parameter sets. The failure is made beforehand, so
 * that only the exceptions that a library makes itself cost their stack traces. It opens no circuit and is not retried.
 */
public class FailingCall extends NanosPerCall {

    private static final int PERMITS = 25;

    @Benchmark
    public Object bare(Bare subject, Depth depth) {
        return depth.below(subject.body);
    }

    @Benchmark
    public Object circuitBreakerNetrun(NetrunBreaker subject, Depth depth) {
        return depth.below(subject.body);
    }

    @Benchmark
    public Object circuitBreakerResilience4j(Resilience4jBreaker subject, Depth depth) {
        return depth.below(subject.body);
    }

    @Benchmark
    public Object circuitBreakerFailsafe(FailsafeBreaker subject, Depth depth) {
        return depth.below(subject.body);
    }

    @Benchmark
    public Object circuitBreakerSmallRye(SmallRyeBreaker subject, Depth depth) {
        return depth.below(subject.body);
    }

    @Benchmark
    public Object threeNetrun(NetrunThree subject, Depth depth) {
        return depth.below(subject.body);
    }

    @Benchmark
    public Object threeResilience4j(Resilience4jThree subject, Depth depth) {
        return depth.below(subject.body);
    }

    @Benchmark
    public Object threeFailsafe(FailsafeThree subject, Depth depth) {
        return depth.below(subject.body);
    }

    @Benchmark
    public Object threeSmallRye(SmallRyeThree subject, Depth depth) {
        return depth.below(subject.body);
    }

    /** How deep in the stack the call is made. */
    @State(Scope.Benchmark)
    public static class Depth {

        @Param({"10", "150"})
        int frames;

        Object below(Supplier<Object> call) {
            return below(frames, call);
        }

        @CompilerControl(CompilerControl.Mode.DONT_INLINE)
        private static Object below(int left, Supplier<Object> call) {
            if (left > 0) {
                return below(left - 1, call);
            }
            try {
                return call.get();
            } catch (RuntimeException failure) {
                return failure;
            }
        }
    }

    @State(Scope.Benchmark)
    public abstract static class Subject {

        static final IllegalStateException DOWN = new IllegalStateException("down");

        Supplier<Object> body;

        static Object fail() {
            throw DOWN;
        }

        void prepare(Supplier<Object> call) {
            body = call;
            for (int i = 0; i < 1_000; i++) {
                try {
                    Checks.require(call.get() == DOWN, "the call fails");
                } catch (RuntimeException failure) {
                    Checks.require(failure == DOWN || failure.getCause() == DOWN, "the call's failure comes back");
                }
            }
        }
    }

    public static class Bare extends Subject {

        @Setup
        public void setUp() {
            prepare(Subject::fail);
        }
    }

    private static CircuitBreaker closed() {
        return CircuitBreaker.of("failing", c -> c.failureThreshold(Integer.MAX_VALUE));
    }

    public static class NetrunBreaker extends Subject {

        @Setup
        public void setUp() {
            CircuitBreaker breaker = closed();
            prepareNetrun(this, breaker);
            Checks.require(breaker.metrics().totalFailed() == 1_000, "the breaker saw the failures");
        }
    }

    public static class NetrunThree extends Subject {

        @Setup
        public void setUp() {
            CircuitBreaker breaker = closed();
            prepareNetrun(
                    this,
                    Pipeline.of(
                            Bulkhead.of("failing", c -> c.maxConcurrent(PERMITS)),
                            Retry.of("failing", c -> c.ignoreExceptions(IllegalStateException.class)),
                            breaker));
            Checks.require(breaker.metrics().totalFailed() == 1_000, "the breaker saw the failures");
        }
    }

    private static void prepareNetrun(Subject subject, Guard guard) {
        CheckedSupplier<Object, RuntimeException> call = Subject::fail;
        subject.prepare(() -> guard.call(call));
    }

    public static class Resilience4jBreaker extends Subject {

        @Setup
        public void setUp() {
            var breaker = CountingBreakers.resilience4j("failing");
            prepare(breaker.decorateSupplier(Subject::fail));
            Checks.require(breaker.getMetrics().getNumberOfFailedCalls() == 100, "the breaker saw the failures");
        }
    }

    public static class Resilience4jThree extends Subject {

        @Setup
        public void setUp() {
            var retry = io.github.resilience4j.retry.RetryConfig.custom()
                    .ignoreExceptions(IllegalStateException.class)
                    .build();
            prepare(Decorators.ofSupplier((Supplier<Object>) Subject::fail)
                    .withCircuitBreaker(CountingBreakers.resilience4j("failing"))
                    .withRetry(io.github.resilience4j.retry.Retry.of("failing", retry))
                    .withBulkhead(io.github.resilience4j.bulkhead.Bulkhead.ofDefaults("failing"))
                    .decorate());
        }
    }

    public static class FailsafeBreaker extends Subject {

        @Setup
        public void setUp() {
            var executor = dev.failsafe.Failsafe.with(CountingBreakers.failsafe());
            prepare(() -> executor.get(Subject::fail));
        }
    }

    public static class FailsafeThree extends Subject {

        @Setup
        public void setUp() {
            var executor = dev.failsafe.Failsafe.with(List.of(
                    dev.failsafe.Bulkhead.of(PERMITS),
                    dev.failsafe.RetryPolicy.builder()
                            .handle(IllegalArgumentException.class)
                            .build(),
                    CountingBreakers.failsafe()));
            prepare(() -> executor.get(Subject::fail));
        }
    }

    public static class SmallRyeBreaker extends Subject {

        private final Calls calls = new Calls();

        @Setup
        public void setUp() {
            calls.prepare(
                    Subject::fail,
                    guard -> guard.withCircuitBreaker()
                            .skipOn(IllegalStateException.class)
                            .done());
            prepare(calls::call);
        }
    }

    public static class SmallRyeThree extends Subject {

        private final Calls calls = new Calls();

        @Setup
        public void setUp() {
            calls.prepare(
                    Subject::fail,
                    guard -> guard.withBulkhead()
                            .limit(PERMITS)
                            .done()
                            .withRetry()
                            .abortOn(IllegalStateException.class)
                            .done()
                            .withCircuitBreaker()
                            .skipOn(IllegalStateException.class)
                            .done());
            prepare(calls::call);
        }
    }

    private static final class Calls extends SmallRyeCall {}
}
