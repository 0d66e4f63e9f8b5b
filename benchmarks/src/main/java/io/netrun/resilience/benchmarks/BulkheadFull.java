package io.netrun.resilience.benchmarks;

import com.alibaba.csp.sentinel.SphU;
import com.alibaba.csp.sentinel.slots.block.BlockException;
import com.alibaba.csp.sentinel.slots.block.RuleConstant;
import com.alibaba.csp.sentinel.slots.block.flow.FlowException;
import com.alibaba.csp.sentinel.slots.block.flow.FlowRule;
import com.alibaba.csp.sentinel.slots.block.flow.FlowRuleManager;
import com.netflix.concurrency.limits.Limiter;
import com.netflix.concurrency.limits.limit.FixedLimit;
import com.netflix.concurrency.limits.limiter.SimpleLimiter;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.netrun.resilience.CheckedSupplier;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.bulkhead.BulkheadFullException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * A call that a full bulkhead without a queue rejects. The caller catches the rejection, which has no stack trace if
 * the library can omit it. The limit is a semaphore without permits.
 */
public class BulkheadFull extends NanosPerCall {

    @Benchmark
    public boolean semaphore(Limit subject) {
        return subject.semaphore.tryAcquire();
    }

    @Benchmark
    public Object netrun(Netrun subject) {
        try {
            return subject.bulkhead.call(subject.body);
        } catch (BulkheadFullException rejection) {
            return rejection;
        }
    }

    @Benchmark
    public Object resilience4j(Resilience4j subject) {
        try {
            return subject.decorated.get();
        } catch (io.github.resilience4j.bulkhead.BulkheadFullException rejection) {
            return rejection;
        }
    }

    @Benchmark
    public Object failsafe(Failsafe subject) {
        try {
            return subject.call();
        } catch (dev.failsafe.BulkheadFullException rejection) {
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

    @Benchmark
    public Object concurrencyLimits(ConcurrencyLimits subject) {
        return subject.limiter.acquire(null);
    }

    @State(Scope.Benchmark)
    public static class Limit {

        final Semaphore semaphore = new Semaphore(0);
    }

    @State(Scope.Benchmark)
    public static class Netrun {

        Bulkhead bulkhead;
        CheckedSupplier<Object, RuntimeException> body;

        @Setup
        public void setUp(Work work) throws InterruptedException {
            bulkhead = Bulkhead.of("full", c -> c.maxConcurrent(1).maxQueue(0));
            body = work::call;
            Thread holder = new Thread(() -> bulkhead.call(BulkheadFull::holdOn));
            holder.setDaemon(true);
            holder.start();
            while (bulkhead.metrics().syncActive() == 0) {
                Thread.sleep(1);
            }
            Checks.requireRejection(() -> bulkhead.call(body), BulkheadFullException.class);
        }
    }

    @State(Scope.Benchmark)
    public static class Resilience4j {

        Supplier<Object> decorated;

        @Setup
        public void setUp(Work work) {
            var config = BulkheadConfig.custom()
                    .maxConcurrentCalls(1)
                    .maxWaitDuration(Duration.ZERO)
                    .writableStackTraceEnabled(false)
                    .build();
            var bulkhead = io.github.resilience4j.bulkhead.Bulkhead.of("full", config);
            bulkhead.acquirePermission();
            decorated = io.github.resilience4j.bulkhead.Bulkhead.decorateSupplier(bulkhead, work::call);
            Checks.requireRejection(decorated::get, io.github.resilience4j.bulkhead.BulkheadFullException.class);
        }
    }

    public static class Failsafe extends FailsafeCall {

        @Setup
        public void setUp(Work work) {
            var bulkhead = dev.failsafe.Bulkhead.of(1);
            prepare(work::call, List.of(bulkhead));
            Checks.require(bulkhead.tryAcquirePermit(), "the permit is taken");
            Checks.requireRejection(this::call, dev.failsafe.BulkheadFullException.class);
        }
    }

    public static class Sentinel extends SentinelCall {

        @Setup
        public void setUp(Work work) {
            FlowRuleManager.loadRules(List.of(new FlowRule(RESOURCE)
                    .setGrade(RuleConstant.FLOW_GRADE_THREAD)
                    .setCount(1)));
            // On another thread, because entries of one thread lie within each other.
            CompletableFuture.runAsync(Sentinel::take).join();
            requireRejected(work, FlowException.class);
        }

        private static void take() {
            try {
                SphU.entry(RESOURCE);
            } catch (BlockException refused) {
                throw new IllegalStateException(refused);
            }
        }
    }

    /** There is no exception: a rejected call gets an empty answer. */
    @State(Scope.Benchmark)
    public static class ConcurrencyLimits {

        Limiter<Void> limiter;

        @Setup
        public void setUp() {
            limiter = SimpleLimiter.newBuilder().limit(FixedLimit.of(1)).build();
            Checks.require(limiter.acquire(null).isPresent(), "the permit is taken");
            Checks.require(limiter.acquire(null).isEmpty(), "the call is rejected");
        }
    }

    /** A call that does not end while others are measured. */
    private static Object holdOn() {
        try {
            Thread.sleep(Long.MAX_VALUE);
        } catch (InterruptedException over) {
            Thread.currentThread().interrupt();
        }
        return "over";
    }
}
