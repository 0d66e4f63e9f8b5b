package io.netrun.resilience.benchmarks;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** A call whose future is done when the call returns it. */
@State(Scope.Benchmark)
public class EndedWork {

    final CompletableFuture<Object> future = CompletableFuture.completedFuture("ended");
    final Supplier<CompletionStage<Object>> call = () -> future;
}
