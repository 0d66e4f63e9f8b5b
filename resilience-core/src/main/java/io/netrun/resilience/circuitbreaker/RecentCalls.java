package io.netrun.resilience.circuitbreaker;

/**
 * The calls in the window of a circuit breaker that detects failures by a window.
 *
 * @param calls the calls that succeeded or failed
 * @param failed those of them that failed
 * @param slow those of them that took {@link CircuitBreakerConfig#slowCallDuration()} or longer
 */
public record RecentCalls(long calls, long failed, long slow) {

    /** The percentage of failed calls; NaN if there are no calls. */
    public double failureRate() {
        return calls == 0 ? Double.NaN : failed * 100.0 / calls;
    }

    /** The percentage of slow calls; NaN if there are no calls. */
    public double slowCallRate() {
        return calls == 0 ? Double.NaN : slow * 100.0 / calls;
    }
}
