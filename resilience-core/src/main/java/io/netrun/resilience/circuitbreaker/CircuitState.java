package io.netrun.resilience.circuitbreaker;

import io.netrun.resilience.circuitbreaker.TransitionAnnouncer.Transition;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One period of a circuit breaker's life, from one transition to the next. A call belongs to the period that admitted
 * it: its outcome is told to that object, and once the circuit has moved on, that object can change nothing any more.
 * This is why a call begun before a transition can not disturb what came after, and why no generation has to be
 * counted.
 */
abstract sealed class CircuitState permits Closed, Open, HalfOpen, ForcedOpen, Disabled {

    /** How the circuit came here; written before it does, null from its announcement on and in the first state. */
    private volatile @Nullable Transition arrival;

    /** The state after this one; see {@link TransitionAnnouncer}. */
    @Nullable
    CircuitState next;

    void arrive(Transition transition) {
        arrival = transition;
    }

    /** The transition that led here, which has not been announced yet. */
    Transition arrival() {
        return Objects.requireNonNull(arrival);
    }

    /** The same, which is about to be announced; what is before it is not kept any longer. */
    Transition takeArrival() {
        Transition taken = arrival();
        arrival = null;
        return taken;
    }

    /** The public name of this kind of period. */
    abstract CircuitBreaker.State state();

    /**
     * Admits a call.
     *
     * @return where to tell the outcome; null if the circuit has just moved on, so that its present state is to be
     *     asked
     * @throws CircuitOpenException if the call is refused
     */
    abstract @Nullable Admission admit();

    /** Called once this period has begun. */
    void onEnter() {}

    /** Called once this period is over. */
    void onExit() {}

    /**
     * Brings what was derived from the settings up to date, keeping what has been counted and admitted. Called once
     * this period has begun, and whenever settings have changed; may be called by two threads at once.
     */
    void reconfigured() {}

    /** How much longer this period refuses all calls, in nanoseconds from now; 0 if it might admit one now. */
    long refusingNanos() {
        return 0;
    }

    int failureCount() {
        return 0;
    }

    int successCount() {
        return 0;
    }

    int halfOpenCalls() {
        return 0;
    }

    @Nullable
    Instant nextTrialTime() {
        return null;
    }

    /** Where the outcome of an admitted call is reported, once. */
    interface Admission {

        /**
         * The call succeeded.
         *
         * @return false if it counts as failed all the same, since it came too late
         */
        boolean succeeded();

        /** The first part of the result has come, so the call does not hang, however long the rest may take. */
        default void delivers() {}

        void failed();

        /** The call ended without saying anything about what it called. */
        void ignored();
    }
}
