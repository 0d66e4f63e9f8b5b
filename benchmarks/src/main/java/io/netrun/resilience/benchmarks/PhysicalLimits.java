package io.netrun.resilience.benchmarks;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** What the parts cost of which every subject is made, and the call without any protection. */
public class PhysicalLimits extends NanosPerCall {

    @Benchmark
    public Object bareCall(Work work) {
        return work.call();
    }

    @Benchmark
    public long volatileRead(Word subject) {
        return subject.value.get();
    }

    @Benchmark
    public boolean compareAndSet(Word subject) {
        long seen = subject.value.get();
        return subject.value.compareAndSet(seen, seen + 1);
    }

    @Benchmark
    public void longAdder(Adder subject) {
        subject.adder.increment();
    }

    @Benchmark
    public void semaphore(FairSemaphore subject) {
        subject.semaphore.acquireUninterruptibly();
        subject.semaphore.release();
    }

    @Benchmark
    public long nanoTime() {
        return System.nanoTime();
    }

    /** A call made by another thread, for whose result the caller waits. */
    @Benchmark
    public Object handOver(Worker subject, Work work) throws ExecutionException, InterruptedException {
        return subject.executor.submit(work::call).get();
    }

    @State(Scope.Benchmark)
    public static class Word {

        final AtomicLong value = new AtomicLong();
    }

    @State(Scope.Benchmark)
    public static class Adder {

        final LongAdder adder = new LongAdder();
    }

    @State(Scope.Benchmark)
    public static class FairSemaphore {

        final Semaphore semaphore = new Semaphore(25);
    }

    @State(Scope.Benchmark)
    public static class Worker {

        final ExecutorService executor = Executors.newCachedThreadPool();

        @TearDown
        public void stop() {
            executor.shutdownNow();
        }
    }
}
