package io.netrun.resilience.benchmarks;

import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeExecutor;
import dev.failsafe.Policy;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.retry.Retry;
import io.netrun.resilience.Guard;
import io.smallrye.faulttolerance.api.TypedGuard;
import io.smallrye.faulttolerance.standalone.StandaloneFaultTolerance;
import jakarta.enterprise.util.TypeLiteral;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Calls that return a stage, through each library: on the thread of their caller, except that Failsafe has its own. */
final class AsyncCalls {

    private AsyncCalls() {}

    /** Starts calls that return a stage. */
    interface Starter {

        CompletionStage<Object> start(Supplier<CompletionStage<Object>> call);
    }

    static void check(Starter starter) {
        Object result = new Object();
        CompletionStage<Object> ended = starter.start(() -> CompletableFuture.completedFuture(result));
        Checks.require(ended.toCompletableFuture().join() == result, "the call's result comes back");
        var later = new CompletableFuture<Object>();
        CompletableFuture<Object> pending = starter.start(() -> later).toCompletableFuture();
        Checks.require(!pending.isDone(), "the call is pending while its body is");
        later.complete(result);
        Checks.require(pending.join() == result, "the later result comes back");
    }

    /**
     * A timer that forgets what is cancelled. The usual one keeps the timer of every call until its limit, and millions
     * of calls a second under a limit of seconds would fill any heap.
     */
    static ScheduledExecutorService scheduler() {
        var scheduler = new ScheduledThreadPoolExecutor(1);
        scheduler.setRemoveOnCancelPolicy(true);
        return scheduler;
    }

    @State(Scope.Benchmark)
    public abstract static class Netrun implements Starter {

        private Guard guard;

        final void prepare(Guard policies) {
            guard = policies;
            check(this);
        }

        @Override
        public final CompletionStage<Object> start(Supplier<CompletionStage<Object>> call) {
            return guard.callAsync(call::get);
        }
    }

    @State(Scope.Benchmark)
    public abstract static class Resilience4j implements Starter {

        final ScheduledExecutorService scheduler = scheduler();

        @TearDown
        public void stop() {
            scheduler.shutdownNow();
        }
    }

    /**
     * Several patterns, among them retry and circuit breaker, around a call, once for each call to check and once
     * beforehand.
     */
    public abstract static class StackedByResilience4j extends Resilience4j {

        final Retry retry = Retry.ofDefaults("stacked");
        final CircuitBreaker breaker = CircuitBreaker.ofDefaults("stacked");

        Supplier<CompletionStage<Object>> decorated;

        @Setup
        public void setUp(EndedWork ended) {
            check(this);
            Checks.require(breaker.getMetrics().getNumberOfSuccessfulCalls() == 2, "the breaker saw the calls");
            decorated = decorate(ended.call);
        }

        @Override
        public final CompletionStage<Object> start(Supplier<CompletionStage<Object>> call) {
            return decorate(call).get();
        }

        abstract Supplier<CompletionStage<Object>> decorate(Supplier<CompletionStage<Object>> call);
    }

    @State(Scope.Benchmark)
    public abstract static class ByFailsafe implements Starter {

        private FailsafeExecutor<Object> executor;

        /** Policies around the call, outermost first. */
        final void prepare(List<? extends Policy<Object>> policies) {
            executor = Failsafe.with(policies);
            check(this);
        }

        @Override
        public final CompletionStage<Object> start(Supplier<CompletionStage<Object>> call) {
            return executor.getStageAsync(call::get);
        }
    }

    @State(Scope.Benchmark)
    public abstract static class SmallRye implements Starter {

        private TypedGuard<CompletionStage<Object>> guard;

        final void prepare(UnaryOperator<TypedGuard.Builder<CompletionStage<Object>>> settings) {
            guard = settings.apply(TypedGuard.create(new StageType())).build();
            check(this);
        }

        @Override
        public final CompletionStage<Object> start(Supplier<CompletionStage<Object>> call) {
            return guard.get(call);
        }

        @TearDown
        public void stop() throws InterruptedException {
            StandaloneFaultTolerance.shutdown();
        }
    }

    private static final class StageType extends TypeLiteral<CompletionStage<Object>> {

        private static final long serialVersionUID = 1L;
    }
}
