package io.netrun.resilience.benchmarks;

import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.netrun.resilience.KeyedPolicies;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * To request the circuit breaker of a key: one that there is, and a new one while the family is as large as it may be,
 * so that another one has to go. The limit of the first is a look-up in the JDK's concurrent map. The registry of
 * resilience4j has no limit, so only the first can be compared. The heap is larger than that of the other cases, since
 * there are up to 100,000 instances.
 */
@Fork(
        value = 3,
        jvmArgsAppend = {"-Xms2g", "-Xmx2g", "-XX:+AlwaysPreTouch", "-Xbatch"})
public class KeyedInstances extends NanosPerCall {

    @Benchmark
    public Object hitMap(Mapped keys, NextKey next) {
        return keys.map.get(keys.names[next.of(keys)]);
    }

    @Benchmark
    public Object hitNetrun(Family keys, NextKey next) {
        return keys.family.get(keys.names[next.of(keys)]);
    }

    @Benchmark
    public Object hitResilience4j(Registered keys, NextKey next) {
        return keys.registry.circuitBreaker(keys.names[next.of(keys)]);
    }

    @Benchmark
    public Object missAtTheLimitNetrun(Family keys, NextKey next) {
        return keys.family.get(next.unknown());
    }

    /** As many keys as instances. */
    @State(Scope.Benchmark)
    public abstract static class Keys {

        @Param({"100", "10000", "100000"})
        int count;

        String[] names;

        @Setup
        public void setUp() {
            names = new String[count];
            for (int i = 0; i < count; i++) {
                names[i] = "key" + i;
                add(names[i]);
            }
        }

        abstract void add(String name);
    }

    public static class Mapped extends Keys {

        final ConcurrentMap<String, Object> map = new ConcurrentHashMap<>();

        @Override
        void add(String name) {
            map.put(name, new Object());
        }
    }

    public static class Family extends Keys {

        KeyedPolicies<CircuitBreaker> family;

        @Override
        void add(String name) {
            if (family == null) {
                family = ResilienceRegistry.create()
                        .keyed(CircuitBreaker.TYPE, "family", CircuitBreaker.TYPE.defaults(), count);
            }
            Checks.require(family.get(name) == family.get(new String(name)), "a key has one instance");
        }
    }

    public static class Registered extends Keys {

        final CircuitBreakerRegistry registry = CircuitBreakerRegistry.ofDefaults();

        @Override
        void add(String name) {
            registry.circuitBreaker(name);
        }
    }

    /** The next key of a thread: keys come in an order that no cache foresees. */
    @State(Scope.Thread)
    public static class NextKey {

        private static final long MULTIPLIER = 0x9E3779B97F4A7C15L;

        private final String thread = Long.toString(Thread.currentThread().getId());
        private long count;

        int of(Keys keys) {
            return (int) (((++count * MULTIPLIER) >>> 33) % keys.count);
        }

        String unknown() {
            return thread + '-' + ++count;
        }
    }
}
