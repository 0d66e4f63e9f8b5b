package io.netrun.resilience.ratelimiter;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.TimerlessTicker;
import io.netrun.resilience.test.ManualTicker;
import java.time.Duration;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/**
 * Random histories of the bucket, and of those who wait for its tokens, against a plain model that has a level and
 * fills it.
 */
class TokenBucketModelTests {

    private static final long TOKEN = 1_024;

    private final ManualTicker ticker = new ManualTicker();

    @Property(tries = 2_000)
    void historyShouldMatchTheModel(
            @ForAll @Size(max = 80) List<@IntRange(min = -3_000, max = 3_000) Integer> history,
            @ForAll @IntRange(min = 1, max = 5) int capacity,
            @ForAll @IntRange(min = 0, max = 4_000) int longestWait) {
        RateLimiter limiter = limiter(new Settings(TOKEN, capacity));
        long level = capacity * TOKEN;
        for (int step : history) {
            if (step > 0) {
                pass(limiter, step);
                level = Math.min(capacity * TOKEN, level + step);
            } else {
                long wait = Math.max(0, TOKEN - level);
                boolean taken = wait <= longestWait;
                ProbeWaiter waiter = new ProbeWaiter();
                assertThat(waiter.add(limiter, longestWait)).isEqualTo(taken ? wait : longestWait - wait);
                level -= taken ? TOKEN : 0;
                if (taken && wait > 0 && step % 2 == 0) {
                    waiter.leave(limiter);
                    level += TOKEN;
                }
            }
            assertThat(limiter.metrics().available()).isEqualTo((int) Math.max(0, Math.floorDiv(level, TOKEN)));
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
        Settings settings = Settings.of(first);
        RateLimiter limiter = limiter(settings);
        double tokens = settings.capacity;
        for (int step : history) {
            if (step < 40) {
                long pause = step * 128L;
                pass(limiter, pause);
                tokens = Math.min(settings.capacity, tokens + (double) pause / settings.token);
            } else if (step < 85) {
                long patience = longestWait * 128L;
                long wait = (long) (Math.max(0, 1 - tokens) * settings.token);
                boolean taken = wait <= patience;
                assertThat(new ProbeWaiter().add(limiter, patience)).isEqualTo(taken ? wait : patience - wait);
                tokens -= taken ? 1 : 0;
            } else {
                Settings next = Settings.of(step - 85);
                limiter.reconfigure(c -> next.config());
                settings = next;
                tokens = Math.min(settings.capacity, tokens);
            }
            assertThat(limiter.metrics().available()).isEqualTo((int) Math.max(0, Math.floor(tokens)));
        }
    }

    private RateLimiter limiter(Settings settings) {
        return RateLimiter.of("test", settings.config(), new TimerlessTicker(ticker));
    }

    private void pass(RateLimiter limiter, long nanos) {
        ticker.advance(Duration.ofNanos(nanos));
        limiter.queue().drain();
    }
}
