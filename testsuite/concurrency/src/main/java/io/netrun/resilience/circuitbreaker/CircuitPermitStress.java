package io.netrun.resilience.circuitbreaker;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.netrun.resilience.Permit;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.LI_Result;

/** A permit counts once, and only in the period that granted it. */
public class CircuitPermitStress {

    /** Two threads settle the same permit of a closed circuit. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "One failure.")
    @Outcome(expect = FORBIDDEN, desc = "The call failed once: it counted twice, or not at all.")
    @State
    public static class SettledByTwo {

        private final CircuitBreaker breaker = Circuits.closed(3);
        private final Permit permit = breaker.acquirePermit();

        @Actor
        public void first() {
            permit.onFailure(Circuits.FAILURE);
        }

        @Actor
        public void second() {
            permit.onFailure(Circuits.FAILURE);
        }

        @Arbiter
        public void count(II_Result r) {
            r.r1 = breaker.metrics().failureCount();
            r.r2 = (int) breaker.metrics().totalFailed();
        }
    }

    /** Two threads settle the same trial, each in its own way, of two that are running. */
    @JCStressTest
    @Outcome(id = "1, 1, 1", expect = ACCEPTABLE, desc = "It freed one permit and was counted once.")
    @Outcome(expect = FORBIDDEN, desc = "The trial freed two permits or none, or was counted twice.")
    @State
    public static class TrialSettledByTwo {

        private final CircuitBreaker breaker = Circuits.atTheEdgeForTwo();
        private final Permit trial = breaker.acquirePermit();
        private final Permit other = breaker.acquirePermit();

        @Actor
        public void cancel() {
            trial.onIgnored();
        }

        @Actor
        public void close() {
            trial.close();
        }

        @Arbiter
        public void count(III_Result r) {
            r.r1 = breaker.metrics().halfOpenCalls();
            r.r2 = (int) breaker.metrics().totalCancelled();
            r.r3 = Circuits.admitted(breaker);
        }
    }

    /** A failure that would open the circuit, while an operator resets it. */
    @JCStressTest
    @Outcome(id = "CLOSED, 0", expect = ACCEPTABLE, desc = "Whichever came first, the circuit is as reset left it.")
    @Outcome(expect = FORBIDDEN, desc = "A call begun before the reset counts after it.")
    @State
    public static class StaleAtReset {

        private final CircuitBreaker breaker = Circuits.closed(1);
        private final Permit permit = breaker.acquirePermit();

        @Actor
        public void fail() {
            permit.onFailure(Circuits.FAILURE);
        }

        @Actor
        public void reset() {
            breaker.reset();
        }

        @Arbiter
        public void look(LI_Result r) {
            r.r1 = breaker.state();
            r.r2 = breaker.metrics().failureCount();
        }
    }

    /** The trial that would close the circuit succeeds while an operator forces it open. */
    @JCStressTest
    @Outcome(id = "FORCED_OPEN, 0", expect = ACCEPTABLE, desc = "The operator wins, first or second.")
    @Outcome(expect = FORBIDDEN, desc = "A trial of a former period ended the operator's.")
    @State
    public static class StaleAtForceOpen {

        private final CircuitBreaker breaker = Circuits.atTheEdge();
        private final Permit trial = breaker.acquirePermit();

        @Actor
        public void succeed() {
            trial.onSuccess();
        }

        @Actor
        public void force() {
            breaker.forceOpen();
        }

        @Arbiter
        public void look(LI_Result r) {
            r.r1 = breaker.state();
            r.r2 = Circuits.admitted(breaker);
        }
    }

    /** Two failures arrive together, the first of which reaches the threshold. */
    @JCStressTest
    @Outcome(id = "OPEN, 1", expect = ACCEPTABLE, desc = "Opened once.")
    @Outcome(expect = FORBIDDEN, desc = "The threshold was passed without an opening, or with two.")
    @State
    public static class ThresholdReachedByTwo {

        private final CircuitBreaker breaker = Circuits.closed(2);
        private final Permit first = breaker.acquirePermit();
        private final Permit second = breaker.acquirePermit();
        private final Transitions transitions = new Transitions(breaker);

        public ThresholdReachedByTwo() {
            breaker.acquirePermit().onFailure(Circuits.FAILURE);
        }

        @Actor
        public void failFirst() {
            first.onFailure(Circuits.FAILURE);
        }

        @Actor
        public void failSecond() {
            second.onFailure(Circuits.FAILURE);
        }

        @Arbiter
        public void look(LI_Result r) {
            r.r1 = breaker.state();
            r.r2 = transitions.count();
        }
    }

    /** A failure while the threshold is lowered to what has been counted. */
    @JCStressTest
    @Outcome(
            id = {"CLOSED, 1", "OPEN, 2"},
            expect = ACCEPTABLE,
            desc = "Counted under either setting; with the lower threshold, the next failure opens.")
    @Outcome(
            id = "OPEN, 1",
            expect = ACCEPTABLE,
            desc = "Opened by the failure; the count shown with it was lowered in between.")
    @Outcome(expect = FORBIDDEN, desc = "The failure was lost, or counted twice.")
    @State
    public static class FailureWhileReconfigured {

        private final CircuitBreaker breaker = Circuits.closed(4);
        private final Permit permit;

        public FailureWhileReconfigured() {
            breaker.acquirePermit().onFailure(Circuits.FAILURE);
            permit = breaker.acquirePermit();
        }

        @Actor
        public void fail() {
            permit.onFailure(Circuits.FAILURE);
        }

        @Actor
        public void lower() {
            breaker.reconfigure(c -> c.toBuilder().failureThreshold(2).build());
        }

        @Arbiter
        public void look(LI_Result r) {
            r.r1 = breaker.state();
            r.r2 = breaker.metrics().failureCount();
        }
    }
}
