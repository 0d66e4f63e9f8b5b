package io.netrun.resilience.ratelimiter;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.netrun.resilience.Deadline;
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
            id = {"0, -1000", "-1000, 0"},
            expect = ACCEPTABLE,
            desc = "One has it, the other one hears when the next comes.")
    @Outcome(expect = FORBIDDEN, desc = "Both have it, or neither.")
    @State
    public static class LastToken {

        private final TokenBucket bucket = new TokenBucket(ONE, NOW);

        @Actor
        public void first(II_Result r) {
            r.r1 = (int) bucket.take(NOW, 0);
        }

        @Actor
        public void second(II_Result r) {
            r.r2 = (int) bucket.take(NOW, 0);
        }
    }

    /** Two calls wait behind a third. */
    @JCStressTest
    @Outcome(
            id = {"1000, 2000", "2000, 1000"},
            expect = ACCEPTABLE,
            desc = "Each turn has one call.")
    @Outcome(expect = FORBIDDEN, desc = "Both calls have the same turn, or one has none.")
    @State
    public static class Turns {

        private final TokenBucket bucket = new TokenBucket(ONE, NOW);

        public Turns() {
            bucket.take(NOW, 0);
        }

        @Actor
        public void first(II_Result r) {
            r.r1 = (int) bucket.take(NOW, 10 * TOKEN);
        }

        @Actor
        public void second(II_Result r) {
            r.r2 = (int) bucket.take(NOW, 10 * TOKEN);
        }
    }

    /** The last waiter leaves while another call takes its turn; a third comes afterwards. */
    @JCStressTest
    @Outcome(id = "1000, 2000", expect = ACCEPTABLE, desc = "The turn went to the next call.")
    @Outcome(
            id = "2000, 3000",
            expect = ACCEPTABLE,
            desc = "The next call stood behind it already, so the turn lapses.")
    @Outcome(expect = FORBIDDEN, desc = "A turn was given twice, or one was given that had lapsed.")
    @State
    public static class TurnGivenUp {

        private final TokenBucket bucket = new TokenBucket(ONE, NOW);
        private final long turn;

        public TurnGivenUp() {
            bucket.take(NOW, 0);
            turn = NOW + bucket.take(NOW, 10 * TOKEN);
        }

        @Actor
        public void leave() {
            bucket.putBack(turn);
        }

        @Actor
        public void take(II_Result r) {
            r.r1 = (int) bucket.take(NOW, 10 * TOKEN);
        }

        @Arbiter
        public void takeAfter(II_Result r) {
            r.r2 = (int) bucket.take(NOW, 10 * TOKEN);
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
            try {
                return limiter.take(NOW, Deadline.NONE) == 0 ? 1 : 0;
            } catch (RateLimitExceededException refused) {
                return 0;
            }
        }
    }
}
