package io.netrun.resilience.spring.pattern;

import io.netrun.resilience.PolicyMode;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitBreakerConfig;
import io.netrun.resilience.circuitbreaker.CircuitBreakerEvent;
import io.netrun.resilience.circuitbreaker.Detection;
import io.netrun.resilience.circuitbreaker.FleetMode;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** The descriptor of circuit breakers. */
final class CircuitBreakerPattern {

    private static final String CALLS = "circuitbreaker.calls";
    private static final String CALLS_HELP = "Calls by outcome";

    static final PatternDescriptor<CircuitBreaker, CircuitBreakerConfig> DESCRIPTOR = PatternDescriptor.of(
                    CircuitBreaker.TYPE, io.netrun.resilience.annotation.CircuitBreaker.class, "circuitBreakers")
            .callCounts("Calls", "totalSucceeded", "totalFailed", "totalIgnored", "totalCancelled")
            .meters(CircuitBreakerPattern::meters)
            .actions(actions())
            .oneNodeActions(Set.of("half-open"))
            .canReject(CircuitBreakerPattern::isRejecting)
            .applicationEvents(List.of(CircuitBreakerEvent.StateChanged.class))
            .windows(CircuitBreakerPattern::windows)
            .capped(CircuitBreakerPattern::capped)
            .thresholds(b -> NamedDuration.of("slow-call-duration", b.config().slowCallDuration()))
            .opensAt(CircuitBreakerPattern::opensAt)
            .failureThreshold(CircuitBreakerPattern::failureThreshold)
            .derives("detection", Detections::derive)
            .details(
                    "lastFailures",
                    FailedCall.class,
                    breaker ->
                            breaker.lastFailures().stream().map(FailedCall::of).toList())
            .frequentEvents(List.of(CircuitBreakerEvent.WouldReject.class))
            .mode(breaker -> breaker.config().mode())
            .fleetSetting("fleet: quorum", breaker -> breaker.config().fleet() == FleetMode.QUORUM)
            .build();

    private CircuitBreakerPattern() {}

    private static Stream<NamedDuration> windows(CircuitBreaker breaker) {
        CircuitBreakerConfig config = breaker.config();
        return config.detection() == Detection.TIME_WINDOW
                ? NamedDuration.of("window-duration", config.windowDuration())
                : Stream.empty();
    }

    private static String opensAt(CircuitBreaker breaker) {
        CircuitBreakerConfig config = breaker.config();
        return switch (config.detection()) {
            case LEAKY_COUNT -> config.failureThreshold() + " more failures than successes";
            case CONSECUTIVE -> config.failureThreshold() + " consecutive failures";
            case COUNT_WINDOW, TIME_WINDOW ->
                new DecimalFormat("0.###", DecimalFormatSymbols.getInstance(Locale.ROOT))
                                .format(config.failureRateThreshold())
                        + " % failures";
        };
    }

    private static OptionalInt failureThreshold(CircuitBreaker breaker) {
        CircuitBreakerConfig config = breaker.config();
        return switch (config.detection()) {
            case LEAKY_COUNT, CONSECUTIVE -> OptionalInt.of(config.failureThreshold());
            case COUNT_WINDOW, TIME_WINDOW -> OptionalInt.empty();
        };
    }

    /** A window can never have more calls than its size. */
    private static Map<String, String> capped(CircuitBreaker breaker) {
        CircuitBreakerConfig config = breaker.config();
        return config.detection() == Detection.COUNT_WINDOW && config.minimumCalls() > config.windowSize()
                ? Map.of("minimumCalls", "windowSize")
                : Map.of();
    }

    private static boolean isRejecting(CircuitBreaker breaker) {
        return switch (breaker.state()) {
            case OPEN -> breaker.config().mode() == PolicyMode.ENFORCE;
            case FORCED_OPEN -> true;
            case CLOSED, HALF_OPEN, DISABLED -> false;
        };
    }

    private static Map<String, Consumer<CircuitBreaker>> actions() {
        Map<String, Consumer<CircuitBreaker>> actions = new LinkedHashMap<>();
        actions.put("reset", CircuitBreaker::reset);
        actions.put("half-open", CircuitBreaker::halfOpen);
        actions.put("force-open", CircuitBreaker::forceOpen);
        actions.put("disable", CircuitBreaker::disable);
        return actions;
    }

    private static List<MeterSpec<CircuitBreaker>> meters() {
        List<MeterSpec<CircuitBreaker>> meters = new ArrayList<>();
        for (CircuitBreaker.State state : CircuitBreaker.State.values()) {
            meters.add(MeterSpec.<CircuitBreaker>gauge(
                            "circuitbreaker.state",
                            "1 for the state that the circuit is in, 0 for the others",
                            breaker -> breaker.state() == state ? 1 : 0)
                    .tagged("state", state.name().toLowerCase(Locale.ROOT)));
        }
        meters.add(MeterSpec.gauge(
                "circuitbreaker.failure.count",
                "Failure count of the circuit",
                b -> b.metrics().failureCount()));
        meters.add(MeterSpec.gauge(
                "circuitbreaker.success.count",
                "Successful trials of a half-open circuit",
                b -> b.metrics().successCount()));
        meters.add(MeterSpec.gauge(
                "circuitbreaker.halfopen.calls",
                "Trials in flight of a half-open circuit",
                b -> b.metrics().halfOpenCalls()));
        meters.add(MeterSpec.gauge(
                "circuitbreaker.rampup.rate",
                "Percentage of calls that the circuit admits while it ramps up, 100 at any other time",
                b -> b.metrics().rampUpRate()));
        meters.add(MeterSpec.counter(
                CALLS, CALLS_HELP, "succeeded", b -> b.metrics().totalSucceeded()));
        meters.add(
                MeterSpec.counter(CALLS, CALLS_HELP, "failed", b -> b.metrics().totalFailed()));
        meters.add(
                MeterSpec.counter(CALLS, CALLS_HELP, "ignored", b -> b.metrics().totalIgnored()));
        meters.add(MeterSpec.counter(
                CALLS, CALLS_HELP, "cancelled", b -> b.metrics().totalCancelled()));
        meters.add(MeterSpec.counter(
                CALLS, CALLS_HELP, "rejected", b -> b.metrics().totalRejected()));
        meters.add(MeterSpec.counter(
                "circuitbreaker.slow.calls",
                "Calls that took slow-call-duration or longer",
                b -> b.metrics().totalSlow()));
        meters.add(MeterSpec.counter(
                "circuitbreaker.opened",
                "How often the circuit opened by itself",
                b -> b.metrics().totalOpened()));
        meters.add(
                Observing.counter("circuitbreaker", "rejected", b -> b.metrics().totalWouldReject()));
        return meters;
    }
}
