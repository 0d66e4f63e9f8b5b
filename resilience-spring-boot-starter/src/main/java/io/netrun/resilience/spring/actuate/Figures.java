package io.netrun.resilience.spring.actuate;

import io.netrun.resilience.Policy;
import io.netrun.resilience.spring.pattern.PatternDescriptor;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the metrics of an instance say in the terms that all patterns share. Immutable.
 *
 * @param metrics the components of the metrics record, as plain values
 * @param state how it is now, whatever it has rejected lately
 * @param observing whether it only counts what it would do
 * @param calls calls so far that it admitted, or what else its pattern counts
 * @param failures calls so far that failed, were exhausted or timed out
 * @param rejections calls so far that it rejected; of patterns that reject none, what they denied
 * @param wouldReject what it would have rejected or ended so far, if it only counts
 * @param opened how often it opened by itself
 * @param running calls that run in it now
 * @param waiting calls that wait in it now
 * @param rejects whether its pattern rejects calls; otherwise {@code rejections} are denied retries or hedges
 */
record Figures(
        Map<String, @Nullable Object> metrics,
        LaneState state,
        boolean observing,
        long calls,
        long failures,
        long rejections,
        long wouldReject,
        long opened,
        int running,
        int waiting,
        boolean rejects) {

    private static final List<String> FAILURES = List.of("totalFailed", "totalExhausted", "totalTimedOut");
    private static final List<String> WOULD_REJECT = List.of("totalWouldReject", "totalWouldTimeOut");
    private static final List<String> RUNNING = List.of("syncActive", "asyncActive", "active");
    private static final List<String> WAITING = List.of("syncQueued", "asyncQueued", "waiting");
    private static final String REJECTED = "totalRejected";

    static Figures of(PatternDescriptor<?, ?> pattern, Policy policy) {
        Map<String, @Nullable Object> metrics = JsonView.of(policy.metrics());
        boolean observing = pattern.isObserving(policy);
        return new Figures(
                metrics,
                LaneState.of(metrics.get("state"), policy.isEnabled(), observing),
                observing,
                sum(metrics, pattern.callCounts().metrics()),
                sum(metrics, FAILURES),
                sum(metrics, metrics.containsKey(REJECTED) ? List.of(REJECTED) : List.of("totalDenied")),
                sum(metrics, WOULD_REJECT),
                sum(metrics, List.of("totalOpened")),
                (int) sum(metrics, RUNNING),
                (int) sum(metrics, WAITING),
                metrics.containsKey(REJECTED));
    }

    boolean isCircuit() {
        return metrics.containsKey("state");
    }

    /** Whether a closed circuit admits only some of the calls. */
    boolean isRampingUp() {
        return metrics.get("rampUpRate") instanceof Number rate && rate.doubleValue() < 100;
    }

    /** Calls that came so far, for the choice of the busiest. */
    long traffic() {
        return calls + failures + rejections;
    }

    long count(String metric) {
        return metrics.get(metric) instanceof Number number ? number.longValue() : 0;
    }

    private static long sum(Map<String, @Nullable Object> metrics, List<String> names) {
        long sum = 0;
        for (String name : names) {
            if (metrics.get(name) instanceof Number number) {
                sum += number.longValue();
            }
        }
        return sum;
    }
}
