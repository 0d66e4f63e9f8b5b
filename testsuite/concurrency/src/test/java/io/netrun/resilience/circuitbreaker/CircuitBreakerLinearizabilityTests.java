package io.netrun.resilience.circuitbreaker;

import io.netrun.resilience.PassingTicker;
import io.netrun.resilience.Permit;
import io.netrun.resilience.circuitbreaker.CircuitBreaker.State;
import io.netrun.resilience.concurrency.Linearizability;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;
import org.junit.jupiter.api.Test;

/**
 * A circuit against its sequential rules. Time stands still, so an open circuit stays open.
 *
 * <p>While it is half-open, no thread reads the state or resets it: the call that begins the half-open period may lose
 * its trial to the next call, and a call may be rejected because of a trial that, after a reset in between, is admitted
 * by the next period. Either way one call is rejected during a transition, and nothing is lost.
 */
class CircuitBreakerLinearizabilityTests {

    @Test
    void halfOpenShouldBeLinearizableWhenThreadsRace() {
        Linearizability.race(HalfOpenCircuit.class, HalfOpenRules.class);
    }

    @Test
    void halfOpenShouldBeLinearizableWhenThreadsAreSwitchedAnywhere() {
        Linearizability.switched(HalfOpenCircuit.class, HalfOpenRules.class);
    }

    @Test
    void closedShouldBeLinearizableWhenThreadsRace() {
        Linearizability.race(ClosedCircuit.class, ClosedRules.class);
    }

    @Test
    void closedShouldBeLinearizableWhenThreadsAreSwitchedAnywhere() {
        Linearizability.switched(ClosedCircuit.class, ClosedRules.class);
    }

    /** The open duration is over; one trial is allowed, and decides. Each thread makes one call after the other. */
    @Param(name = "thread", gen = ThreadIdGen.class)
    public static class HalfOpenCircuit {

        private final PassingTicker ticker = new PassingTicker();
        private final CircuitBreaker breaker = Circuits.atTheEdge(ticker);
        private final Permit[] calls = new Permit[10];

        public HalfOpenCircuit() {
            ticker.stop();
        }

        @Operation
        public boolean begins(@Param(name = "thread") int thread) {
            if (calls[thread] != null) {
                return false;
            }
            calls[thread] = Circuits.permit(breaker);
            return calls[thread] != null;
        }

        @Operation
        public void succeed(@Param(name = "thread") int thread) {
            if (calls[thread] != null) {
                calls[thread].onSuccess();
                calls[thread] = null;
            }
        }

        @Operation
        public void fail(@Param(name = "thread") int thread) {
            if (calls[thread] != null) {
                calls[thread].onFailure(Circuits.FAILURE);
                calls[thread] = null;
            }
        }

        @Operation
        public void ignore(@Param(name = "thread") int thread) {
            if (calls[thread] != null) {
                calls[thread].onIgnored();
                calls[thread] = null;
            }
        }
    }

    /** What one thread sees of {@link HalfOpenCircuit}. */
    public static class HalfOpenRules {

        /** The period that each thread's call belongs to; 0 for none. */
        private final int[] calls = new int[10];

        private State state = State.OPEN;
        private int period = 1;
        private int running;

        public boolean begins(int thread) {
            if (calls[thread] != 0) {
                return false;
            }
            if (state == State.OPEN && period == 1) {
                move(State.HALF_OPEN);
            }
            if (state == State.OPEN || state == State.HALF_OPEN && running == 1) {
                return false;
            }
            running++;
            calls[thread] = period;
            return true;
        }

        public void succeed(int thread) {
            if (ends(thread) && state == State.HALF_OPEN) {
                move(State.CLOSED);
            }
        }

        public void fail(int thread) {
            if (ends(thread)) {
                move(State.OPEN);
            }
        }

        public void ignore(int thread) {
            ends(thread);
        }

        /** Whether the outcome counts. */
        private boolean ends(int thread) {
            boolean counts = calls[thread] == period;
            calls[thread] = 0;
            running -= counts ? 1 : 0;
            return counts;
        }

        private void move(State to) {
            state = to;
            period++;
            running = 0;
        }
    }

    /** Each thread has a call that runs, and two failures open the circuit. */
    @Param(name = "thread", gen = ThreadIdGen.class)
    public static class ClosedCircuit {

        private final CircuitBreaker breaker = Circuits.closed(2);
        private final Permit[] calls = new Permit[10];

        public ClosedCircuit() {
            for (int i = 0; i < calls.length; i++) {
                calls[i] = breaker.acquirePermit();
            }
        }

        @Operation
        public void fail(@Param(name = "thread") int thread) {
            calls[thread].onFailure(Circuits.FAILURE);
        }

        @Operation
        public State state() {
            return breaker.state();
        }

        @Operation
        public void reset() {
            breaker.reset();
        }

        @Operation
        public void disable() {
            breaker.disable();
        }

        @Operation
        public void enable() {
            breaker.setEnabled(true);
        }
    }

    /** What one thread sees of {@link ClosedCircuit}. */
    public static class ClosedRules {

        private final boolean[] settled = new boolean[10];
        private boolean firstPeriod = true;
        private State state = State.CLOSED;
        private int failures;

        public void fail(int thread) {
            if (!settled[thread] && firstPeriod && ++failures == 2) {
                move(State.OPEN);
            }
            settled[thread] = true;
        }

        public State state() {
            return state;
        }

        public void reset() {
            move(State.CLOSED);
        }

        public void disable() {
            move(State.DISABLED);
        }

        public void enable() {
            if (state == State.DISABLED) {
                move(State.CLOSED);
            }
        }

        private void move(State to) {
            state = to;
            firstPeriod = false;
        }
    }
}
