package io.netrun.resilience.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.ratelimiter.RateLimiter;
import io.netrun.resilience.ratelimiter.RateLimiterConfig;
import io.netrun.resilience.test.ManualTicker;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The part of a rate limiter that a process uses. */
class SharedRateTests {

    private final ManualTicker ticker = new ManualTicker();

    @Test
    void demandShouldBeCountedInTokens() {
        long ofCalls = demand(1);
        assertThat(demand(5)).isEqualTo(5 * ofCalls).isPositive();
    }

    /** The demand after ten calls, of which some are rejected. */
    private long demand(int permits) {
        RateLimiter limiter =
                RateLimiter.of("mail", RateLimiterConfig.builder().limit(8).build(), ticker);
        SharedRate rate = new SharedRate(limiter, ticker.nanoTime());
        for (int i = 0; i < 10; i++) {
            limiter.tryAcquirePermit(permits);
        }
        ticker.advance(Duration.ofSeconds(1));
        rate.sample(ticker.nanoTime());
        return rate.wants();
    }
}
