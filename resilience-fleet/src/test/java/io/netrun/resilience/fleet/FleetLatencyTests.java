package io.netrun.resilience.fleet;

import io.netrun.resilience.LimitScope;
import io.netrun.resilience.ResilienceException;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.bulkhead.BulkheadConfig;
import io.netrun.resilience.ratelimiter.RateLimiter;
import io.netrun.resilience.ratelimiter.RateLimiterConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.data.redis.RedisAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.data.redis.core.StringRedisTemplate;

/**
 * Not a test: prints how long a call takes with and without the fleet, while the store is healthy and while it is not.
 * Eight threads call a limiter in a bulkhead, about 5,000 times a second each; rounds of all cases alternate, and the
 * median of the rounds is printed.
 *
 * <pre>{@code
 * mvn test -pl resilience-fleet -am -Dtest=FleetLatencyTests -Dsurefire.failIfNoSpecifiedTests=false -Dfleet.latency=5
 * }</pre>
 *
 * The property is the number of rounds, each of 2 s per case.
 */
@ExtendWith(RedisExtension.class)
@EnabledIfSystemProperty(named = "fleet.latency", matches = "\\d+", disabledReason = "it measures; see its Javadoc")
class FleetLatencyTests {

    private static final int THREADS = 8;
    private static final long CASE_NANOS = 2_000_000_000L;
    private static final long WARM_UP_NANOS = 1_500_000_000L; // longer than a lease, so that the fault is felt
    private static final long PAUSE_NANOS = 200_000;

    @Test
    void print(RedisServer server) throws Exception {
        int rounds = Integer.getInteger("fleet.latency");
        Map<String, List<long[]>> figures = new LinkedHashMap<>();
        for (int round = 0; round <= rounds; round++) {
            Map<String, long[]> measured = new LinkedHashMap<>();
            measured.put("without the fleet", measure(guards(LimitScope.NODE)));
            for (FaultyProxy.Mode mode : FaultyProxy.Mode.values()) {
                measured.put("fleet, " + mode.name().toLowerCase(Locale.ROOT), measureFleet(server, mode));
            }
            if (round > 0) { // the first one warms up
                measured.forEach((name, values) ->
                        figures.computeIfAbsent(name, key -> new ArrayList<>()).add(values));
            }
        }
        System.out.println("| case | p50 | p99 | p99.9 | max | (in microseconds; median of " + rounds + " rounds)");
        System.out.println("|---|---|---|---|---|");
        figures.forEach((name, values) -> System.out.printf(
                Locale.ROOT,
                "| %s | %.1f | %.1f | %.1f | %.1f |%n",
                name,
                median(values, 0) / 1e3,
                median(values, 1) / 1e3,
                median(values, 2) / 1e3,
                median(values, 3) / 1e3));
    }

    private static long[] measureFleet(RedisServer server, FaultyProxy.Mode mode) {
        long[][] measured = new long[1][];
        try (FaultyProxy proxy = new FaultyProxy(server.port())) {
            new ApplicationContextRunner()
                    .withConfiguration(AutoConfigurations.of(RedisAutoConfiguration.class))
                    .withPropertyValues(
                            "spring.data.redis.host=127.0.0.1",
                            "spring.data.redis.port=" + proxy.port(),
                            "spring.data.redis.lettuce.shutdown-timeout=0ms")
                    .run(context -> {
                        Guards guards = guards(LimitScope.FLEET);
                        FleetConfig config =
                                new FleetConfig(Duration.ofMillis(200), Duration.ofSeconds(1), 1, WhenAway.SAFE_SHARE);
                        RedisFleetStore store =
                                new RedisFleetStore(context.getBean(StringRedisTemplate.class), "resilience", "shop");
                        try (FleetNode node = new FleetNode("node", config, store, guards.registry(), command -> {})) {
                            node.start();
                            proxy.become(mode);
                            measured[0] = measure(guards);
                        }
                    });
        }
        return measured[0];
    }

    private record Guards(ResilienceRegistry registry, Bulkhead bulkhead, RateLimiter limiter) {}

    private static Guards guards(LimitScope scope) {
        ResilienceRegistry registry = ResilienceRegistry.create();
        Bulkhead bulkhead = registry.getOrCreate(
                Bulkhead.TYPE,
                "database",
                BulkheadConfig.builder().maxConcurrent(100).scope(scope).build());
        RateLimiter limiter = registry.getOrCreate(
                RateLimiter.TYPE,
                "geocoder",
                RateLimiterConfig.builder()
                        .limit(1_000_000)
                        .maxWait(Duration.ZERO)
                        .scope(scope)
                        .build());
        return new Guards(registry, bulkhead, limiter);
    }

    /** Returns p50, p99, p99.9 and the maximum, in nanoseconds. */
    private static long[] measure(Guards guards) throws InterruptedException {
        long[][] samples = new long[THREADS][];
        Thread[] threads = new Thread[THREADS];
        for (int i = 0; i < THREADS; i++) {
            int index = i;
            threads[i] = new Thread(() -> samples[index] = call(guards));
            threads[i].start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        guards.registry().close();
        long[] all =
                Arrays.stream(samples).flatMapToLong(Arrays::stream).sorted().toArray();
        return new long[] {
            all[all.length / 2], all[(int) (all.length * 0.99)], all[(int) (all.length * 0.999)], all[all.length - 1]
        };
    }

    private static long[] call(Guards guards) {
        long[] samples = new long[(int) (CASE_NANOS / PAUSE_NANOS)];
        int count = 0;
        long start = System.nanoTime();
        long before = start;
        while (before - start < WARM_UP_NANOS + CASE_NANOS && count < samples.length) {
            try {
                guards.bulkhead().run(() -> guards.limiter().run(() -> {}));
            } catch (ResilienceException rejected) {
                // as fast as a call that is admitted
            }
            long after = System.nanoTime();
            if (after - start > WARM_UP_NANOS) {
                samples[count++] = after - before;
            }
            LockSupport.parkNanos(PAUSE_NANOS);
            before = System.nanoTime();
        }
        return Arrays.copyOf(samples, count);
    }

    private static double median(List<long[]> rounds, int index) {
        long[] sorted =
                rounds.stream().mapToLong(values -> values[index]).sorted().toArray();
        return sorted[sorted.length / 2];
    }
}
