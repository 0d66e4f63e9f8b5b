package io.netrun.resilience.spring.pattern;

import io.netrun.resilience.LimitScope;
import io.netrun.resilience.ratelimiter.RateLimiter;
import io.netrun.resilience.ratelimiter.RateLimiterConfig;
import io.netrun.resilience.ratelimiter.RateLimiterEvent;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The descriptor of rate limiters. */
final class RateLimiterPattern {

    private static final String CALLS = "ratelimiter.calls";
    private static final String CALLS_HELP = "Calls by outcome";
    private static final String TOKENS = "ratelimiter.tokens";
    private static final String TOKENS_HELP = "Tokens of calls by outcome";

    private static final double NANOS = 1e9;

    static final PatternDescriptor<RateLimiter, RateLimiterConfig> DESCRIPTOR = PatternDescriptor.of(
                    RateLimiter.TYPE, io.netrun.resilience.annotation.RateLimiter.class, "rateLimiters")
            .callCounts("Calls", "totalAccepted")
            .actions(Map.of("resume", RateLimiter::resume))
            .oneNodeActions(Set.of("resume")) // each node has learned its own pause
            .meters(RateLimiterPattern::meters)
            .applicationEvents(List.of(
                    RateLimiterEvent.Paused.class, RateLimiterEvent.Resumed.class, RateLimiterEvent.WouldPause.class))
            .frequentEvents(List.of(RateLimiterEvent.Rejected.class, RateLimiterEvent.WouldReject.class))
            .waits(l -> NamedDuration.of("max-wait", l.config().maxWait()))
            .fleetSetting("scope: fleet", r -> r.config().scope() == LimitScope.FLEET)
            .mode(r -> r.config().mode())
            .build();

    private RateLimiterPattern() {}

    private static List<MeterSpec<RateLimiter>> meters() {
        return List.of(
                MeterSpec.gauge(
                        "ratelimiter.available",
                        "Calls that could begin at once",
                        r -> r.metrics().available()),
                MeterSpec.gauge(
                        "ratelimiter.waiting",
                        "Calls waiting for their reservation",
                        r -> r.metrics().waiting()),
                MeterSpec.counter(
                        CALLS, CALLS_HELP, "accepted", r -> r.metrics().totalAccepted()),
                MeterSpec.counter(
                        CALLS, CALLS_HELP, "rejected", r -> r.metrics().totalRejected()),
                MeterSpec.counter(
                        TOKENS, TOKENS_HELP, "accepted", r -> r.metrics().totalAcceptedTokens()),
                MeterSpec.counter(
                        TOKENS, TOKENS_HELP, "rejected", r -> r.metrics().totalRejectedTokens()),
                MeterSpec.<RateLimiter>gauge(
                                "ratelimiter.paused",
                                "How long a pause still lasts; zero without one",
                                r -> r.metrics().pausedFor().toNanos() / NANOS)
                        .inSeconds()
                        .largest(),
                MeterSpec.counter(
                        "ratelimiter.pauses",
                        "Pauses that have begun",
                        r -> r.metrics().totalPauses()),
                Observing.counter("ratelimiter", "waited", r -> r.metrics().totalWouldWait()),
                Observing.counter("ratelimiter", "rejected", r -> r.metrics().totalWouldReject()),
                Observing.counter("ratelimiter", "paused", r -> r.metrics().totalWouldPause()));
    }
}
