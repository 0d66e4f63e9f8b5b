package io.netrun.resilience.benchmarks;

import io.netrun.resilience.Guard;
import io.netrun.resilience.Pipeline;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.retry.Retry;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * A successful call through bulkhead, retry and circuit breaker, in each form that can be prepared beforehand. What it
 * is compared with is the direct call, {@link ThreeStacked}.
 */
public class Decorated extends NanosPerCall {

    @Benchmark
    public Object supplier(Forms forms) {
        return forms.supplier.get();
    }

    @Benchmark
    public Object callable(Forms forms) throws Exception {
        return forms.callable.call();
    }

    @Benchmark
    public void runnable(Forms forms) {
        forms.runnable.run();
    }

    @Benchmark
    public Object function(Forms forms) {
        return forms.function.apply(forms);
    }

    @Benchmark
    public Object async(Forms forms) {
        return forms.async.get();
    }

    /** The forms, each around a call of its own. */
    @State(Scope.Benchmark)
    public static class Forms {

        Supplier<Object> supplier;
        Callable<Object> callable;
        Runnable runnable;
        Function<Object, Object> function;
        Supplier<CompletableFuture<Object>> async;

        @Setup
        public void setUp(Work work, EndedWork ended) throws Exception {
            CircuitBreaker breaker = CircuitBreaker.of("decorated");
            Guard guard = Pipeline.of(Bulkhead.of("decorated"), Retry.of("decorated"), breaker);
            supplier = guard.decorate(work::call);
            callable = guard.decorateCallable(work::call);
            runnable = guard.decorateRunnable(work::call);
            function = guard.decorateFunction(argument -> work.call());
            async = guard.decorateAsync(() -> ended.future);
            runnable.run();
            Object[] results = {supplier.get(), callable.call(), function.apply(this)};
            for (Object result : results) {
                Checks.require(result == work.call(), "the call's result comes back");
            }
            Checks.require(async.get().isDone(), "the future is done");
            Checks.require(breaker.metrics().totalSucceeded() == 5, "the breaker saw each call");
        }
    }
}
