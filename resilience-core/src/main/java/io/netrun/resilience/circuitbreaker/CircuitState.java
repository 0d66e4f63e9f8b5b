package io.netrun.resilience.circuitbreaker;

import io.netrun.resilience.circuitbreaker.TransitionAnnouncer.Transition;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One period of a circuit breaker, from one transition to the next. A call belongs to the period that admitted it: its
 * outcome is reported to that object, and once the circuit has moved on, that object can change nothing any more. So a
 * call that began before a transition cannot disturb later periods, and no generation needs to be counted.
 */
abstract sealed class CircuitState permits Closed, Open, HalfOpen, ForcedOpen, Disabled {

    /** The transition that led here; written before it happens, null after its announcement and in the first state. */
    private volatile @Nullable Transition entryTransition;

    /** The next state; see {@link TransitionAnnouncer}. */
    @Nullable
    CircuitState next;

    void setEntryTransition(Transition transition) {
        entryTransition = transition;
    }

    /** Returns the transition that led here, which has not been announced yet. */
    Transition entryTransition() {
        return Objects.requireNonNull(entryTransition);
    }

    /** Takes the transition that led here, to announce it. The states before it are no longer retained. */
    Transition takeEntryTransition() {
        Transition taken = entryTransition();
        entryTransition = null;
        return taken;
    }

    /** Returns the public name of this kind of period. */
    abstract CircuitBreaker.State state();

    /**
     * Admits a call.
     *
     * @return receives the outcome; null if the circuit has just moved on, so that the caller must ask its current
     *     state
     * @throws CircuitOpenException if the call is rejected; not in mode observe, unless the circuit is forced open
     */
    abstract @Nullable Admission admit();

    /** Called once this period has begun. */
    void onEnter() {}

    /** Called once this period is over. */
    void onExit() {}

    /**
     * Updates what was derived from the settings, and keeps what has been counted and admitted. Called once this period
     * has begun, and whenever settings have changed; may be called by two threads concurrently.
     */
    void onReconfigured() {}

    /** Returns how much longer this period rejects all calls, in nanoseconds from now; 0 if it might admit one now. */
    long remainingRejectionNanos() {
        return 0;
    }

    int failureCount() {
        return 0;
    }

    /** Returns the calls in the window, or those that opened the circuit; null if there is no window. */
    @Nullable
    RecentCalls recentCalls() {
        return null;
    }

    int successCount() {
        return 0;
    }

    int halfOpenCalls() {
        return 0;
    }

    /** Returns the percentage of calls that this period admits, below 100 only while it ramps up. */
    double rampUpRate() {
        return 100;
    }

    @Nullable
    Instant nextTrialTime() {
        return null;
    }

    /** Receives the outcome of an admitted call, once. */
    interface Admission {

        /**
         * Records that the call succeeded.
         *
         * @return false if it counts as failed nevertheless, because it was too late
         */
        boolean succeeded();

        /**
         * Records that the first part of the result has arrived, so the call does not hang, however long the rest may
         * take.
         */
        default void onFirstElement() {}

        void failed();

        /** Records that the call ended without an outcome that counts. */
        void ignored();
    }
}
