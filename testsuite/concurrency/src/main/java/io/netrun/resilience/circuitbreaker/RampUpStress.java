package io.netrun.resilience.circuitbreaker;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.netrun.resilience.PassingTicker;
import io.netrun.resilience.Permit;
import io.netrun.resilience.Ticker;
import java.time.Duration;
import java.time.Instant;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/** The part of the calls that a circuit admits after it has closed, and the end of that time. */
public class RampUpStress {

    /** Two calls at once, of which one is to be admitted. */
    @JCStressTest
    @Outcome(
            id = {"1, 0", "0, 1"},
            expect = ACCEPTABLE,
            desc = "Half of the calls are admitted.")
    @Outcome(expect = FORBIDDEN, desc = "More or fewer than half of the calls were admitted.")
    @State
    public static class Half {

        private final CircuitBreaker breaker = Circuits.rampingUp(Duration.ofSeconds(1), 50, PassingTicker.INSTANCE);

        @Actor
        public void first(II_Result r) {
            r.r1 = Circuits.admitted(breaker);
        }

        @Actor
        public void second(II_Result r) {
            r.r2 = Circuits.admitted(breaker);
        }
    }

    /** The first call after the ramp forgets it, while other settings ask for the detection of slow calls. */
    @JCStressTest
    @Outcome(id = "1, 1, 100", expect = ACCEPTABLE, desc = "The ramp is over, and slow calls are detected.")
    @Outcome(expect = FORBIDDEN, desc = "The call was rejected, or the end of the ramp undid the other settings.")
    @State
    public static class EndBesideOtherSettings {

        private final Clock clock = new Clock();
        private final CircuitBreaker breaker = Circuits.rampingUp(Duration.ofNanos(1), 1, clock);

        public EndBesideOtherSettings() {
            clock.now++;
        }

        @Actor
        public void call(III_Result r) {
            r.r1 = Circuits.admitted(breaker);
        }

        @Actor
        public void reconfigure() {
            breaker.reconfigure(config ->
                    config.toBuilder().slowCallDuration(Duration.ofNanos(1)).build());
        }

        @Arbiter
        public void callSlowly(III_Result r) {
            Permit permit = breaker.acquirePermit();
            clock.now++;
            permit.onSuccess();
            r.r2 = (int) breaker.metrics().totalSlow();
            r.r3 = (int) breaker.metrics().rampUpRate();
        }
    }

    /** Time that passes as the test sets it. */
    private static final class Clock implements Ticker {

        private long now;

        @Override
        public long nanoTime() {
            return now;
        }

        @Override
        public Instant now() {
            return Instant.EPOCH;
        }

        @Override
        public void sleep(long nanos) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Scheduled schedule(Runnable task, long delayNanos) {
            return () -> {};
        }
    }
}
