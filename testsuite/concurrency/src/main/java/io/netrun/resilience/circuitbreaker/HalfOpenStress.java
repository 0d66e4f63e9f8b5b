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
import org.openjdk.jcstress.infra.results.IL_Result;
import org.openjdk.jcstress.infra.results.LI_Result;

/** The number of trials that a half-open circuit admits as its period begins and ends. */
public class HalfOpenStress {

    /** Two calls at the end of the open duration. */
    @JCStressTest
    @Outcome(
            id = {"1, 0, 1", "0, 1, 1"},
            expect = ACCEPTABLE,
            desc = "One call is the trial, the other one is rejected.")
    @Outcome(expect = FORBIDDEN, desc = "One trial is allowed: two were admitted, none was, or the count is wrong.")
    @State
    public static class AtTheEdge {

        private final CircuitBreaker breaker = Circuits.atTheEdge();

        @Actor
        public void first(III_Result r) {
            r.r1 = Circuits.admitted(breaker);
        }

        @Actor
        public void second(III_Result r) {
            r.r2 = Circuits.admitted(breaker);
        }

        @Arbiter
        public void count(III_Result r) {
            r.r3 = breaker.metrics().halfOpenCalls();
        }
    }

    /** A trial fails, and the next half-open period begins at once, while a call asks. */
    @JCStressTest
    @Outcome(
            id = {"1, 0", "0, 1"},
            expect = ACCEPTABLE,
            desc = "One call is the trial of the second period, the other one is rejected.")
    @Outcome(
            id = "1, 1",
            expect = FORBIDDEN,
            desc = "A call came into the period that had just failed, beside the trial of the next one.")
    @Outcome(expect = FORBIDDEN, desc = "The second period admits no call.")
    @State
    public static class WhileReopening {

        private final CircuitBreaker breaker = Circuits.atTheEdge();
        private final Permit trial = breaker.acquirePermit();

        @Actor
        public void ask(II_Result r) {
            r.r1 = Circuits.admitted(breaker);
        }

        @Actor
        public void failAndAsk(II_Result r) {
            trial.onFailure(Circuits.FAILURE);
            r.r2 = Circuits.admitted(breaker);
        }
    }

    /** The last trial succeeds while a call asks, which fails afterwards. */
    @JCStressTest
    @Outcome(id = "0, CLOSED", expect = ACCEPTABLE, desc = "Rejected, since the trial was running.")
    @Outcome(id = "1, OPEN", expect = ACCEPTABLE, desc = "Admitted by the closed circuit, which its failure opens.")
    @Outcome(
            id = "1, CLOSED",
            expect = FORBIDDEN,
            desc = "Admitted by a full period that had already ended: its failure counts nowhere.")
    @Outcome(expect = FORBIDDEN, desc = "The trial's success was lost.")
    @State
    public static class WhileClosing {

        private final CircuitBreaker breaker = Circuits.atTheEdge();
        private final Permit trial = breaker.acquirePermit();
        private Permit late;

        @Actor
        public void succeed() {
            trial.onSuccess();
        }

        @Actor
        public void ask(IL_Result r) {
            late = Circuits.permit(breaker);
            r.r1 = late == null ? 0 : 1;
        }

        @Arbiter
        public void fail(IL_Result r) {
            if (late != null) {
                late.onFailure(Circuits.FAILURE);
            }
            r.r2 = breaker.state();
        }
    }

    /** Of two trials, one succeeds and one fails; each of them would end the period. */
    @JCStressTest
    @Outcome(
            id = {"CLOSED, 1", "OPEN, 1"},
            expect = ACCEPTABLE,
            desc = "The faster one decided.")
    @Outcome(expect = FORBIDDEN, desc = "Both transitions happened, or none.")
    @State
    public static class EndedByTwo {

        private final CircuitBreaker breaker = Circuits.atTheEdgeForTwo();
        private final Permit one = breaker.acquirePermit();
        private final Permit other = breaker.acquirePermit();
        private final Transitions transitions = new Transitions(breaker);

        @Actor
        public void succeed() {
            one.onSuccess();
        }

        @Actor
        public void fail() {
            other.onFailure(Circuits.FAILURE);
        }

        @Arbiter
        public void look(LI_Result r) {
            r.r1 = breaker.state();
            r.r2 = transitions.count();
        }
    }
}
