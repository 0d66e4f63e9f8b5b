package io.netrun.resilience.spring.pattern;

import io.netrun.resilience.hedge.Hedge;
import io.netrun.resilience.hedge.HedgeConfig;
import io.netrun.resilience.hedge.HedgeDelay;
import io.netrun.resilience.hedge.HedgeEvent;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** The descriptor of hedges. */
final class HedgePattern {

    private static final double NANOS = 1e9;
    private static final String ATTEMPTS = "hedge.attempts";
    private static final String ATTEMPTS_HELP = "Attempts beside one that took long or failed, by outcome";

    static final PatternDescriptor<Hedge, HedgeConfig> DESCRIPTOR = PatternDescriptor.of(
                    Hedge.TYPE, io.netrun.resilience.annotation.Hedge.class, "hedges")
            .repeatsRunningCalls()
            .mayChangeThread((config, bound) ->
                    config.toBuilder().requiresCallerThread(bound).build())
            .callCounts("Hedges", "totalHedged")
            .meters(HedgePattern::meters)
            .applicationEvents(List.of(HedgeEvent.Hedged.class))
            .waits(HedgePattern::waits)
            .attempts(instance -> instance.config().maxAttempts())
            .onRetry((hedge, listener) -> hedge.onHedged(event -> {
                Throwable failure = event.failure();
                if (failure != null) {
                    listener.accept(failure);
                }
            }))
            .converters(registry ->
                    registry.addConverter(String.class, HedgeDelay.class, text -> PercentileDelay.read(text, registry)))
            .build();

    private HedgePattern() {}

    private static List<MeterSpec<Hedge>> meters() {
        return List.of(
                MeterSpec.gauge(
                        "hedge.active",
                        "Attempts running beyond one for each call that waits",
                        h -> h.metrics().active()),
                MeterSpec.<Hedge>gauge(
                                "hedge.delay",
                                "How long an attempt may take before another one starts",
                                h -> h.metrics().delay().toNanos() / NANOS)
                        .inSeconds()
                        .largest(),
                MeterSpec.counter(
                        ATTEMPTS, ATTEMPTS_HELP, "made", h -> h.metrics().totalHedged()),
                MeterSpec.counter(
                        ATTEMPTS, ATTEMPTS_HELP, "won", h -> h.metrics().totalWon()),
                MeterSpec.counter(
                        ATTEMPTS, ATTEMPTS_HELP, "denied", h -> h.metrics().totalDenied()));
    }

    /** The last attempt starts after all delays. */
    private static Stream<NamedDuration> waits(Hedge hedge) {
        int delays = hedge.config().maxAttempts() - 1;
        Duration delay = hedge.metrics().delay();
        return delays < 2
                ? NamedDuration.of("delay", delay)
                : NamedDuration.of("the sum of the " + delays + " delays", delay.multipliedBy(delays));
    }
}
