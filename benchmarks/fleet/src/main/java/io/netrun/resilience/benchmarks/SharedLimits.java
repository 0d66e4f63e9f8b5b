package io.netrun.resilience.benchmarks;

import io.netrun.resilience.CheckedSupplier;
import io.netrun.resilience.LimitScope;
import java.io.IOException;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * A call through a limit of this process, and through one that processes share on a redis-server of this machine. The
 * limit of what others can do is the round trip to that server.
 */
public class SharedLimits extends NanosPerCall {

    @Benchmark
    public Object bulkheadOfTheNode(OfTheNode subject) {
        return subject.limits.bulkhead().call(subject.body);
    }

    @Benchmark
    public Object bulkheadOfTheFleet(OfTheFleet subject) {
        return subject.limits.bulkhead().call(subject.body);
    }

    @Benchmark
    public Object rateLimiterOfTheNode(OfTheNode subject) {
        return subject.limits.limiter().call(subject.body);
    }

    @Benchmark
    public Object rateLimiterOfTheFleet(OfTheFleet subject) {
        return subject.limits.limiter().call(subject.body);
    }

    @Benchmark
    public Object bucket4j(Bucket4j subject, Work work) {
        if (!subject.limit.tryAcquire()) {
            throw new IllegalStateException("rejected");
        }
        return work.call();
    }

    @Benchmark
    public Object gateway(Gateway subject, Work work) {
        if (!subject.limit.tryAcquire()) {
            throw new IllegalStateException("rejected");
        }
        return work.call();
    }

    @State(Scope.Benchmark)
    public static class OfTheNode {

        NetrunLimits limits;
        CheckedSupplier<Object, RuntimeException> body;

        @Setup
        public void setUp(Work work) {
            limits = NetrunLimits.create(LimitScope.NODE);
            body = work::call;
            limits.check(work);
        }
    }

    @State(Scope.Benchmark)
    public static class OfTheFleet {

        private final RedisOfTheBenchmark redis = new RedisOfTheBenchmark();
        private NetrunFleet fleet;
        NetrunLimits limits;
        CheckedSupplier<Object, RuntimeException> body;

        @Setup
        public void setUp(Work work) throws IOException {
            redis.start();
            fleet = NetrunFleet.join(redis.port());
            limits = fleet.limits();
            body = work::call;
            limits.check(work);
        }

        @TearDown
        public void tearDown() {
            Checks.require(fleet.isLeased(), "the fleet has answered until the end");
            fleet.close();
            redis.close();
        }
    }

    @State(Scope.Benchmark)
    public static class Bucket4j {

        private final RedisOfTheBenchmark redis = new RedisOfTheBenchmark();
        SharedRateLimit limit;

        @Setup
        public void setUp() throws IOException {
            redis.start();
            limit = new Bucket4jLimit(redis.port());
            Checks.require(limit.tryAcquire(), "a call is admitted");
        }

        @TearDown
        public void tearDown() {
            limit.close();
            redis.close();
        }
    }

    @State(Scope.Benchmark)
    public static class Gateway {

        private final RedisOfTheBenchmark redis = new RedisOfTheBenchmark();
        SharedRateLimit limit;

        @Setup
        public void setUp() throws IOException {
            redis.start();
            limit = new GatewayLimit(redis.port());
            Checks.require(limit.tryAcquire(), "a call is admitted");
        }

        @TearDown
        public void tearDown() {
            limit.close();
            redis.close();
        }
    }
}
