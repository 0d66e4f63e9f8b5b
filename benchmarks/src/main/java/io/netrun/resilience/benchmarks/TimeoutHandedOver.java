package io.netrun.resilience.benchmarks;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * An asynchronous call with a time limit, most of which are completed by another thread than has made them: every
 * thread leaves its call behind and completes one that was left. The limit is the JDK's {@code orTimeout}.
 */
public class TimeoutHandedOver extends NanosPerCall {

    private static final long LIMIT_SECONDS = 5;

    /** Calls that wait for a thread to complete them, apart from each other so that threads rarely meet. */
    @State(Scope.Benchmark)
    public static class Pending {

        private static final int SLOTS = 64;
        private static final int APART = 16;

        private final AtomicReferenceArray<CompletableFuture<Object>> futures =
                new AtomicReferenceArray<>(SLOTS * APART);

        void swap(CompletableFuture<Object> mine) {
            int slot = ThreadLocalRandom.current().nextInt(SLOTS) * APART;
            CompletableFuture<Object> other = futures.getAndSet(slot, mine);
            if (other != null) {
                other.complete(this);
            }
        }
    }

    @Benchmark
    public Object orTimeout(Pending pending) {
        CompletableFuture<Object> future = new CompletableFuture<>().orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS);
        pending.swap(future);
        return future;
    }

    @Benchmark
    public Object netrun(TimeoutAsync.Netrun subject, Pending pending) {
        return handOver(subject, pending);
    }

    @Benchmark
    public Object resilience4j(TimeoutAsync.Resilience4j subject, Pending pending) {
        return handOver(subject, pending);
    }

    @Benchmark
    public Object smallRye(TimeoutAsync.SmallRye subject, Pending pending) {
        return handOver(subject, pending);
    }

    private static Object handOver(AsyncCalls.Starter subject, Pending pending) {
        var future = new CompletableFuture<Object>();
        CompletionStage<Object> call = subject.start(() -> future);
        pending.swap(future);
        return call;
    }
}
