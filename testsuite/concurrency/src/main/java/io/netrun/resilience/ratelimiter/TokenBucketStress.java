package io.netrun.resilience.ratelimiter;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.netrun.resilience.PassingTicker;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A rate limiter grants each token once. One token is refilled per microsecond, and the clock stands still. */
public class TokenBucketStress {

    private static final int TOKEN = 1_000;
    private static final long NOW = PassingTicker.INSTANCE.nanoTime();

    private static final RateLimiterConfig ONE = RateLimiterConfig.builder()
            .limit(1)
            .period(Duration.ofNanos(TOKEN))
            .burst(1)
            .build();

    private static final RateLimiterConfig WAITING =
            ONE.toBuilder().maxWait(Duration.ofSeconds(1)).build();

    /** Two calls compete for the last token. */
    @JCStressTest
    @Outcome(
            id = {"1, 0", "0, 1"},
            expect = ACCEPTABLE,
            desc = "One call got it.")
    @Outcome(expect = FORBIDDEN, desc = "Both calls got it, or neither.")
    @State
    public static class LastToken {

        private final TokenBucket bucket = new TokenBucket(ONE, NOW);

        @Actor
        public void first(II_Result r) {
            r.r1 = bucket.tryAcquire(NOW) ? 1 : 0;
        }

        @Actor
        public void second(II_Result r) {
            r.r2 = bucket.tryAcquire(NOW) ? 1 : 0;
        }
    }

    /** The token is returned while one call tries to acquire it; another call follows. */
    @JCStressTest
    @Outcome(
            id = {"1, 0", "0, 1"},
            expect = ACCEPTABLE,
            desc = "One call got it.")
    @Outcome(expect = FORBIDDEN, desc = "Both calls got it, or it is lost.")
    @State
    public static class TokenReturned {

        private final TokenBucket bucket = new TokenBucket(ONE, NOW);

        public TokenReturned() {
            bucket.tryAcquire(NOW);
        }

        @Actor
        public void returnTokens() {
            bucket.tryReturn(1);
        }

        @Actor
        public void acquire(II_Result r) {
            r.r1 = bucket.tryAcquire(NOW) ? 1 : 0;
        }

        @Arbiter
        public void acquireAfter(II_Result r) {
            r.r2 = bucket.tryAcquire(NOW) ? 1 : 0;
        }
    }

    /** The only waiter is cancelled while another call starts to wait. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "The other call waits for the next token.")
    @Outcome(expect = FORBIDDEN, desc = "A waiter was lost, or the cancelled one kept its token.")
    @State
    public static class WaiterLeaves {

        private final PassingTicker ticker = new PassingTicker();
        private final RateLimiter limiter = RateLimiter.of("test", WAITING, ticker);
        private final CompletableFuture<Object> waiter;

        public WaiterLeaves() {
            ticker.stop();
            limiter.tryAcquirePermit();
            waiter = limiter.callAsync(CompletableFuture::new);
        }

        @Actor
        public void leave() {
            waiter.cancel(true);
        }

        @Actor
        public void come() {
            limiter.callAsync(CompletableFuture::new);
        }

        @Arbiter
        public void look(II_Result r) {
            r.r1 = limiter.metrics().waiting();
            r.r2 = (int) limiter.metrics().totalAccepted();
        }
    }

    /** The last token is acquired while the rate changes; a second call follows. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "The token was granted once, by the old or the new bucket.")
    @Outcome(expect = FORBIDDEN, desc = "The token was granted by both buckets, or by neither.")
    @State
    public static class RateChanged {

        private final RateLimiter limiter = RateLimiter.of("test", ONE, PassingTicker.INSTANCE);

        @Actor
        public void take(II_Result r) {
            r.r1 = limiter.tryAcquirePermit().isPresent() ? 1 : 0;
        }

        @Actor
        public void reconfigure() {
            limiter.reconfigure(
                    c -> c.toBuilder().period(Duration.ofNanos(2 * TOKEN)).build());
        }

        @Arbiter
        public void takeAfter(II_Result r) {
            r.r2 = limiter.tryAcquirePermit().isPresent() ? 1 : 0;
        }
    }
}
