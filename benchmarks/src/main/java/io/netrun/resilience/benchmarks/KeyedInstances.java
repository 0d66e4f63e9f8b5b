package io.netrun.resilience.benchmarks;

import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.netrun.resilience.KeyedPolicies;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * To request the circuit breaker of a key: one that there is, and a new one while the family is as large as it may be,
 * so that another one has to go. The limit of the first is a look-up in the JDK's concurrent map. The registry of
 * resilience4j has no limit, so only the first can be compared.
 */
public class KeyedInstances extends NanosPerCall {

    @Benchmark
    public Object hitMap(Keys keys, NextKey next) {
        return keys.map.get(keys.names[next.of(keys)]);
    }

    @Benchmark
    public Object hitNetrun(Keys keys, NextKey next) {
        return keys.family.get(keys.names[next.of(keys)]);
    }

    @Benchmark
    public Object hitResilience4j(Keys keys, NextKey next) {
        return keys.registry.circuitBreaker(keys.names[next.of(keys)]);
    }

    @Benchmark
    public Object missAtTheLimitNetrun(Keys keys, NextKey next) {
        return keys.family.get(next.unknown());
    }

    /** As many keys as instances. */
    @State(Scope.Benchmark)
    public static class Keys {

        @Param({"100", "10000", "100000"})
        int count;

        String[] names;
        final ConcurrentMap<String, Object> map = new ConcurrentHashMap<>();
        final CircuitBreakerRegistry registry = CircuitBreakerRegistry.ofDefaults();
        KeyedPolicies<CircuitBreaker> family;

        @Setup
        public void setUp() {
            family = ResilienceRegistry.create()
                    .keyed(CircuitBreaker.TYPE, "family", CircuitBreaker.TYPE.defaults(), count);
            names = new String[count];
            for (int i = 0; i < count; i++) {
                names[i] = "key" + i;
                map.put(names[i], family.get(names[i]));
                registry.circuitBreaker(names[i]);
            }
            Checks.require(family.size() == count, "the family is full");
            Checks.require(family.get("key0") == family.get(new String("key0")), "a key has one instance");
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
