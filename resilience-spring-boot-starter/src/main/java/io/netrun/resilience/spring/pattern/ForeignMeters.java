package io.netrun.resilience.spring.pattern;

import io.netrun.resilience.Policy;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitBreakerConfig;
import io.netrun.resilience.circuitbreaker.Detection;
import io.netrun.resilience.circuitbreaker.RecentCalls;
import io.netrun.resilience.ratelimiter.RateLimiter;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.timeout.Timeout;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** The meters of resilience4j, under its names and with its tags, as far as this library knows their values. */
public final class ForeignMeters {

    private static final Map<String, List<? extends MeterSpec<?>>> ALL = Map.of(
            CircuitBreaker.TYPE.key(), ofCircuitBreakers(),
            Retry.TYPE.key(), ofRetries(),
            Bulkhead.TYPE.key(), ofBulkheads(),
            RateLimiter.TYPE.key(), ofRateLimiters(),
            Timeout.TYPE.key(), ofTimeouts());

    private ForeignMeters() {}

    /** Those of each instance of a pattern; none for a pattern that resilience4j does not have. */
    @SuppressWarnings("unchecked") // each list is that of its pattern
    public static <P extends Policy> List<MeterSpec<P>> of(PatternDescriptor<P, ?> pattern) {
        return (List<MeterSpec<P>>) ALL.getOrDefault(pattern.key(), List.of());
    }

    private static List<MeterSpec<CircuitBreaker>> ofCircuitBreakers() {
        String calls = "resilience4j.circuitbreaker.calls";
        String help = "Calls by kind, under the name of resilience4j and without durations";
        List<MeterSpec<CircuitBreaker>> meters = new ArrayList<>();
        for (CircuitBreaker.State state : CircuitBreaker.State.values()) {
            meters.add(MeterSpec.<CircuitBreaker>gauge(
                            "resilience4j.circuitbreaker.state",
                            "1 for the present state, under the name of resilience4j",
                            breaker -> breaker.state() == state ? 1 : 0)
                    .tagged("state", state.name().toLowerCase(Locale.ROOT)));
        }
        meters.add(MeterSpec.<CircuitBreaker>timer(
                        calls, help, breaker -> breaker.metrics().totalSucceeded())
                .tagged("kind", "successful"));
        meters.add(MeterSpec.<CircuitBreaker>timer(
                        calls, help, breaker -> breaker.metrics().totalFailed())
                .tagged("kind", "failed"));
        meters.add(MeterSpec.<CircuitBreaker>timer(
                        calls, help, breaker -> breaker.metrics().totalIgnored())
                .tagged("kind", "ignored"));
        meters.add(MeterSpec.<CircuitBreaker>counter(
                        "resilience4j.circuitbreaker.not.permitted.calls",
                        "Rejected calls, under the name of resilience4j",
                        breaker -> breaker.metrics().totalRejected())
                .tagged("kind", "not_permitted"));
        meters.add(MeterSpec.<CircuitBreaker>gauge(
                        "resilience4j.circuitbreaker.failure.rate",
                        "Percentage of failed calls in the window, under the name of resilience4j",
                        breaker -> rate(breaker, RecentCalls::failureRate))
                .largest());
        meters.add(MeterSpec.<CircuitBreaker>gauge(
                        "resilience4j.circuitbreaker.slow.call.rate",
                        "Percentage of slow calls in the window, under the name of resilience4j",
                        breaker -> rate(breaker, RecentCalls::slowCallRate))
                .largest());
        String buffered = "resilience4j.circuitbreaker.buffered.calls";
        String window = "Calls in the window, under the name of resilience4j";
        meters.add(MeterSpec.<CircuitBreaker>gauge(
                        buffered, window, breaker -> recent(breaker, recent -> recent.calls() - recent.failed()))
                .tagged("kind", "successful"));
        meters.add(MeterSpec.<CircuitBreaker>gauge(buffered, window, breaker -> recent(breaker, RecentCalls::failed))
                .tagged("kind", "failed"));
        return List.copyOf(meters);
    }

    /** As there, -1 until there are enough calls. */
    private static double rate(CircuitBreaker breaker, ToDoubleFunction<RecentCalls> rate) {
        CircuitBreakerConfig config = breaker.config();
        int minimum = config.detection() == Detection.COUNT_WINDOW
                ? Math.min(config.minimumCalls(), config.windowSize())
                : config.minimumCalls();
        return recent(breaker, recent -> recent.calls() < minimum ? -1 : rate.applyAsDouble(recent));
    }

    /** NaN without a window. */
    private static double recent(CircuitBreaker breaker, ToDoubleFunction<RecentCalls> value) {
        return breaker.recentCalls().map(value::applyAsDouble).orElse(Double.NaN);
    }

    private static List<MeterSpec<Retry>> ofRetries() {
        String calls = "resilience4j.retry.calls";
        String help = "Calls by kind, under the name of resilience4j";
        return List.of(
                MeterSpec.<Retry>counter(calls, help, retry -> retry.metrics().totalSucceeded())
                        .tagged("kind", "successful_without_retry"),
                MeterSpec.<Retry>counter(calls, help, retry -> retry.metrics().totalRecovered())
                        .tagged("kind", "successful_with_retry"),
                MeterSpec.<Retry>counter(calls, help, retry -> retry.metrics().totalNotRetried())
                        .tagged("kind", "failed_without_retry"),
                MeterSpec.<Retry>counter(calls, help, retry -> retry.metrics().totalExhausted())
                        .tagged("kind", "failed_with_retry"));
    }

    private static List<MeterSpec<Bulkhead>> ofBulkheads() {
        return List.of(
                MeterSpec.gauge(
                        "resilience4j.bulkhead.max.allowed.concurrent.calls",
                        "The limit, under the name of resilience4j",
                        bulkhead -> bulkhead.metrics().maxConcurrent()),
                MeterSpec.gauge(
                        "resilience4j.bulkhead.available.concurrent.calls",
                        "Free permits, under the name of resilience4j",
                        ForeignMeters::free),
                MeterSpec.gauge(
                        "resilience4j.bulkhead.queue.depth",
                        "Waiting calls, under the name of resilience4j",
                        bulkhead -> bulkhead.metrics().syncQueued()
                                + bulkhead.metrics().asyncQueued()),
                MeterSpec.gauge(
                        "resilience4j.bulkhead.queue.capacity",
                        "The length of the queue, under the name of resilience4j",
                        bulkhead -> bulkhead.metrics().maxQueue()));
    }

    private static double free(Bulkhead bulkhead) {
        var metrics = bulkhead.metrics();
        return Math.max(0, metrics.maxConcurrent() - metrics.syncActive() - metrics.asyncActive());
    }

    private static List<MeterSpec<RateLimiter>> ofRateLimiters() {
        return List.of(
                MeterSpec.gauge(
                        "resilience4j.ratelimiter.available.permissions",
                        "Calls that may start at once, under the name of resilience4j",
                        limiter -> limiter.metrics().available()),
                MeterSpec.gauge(
                        "resilience4j.ratelimiter.waiting_threads",
                        "Waiting calls, under the name of resilience4j",
                        limiter -> limiter.metrics().waiting()));
    }

    private static List<MeterSpec<Timeout>> ofTimeouts() {
        return List.of(MeterSpec.<Timeout>counter(
                        "resilience4j.timelimiter.calls",
                        "Calls that have taken too long, under the name of resilience4j",
                        timeout -> timeout.metrics().totalTimedOut())
                .tagged("kind", "timeout"));
    }
}
