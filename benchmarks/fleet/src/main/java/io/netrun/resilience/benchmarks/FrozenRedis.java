package io.netrun.resilience.benchmarks;

import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.function.BooleanSupplier;

/** Prints how long calls take while redis-server is frozen: connections are open, and nothing answers. */
public final class FrozenRedis {

    private static final int CALLS = 1_000;

    private FrozenRedis() {}

    public static void main(String[] arguments) throws IOException {
        System.out.println("| limit | calls | longest call | the slowest ended with |");
        System.out.println("|---|---|---|---|");
        try (RedisOfTheBenchmark redis = new RedisOfTheBenchmark()) {
            redis.start();
            try (NetrunFleet fleet = NetrunFleet.join(redis.port())) {
                print(redis, "fleet", CALLS, () -> fleet.limits().limiter().call(() -> true));
            }
        }
        try (RedisOfTheBenchmark redis = new RedisOfTheBenchmark()) {
            redis.start();
            SharedRateLimit limit = new Bucket4jLimit(redis.port());
            Checks.require(limit.tryAcquire(), "a call is admitted");
            print(redis, "Bucket4j", 1, limit::tryAcquire);
        }
        try (RedisOfTheBenchmark redis = new RedisOfTheBenchmark()) {
            redis.start();
            SharedRateLimit limit = new GatewayLimit(redis.port());
            Checks.require(limit.tryAcquire(), "a call is admitted");
            print(redis, "Gateway", 1, limit::tryAcquire);
        }
        System.exit(0); // clients wait for the frozen servers
    }

    private static void print(RedisOfTheBenchmark redis, String name, int calls, BooleanSupplier call) {
        redis.freeze();
        long longest = -1;
        String end = "";
        for (int i = 0; i < calls; i++) {
            long start = System.nanoTime();
            String ended;
            try {
                ended = call.getAsBoolean() ? "admitted" : "rejected";
            } catch (RuntimeException e) {
                ended = e.getClass().getName();
            }
            long took = System.nanoTime() - start;
            if (took > longest) {
                longest = took;
                end = ended;
            }
        }
        double millis = Duration.ofNanos(longest).toNanos() / 1e6;
        System.out.printf(Locale.ROOT, "| %s | %d | %.3f ms | %s |%n", name, calls, millis, end);
    }
}
