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

/**
 * A rate limiter grants no token in a pause, and none is lost or doubled as a pause begins or ends. Time stands still.
 */
public class PauseStress {

    private static final Duration PAUSE = Duration.ofHours(1);

    private static RateLimiter limiter(int burst) {
        PassingTicker ticker = new PassingTicker();
        ticker.stop();
        return RateLimiter.of(
                "test",
                RateLimiterConfig.builder()
                        .limit(1)
                        .period(Duration.ofHours(1))
                        .burst(burst)
                        .build(),
                ticker);
    }

    private static RateLimiter paused() {
        RateLimiter limiter = limiter(1);
        limiter.pauseFor(PAUSE);
        return limiter;
    }

    private static int take(RateLimiter limiter) {
        return limiter.tryAcquirePermit().isPresent() ? 1 : 0;
    }

    private static int isPaused(RateLimiter limiter) {
        return limiter.pausedUntil().isPresent() ? 1 : 0;
    }

    /** A call arrives as a pause begins; another one follows. */
    @JCStressTest
    @Outcome(
            id = {"1, 0", "0, 0"},
            expect = ACCEPTABLE,
            desc = "The call began before the pause or was rejected; the next one is rejected.")
    @Outcome(expect = FORBIDDEN, desc = "A call began in the pause.")
    @State
    public static class PauseBegins {

        private final RateLimiter limiter = limiter(3);

        @Actor
        public void pause() {
            limiter.pauseFor(PAUSE);
        }

        @Actor
        public void take(II_Result r) {
            r.r1 = PauseStress.take(limiter);
        }

        @Arbiter
        public void takeAfter(II_Result r) {
            r.r2 = PauseStress.take(limiter);
        }
    }

    /** A call arrives as a pause is ended; another one follows. */
    @JCStressTest
    @Outcome(
            id = {"1, 0", "0, 1"},
            expect = ACCEPTABLE,
            desc = "One call got the token.")
    @Outcome(expect = FORBIDDEN, desc = "Both calls got it, or it is lost.")
    @State
    public static class PauseEnded {

        private final RateLimiter limiter = paused();

        @Actor
        public void resume() {
            limiter.resume();
        }

        @Actor
        public void take(II_Result r) {
            r.r1 = PauseStress.take(limiter);
        }

        @Arbiter
        public void takeAfter(II_Result r) {
            r.r2 = PauseStress.take(limiter);
        }
    }

    /** A pause begins while one is ended. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "The pause began last: no call begins.")
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "It was ended: a call begins.")
    @Outcome(expect = FORBIDDEN, desc = "A call begins in a pause, or none without one.")
    @State
    public static class PauseAgainstResume {

        private final RateLimiter limiter = limiter(1);

        @Actor
        public void pause() {
            limiter.pauseFor(PAUSE);
        }

        @Actor
        public void resume() {
            limiter.resume();
        }

        @Arbiter
        public void look(II_Result r) {
            r.r1 = isPaused(limiter);
            r.r2 = PauseStress.take(limiter);
        }
    }

    /** Two pauses begin, of which the longer one counts; a call follows. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "They are one pause, in which no call begins.")
    @Outcome(expect = FORBIDDEN, desc = "They counted as two, or a call began.")
    @State
    public static class TwoPauses {

        private final RateLimiter limiter = limiter(3);

        @Actor
        public void pause() {
            limiter.pauseFor(PAUSE);
        }

        @Actor
        public void pauseLonger() {
            limiter.pauseFor(PAUSE.multipliedBy(2));
        }

        @Arbiter
        public void look(II_Result r) {
            r.r1 = (int) limiter.metrics().totalPauses();
            r.r2 = take(limiter);
        }
    }
}
