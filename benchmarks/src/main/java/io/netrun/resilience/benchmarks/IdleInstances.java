package io.netrun.resilience.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.resilience4j.bulkhead.BulkheadRegistry;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.github.resilience4j.ratelimiter.RateLimiterRegistry;
import io.github.resilience4j.retry.RetryRegistry;
import io.github.resilience4j.timelimiter.TimeLimiterRegistry;
import io.netrun.resilience.PolicyType;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitBreakerConfig;
import io.netrun.resilience.circuitbreaker.Detection;
import io.netrun.resilience.fallback.Fallback;
import io.netrun.resilience.hedge.Hedge;
import io.netrun.resilience.ratelimiter.RateLimiter;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.timeout.Timeout;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * How much of the heap an instance of each pattern takes that is in a registry and has not been used, with its entry
 * and its name. Its argument is the file for the results.
 */
public final class IdleInstances {

    private static final int INSTANCES = 100_000;
    private static final int ROUNDS = 3;

    private IdleInstances() {}

    /** A registry, and how an instance comes into it. */
    private record Subject(String pattern, String library, Supplier<Consumer<String>> registry) {}

    /** What one instance takes, in bytes. */
    public record Result(String pattern, String library, int instances, double bytes) {}

    public static void main(String[] arguments) throws IOException {
        List<Result> results = new ArrayList<>();
        for (Subject subject : subjects()) {
            results.add(measure(subject));
            System.out.println(results.get(results.size() - 1));
        }
        new ObjectMapper().writerWithDefaultPrettyPrinter().writeValue(new File(arguments[0]), results);
    }

    private static List<Subject> subjects() {
        return List.of(
                ours(CircuitBreaker.TYPE),
                ours("circuit-breaker, rate of the last 100 calls", CircuitBreaker.TYPE, counting()),
                ours(Bulkhead.TYPE),
                ours(RateLimiter.TYPE),
                ours(Retry.TYPE),
                ours(Timeout.TYPE),
                ours(Hedge.TYPE),
                ours(Fallback.TYPE),
                new Subject("circuit-breaker, rate of the last 100 calls", "resilience4j", () -> {
                    var registry = CircuitBreakerRegistry.ofDefaults();
                    return registry::circuitBreaker;
                }),
                new Subject("bulkhead", "resilience4j", () -> BulkheadRegistry.ofDefaults()::bulkhead),
                new Subject("rate-limiter", "resilience4j", () -> RateLimiterRegistry.ofDefaults()::rateLimiter),
                new Subject("retry", "resilience4j", () -> RetryRegistry.ofDefaults()::retry),
                new Subject("timeout", "resilience4j", () -> TimeLimiterRegistry.ofDefaults()::timeLimiter));
    }

    private static CircuitBreakerConfig counting() {
        return CircuitBreakerConfig.builder()
                .detection(Detection.COUNT_WINDOW)
                .windowSize(100)
                .build();
    }

    private static <C extends Record> Subject ours(PolicyType<?, C> type) {
        return ours(type.key(), type, type.defaults());
    }

    private static <C extends Record> Subject ours(String pattern, PolicyType<?, C> type, C config) {
        return new Subject(pattern, "netrun", () -> {
            ResilienceRegistry registry = ResilienceRegistry.create();
            return name -> registry.getOrCreate(type, name, config);
        });
    }

    /** The least of some rounds, each with a registry of its own. */
    private static Result measure(Subject subject) {
        double least = Double.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
            long before = usedBytes();
            Consumer<String> registry = subject.registry.get();
            for (int i = 0; i < INSTANCES; i++) {
                registry.accept("instance" + i);
            }
            least = Math.min(least, (usedBytes() - before) / (double) INSTANCES);
            registry.accept("last"); // so that the registry is reachable until here
        }
        return new Result(subject.pattern, subject.library, INSTANCES, Math.rint(least));
    }

    private static long usedBytes() {
        long[] readings = new long[3];
        Runtime runtime = Runtime.getRuntime();
        for (int i = 0; i < readings.length; i++) {
            System.gc();
            readings[i] = runtime.totalMemory() - runtime.freeMemory();
        }
        return Arrays.stream(readings).min().orElseThrow();
    }
}
