package io.netrun.resilience.circuitbreaker;

/**
 * Detects the proportion of recent calls that failed or were slow. A subclass defines which calls are recent. No window
 * has a lock, because event loops report outcomes; each outcome is judged together with exactly those before it.
 */
abstract sealed class SlidingWindow implements FailureDetector permits CountWindow, TimeWindow {

    private volatile Rules rules;

    SlidingWindow(Rules rules) {
        this.rules = rules;
    }

    /** Returns whether settings require this kind of window. */
    abstract boolean isAskedForBy(CircuitBreakerConfig config);

    /** Changes which calls are recent; called by one thread at a time. */
    abstract void resize(CircuitBreakerConfig config);

    /** Returns the rules of a configuration. */
    abstract Rules rulesOf(CircuitBreakerConfig config);

    @Override
    public final boolean tryReconfigure(CircuitBreakerConfig config) {
        if (!isAskedForBy(config)) {
            return false;
        }
        resize(config);
        rules = rulesOf(config);
        return true;
    }

    static String openReason(long calls, long failed, long slow) {
        return failed + " of " + calls + " calls failed" + (slow > 0 ? ", " + slow + " were slow" : "");
    }

    /** Returns whether the recent calls open the circuit. */
    final boolean isOver(long calls, long failed, long slow) {
        return rules.isOver(calls, failed, slow);
    }

    /**
     * When recent calls open the circuit.
     *
     * @param failurePercent the percentage of failed calls
     * @param slowPercent the percentage of slow calls
     * @param minimumCalls the minimum number of calls in the window
     */
    record Rules(double failurePercent, double slowPercent, int minimumCalls) {

        static Rules of(CircuitBreakerConfig config, int minimumCalls) {
            double slowPercent =
                    config.slowCallDuration() == null ? Double.POSITIVE_INFINITY : config.slowCallRateThreshold();
            return new Rules(config.failureRateThreshold(), slowPercent, minimumCalls);
        }

        boolean isOver(long calls, long failed, long slow) {
            return calls >= minimumCalls
                    && (failed * 100.0 >= failurePercent * calls || slow * 100.0 >= slowPercent * calls);
        }
    }
}
