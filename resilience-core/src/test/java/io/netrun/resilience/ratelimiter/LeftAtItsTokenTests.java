package io.netrun.resilience.ratelimiter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.netrun.resilience.AdaptedCall;
import io.netrun.resilience.test.ManualTicker;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A call whose subscriber has left, and has not cancelled its future yet, as its token comes. */
@Timeout(60)
class LeftAtItsTokenTests {

    private final ManualTicker ticker = new ManualTicker();
    private final RateLimiter limiter = RateLimiter.of(
            "l",
            RateLimiterConfig.builder()
                    .limit(1)
                    .initialTokens(0)
                    .maxWait(Duration.ofMinutes(1))
                    .build(),
            ticker);

    private static final class Call extends AdaptedCall<String> {

        private volatile boolean left;
        private volatile boolean made;

        @Override
        public CompletionStage<String> get() {
            made = true;
            return CompletableFuture.completedFuture("done");
        }

        @Override
        public boolean isCommitted() {
            return false;
        }

        @Override
        public boolean isLeft() {
            return left;
        }

        @Override
        public CompletionStage<String> adapt(@Nullable Object replacement) {
            return get();
        }
    }

    @Test
    void callThatHasLeftShouldReturnItsToken() {
        Call call = new Call();
        CompletableFuture<String> future = limiter.callAsync(call);
        call.left = true;
        ticker.advance(Duration.ofSeconds(1));
        assertThat(catchThrowable(future::join)).isInstanceOf(CancellationException.class);
        assertThat(call.made).isFalse();
        assertThat(limiter.metrics().available()).isOne();
        assertThat(limiter.metrics().totalAccepted()).isZero();
    }

    @Test
    void callThatIsWantedShouldTakeItsToken() {
        Call call = new Call();
        CompletableFuture<String> future = limiter.callAsync(call);
        ticker.advance(Duration.ofSeconds(1));
        assertThat(future.join()).isEqualTo("done");
        assertThat(limiter.metrics().available()).isZero();
        assertThat(limiter.metrics().totalAccepted()).isOne();
    }
}
