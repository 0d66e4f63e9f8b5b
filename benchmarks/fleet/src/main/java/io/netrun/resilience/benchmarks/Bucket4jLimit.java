package io.netrun.resilience.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.redis.lettuce.Bucket4jLettuce;
import io.lettuce.core.RedisClient;
import java.time.Duration;

/** Bucket4j with Lettuce, everything else as it is by default. */
final class Bucket4jLimit implements SharedRateLimit {

    private final RedisClient client;
    private final Bucket bucket;

    Bucket4jLimit(int port) {
        client = RedisClient.create("redis://127.0.0.1:" + port);
        BucketConfiguration limit = BucketConfiguration.builder()
                .addLimit(each -> each.capacity(CALLS).refillGreedy(CALLS, Duration.ofSeconds(1)))
                .build();
        bucket = Bucket4jLettuce.casBasedBuilder(client)
                .build()
                .builder()
                .build("geocoder".getBytes(UTF_8), () -> limit);
    }

    @Override
    public boolean tryAcquire() {
        return bucket.tryConsume(1);
    }

    @Override
    public void close() {
        client.shutdown();
    }
}
