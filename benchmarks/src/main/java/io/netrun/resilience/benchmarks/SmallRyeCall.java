package io.netrun.resilience.benchmarks;

import io.smallrye.faulttolerance.api.TypedGuard;
import io.smallrye.faulttolerance.standalone.StandaloneFaultTolerance;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A call through SmallRye Fault Tolerance, made ready beforehand. */
@State(Scope.Benchmark)
public abstract class SmallRyeCall {

    private TypedGuard<Object> guard;
    private Supplier<Object> body;

    final void prepare(Supplier<Object> call, UnaryOperator<TypedGuard.Builder<Object>> settings) {
        guard = settings.apply(TypedGuard.create(Object.class)).build();
        body = call;
    }

    final Object call() {
        return guard.get(body);
    }

    @TearDown
    public void stop() throws InterruptedException {
        StandaloneFaultTolerance.shutdown();
    }
}
