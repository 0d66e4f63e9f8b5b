package io.netrun.resilience.benchmarks;

import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeExecutor;
import dev.failsafe.Policy;
import dev.failsafe.function.CheckedSupplier;
import java.util.List;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** A call through Failsafe, made ready beforehand. */
@State(Scope.Benchmark)
public abstract class FailsafeCall {

    private FailsafeExecutor<Object> executor;
    private CheckedSupplier<Object> body;

    /** Policies around the call, outermost first. */
    final void prepare(CheckedSupplier<Object> call, List<? extends Policy<Object>> policies) {
        executor = Failsafe.with(policies);
        body = call;
    }

    final Object call() {
        return executor.get(body);
    }
}
