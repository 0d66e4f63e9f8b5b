package io.netrun.resilience.ratelimiter;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.netrun.resilience.PassingTicker;
import java.time.Duration;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A rate limiter gives each token to one call. A token comes every microsecond, and the clock stands still. */
public class Tokens {

    private static final int TOKEN = 1_000;
    private static final long NOW = PassingTicker.INSTANCE.nanoTime();

    private static final RateLimiterConfig ONE = RateLimiterConfig.builder()
            .limit(1)
            .period(Duration.ofNanos(TOKEN))
            .burst(1)
            .build();

    /** Two calls want the last token. */
    @JCStressTest
    @Outcome(
            id = {"1, 0", "0, 1"},
            expect = ACCEPTABLE,
            desc = "One has it, the other one has to wait for the next.")
    @Outcome(expect = FORBIDDEN, desc = "Both have it, or neither.")
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

    /** Two calls wait behind a third. */
    @JCStressTest
    @Outcome(
            id = {"1000, 2000", "2000, 1000"},
            expect = ACCEPTABLE,
            desc = "Each token has one call.")
    @Outcome(expect = FORBIDDEN, desc = "Both calls have the same token, or one has none.")
    @State
    public static class Turns {

        private final TokenBucket bucket = new TokenBucket(ONE, NOW);

        public Turns() {
            bucket.tryAcquire(NOW);
        }

        @Actor
        public void first(II_Result r) {
            r.r1 = reserve(bucket);
        }

        @Actor
        public void second(II_Result r) {
            r.r2 = reserve(bucket);
        }
    }

    /** A waiter leaves while another call reserves a token; a third comes afterwards. */
    @JCStressTest
    @Outcome(id = "1000, 2000", expect = ACCEPTABLE, desc = "The waiter left first.")
    @Outcome(id = "2000, 2000", expect = ACCEPTABLE, desc = "The next call came first, and moves up when the waiter leaves.")
    @Outcome(expect = FORBIDDEN, desc = "A token was reserved twice, or lost.")
    @State
    public static class TurnGivenUp {

        private final TokenBucket bucket = new TokenBucket(ONE, NOW);

        public TurnGivenUp() {
            bucket.tryAcquire(NOW);
            reserve(bucket);
        }

        @Actor
        public void leave() {
            bucket.tryCancel();
        }

        @Actor
        public void take(II_Result r) {
            r.r1 = reserve(bucket);
        }

        @Arbiter
        public void takeAfter(II_Result r) {
            r.r2 = reserve(bucket);
        }
    }

    /** The last token is taken while the rate changes, and a second call comes afterwards. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "The token is gone, from the one bucket or the other.")
    @Outcome(expect = FORBIDDEN, desc = "The token was given by both buckets, or by neither.")
    @State
    public static class RateChanged {

        private final RateLimiter limiter = RateLimiter.of("test", ONE, PassingTicker.INSTANCE);

        @Actor
        public void take(II_Result r) {
            r.r1 = taken();
        }

        @Actor
        public void reconfigure() {
            limiter.reconfigure(
                    c -> c.toBuilder().period(Duration.ofNanos(2 * TOKEN)).build());
        }

        @Arbiter
        public void takeAfter(II_Result r) {
            r.r2 = taken();
        }

        private int taken() {
            return limiter.tryAcquirePermit().isPresent() ? 1 : 0;
        }
    }

    /** How long a new call has to wait. */
    private static int reserve(TokenBucket bucket) {
        Reservation reservation = new Reservation(new Nobody());
        bucket.reserve(NOW, 10 * TOKEN, reservation, true);
        return (int) (reservation.dueAt() - NOW);
    }

    /** Reserves for itself alone. */
    private static final class Nobody implements ReservationQueue.Waiter {

        @Override
        public boolean watchesClock() {
            return true;
        }

        @Override
        public void onMoved(long dueAt) {
            // It does not sleep.
        }

        @Override
        public void onSettled() {
            // It does not sleep.
        }
    }
}
