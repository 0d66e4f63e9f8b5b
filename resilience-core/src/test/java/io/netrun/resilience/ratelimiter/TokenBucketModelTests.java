package io.netrun.resilience.ratelimiter;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Random histories of the bucket against a plain model that has a level and fills it. */
class TokenBucketModelTests {

    private static final long TOKEN = 1_000;

    @Property(tries = 2_000)
    void historyShouldMatchTheModel(
            @ForAll @Size(max = 80) List<@IntRange(min = -3_000, max = 3_000) Integer> history,
            @ForAll @IntRange(min = 1, max = 5) int capacity,
            @ForAll @IntRange(min = 0, max = 4_000) int longestWait) {
        long now = Long.MAX_VALUE - 5;
        RateLimiterConfig config = RateLimiterConfig.builder()
                .limit(1)
                .period(Duration.ofNanos(TOKEN))
                .burst(capacity)
                .build();
        TokenBucket bucket = new TokenBucket(config, now);
        long level = capacity * TOKEN;
        for (int step : history) {
            if (step > 0) {
                now += step;
                level = Math.min(capacity * TOKEN, level + step);
            } else {
                long wait = Math.max(0, TOKEN - level);
                boolean taken = wait <= longestWait;
                assertThat(bucket.take(now, longestWait)).isEqualTo(taken ? wait : longestWait - wait);
                level -= taken ? TOKEN : 0;
                if (taken && wait > 0 && step % 2 == 0) {
                    bucket.putBack(now + wait);
                    level += TOKEN;
                }
            }
            assertThat(bucket.available(now)).isEqualTo((int) Math.max(0, Math.floorDiv(level, TOKEN)));
        }
    }

    /** How long a token takes to come, and how many fit; powers of two, so that no share of a token is rounded. */
    private record Settings(long token, int capacity) {

        RateLimiterConfig config() {
            return RateLimiterConfig.builder()
                    .limit(1)
                    .period(Duration.ofNanos(token))
                    .burst(capacity)
                    .build();
        }

        static Settings of(int code) {
            return new Settings(1_024L << code % 3, 1 + code / 3 % 5);
        }
    }

    /** Each step waits a while, takes a token, or has another bucket go on. */
    @Property(tries = 2_000)
    void historyWithOtherBucketsShouldMatchTheModel(
            @ForAll @Size(max = 80) List<@IntRange(max = 99) Integer> history,
            @ForAll @IntRange(max = 14) int first,
            @ForAll @IntRange(max = 64) int longestWait) {
        long now = Long.MAX_VALUE - 5;
        Settings settings = Settings.of(first);
        TokenBucket bucket = new TokenBucket(settings.config(), now);
        double tokens = settings.capacity;
        for (int step : history) {
            if (step < 40) {
                long pause = step * 128L;
                now += pause;
                tokens = Math.min(settings.capacity, tokens + (double) pause / settings.token);
            } else if (step < 85) {
                long wait = (long) (Math.max(0, 1 - tokens) * settings.token);
                boolean taken = wait <= longestWait * 128L;
                assertThat(bucket.take(now, longestWait * 128L)).isEqualTo(taken ? wait : longestWait * 128L - wait);
                tokens -= taken ? 1 : 0;
            } else {
                TokenBucket former = bucket;
                settings = Settings.of(step - 85);
                bucket = former.replaced(settings.config(), now);
                assertThat(former.take(now, 0)).isEqualTo(TokenBucket.REPLACED);
                tokens = Math.min(settings.capacity, tokens);
            }
            assertThat(bucket.available(now)).isEqualTo((int) Math.max(0, Math.floor(tokens)));
        }
    }
}
