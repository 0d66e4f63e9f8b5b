package io.netrun.resilience.spring.pattern;

import io.netrun.resilience.LimitScope;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.bulkhead.BulkheadConfig;
import io.netrun.resilience.bulkhead.BulkheadEvent;
import java.util.List;

/** The descriptor of bulkheads. */
final class BulkheadPattern {

    private static final String CALLS = "bulkhead.calls";
    private static final String CALLS_HELP = "Calls by outcome";
    private static final String ACTIVE = "bulkhead.active";
    private static final String ACTIVE_HELP = "Calls running";
    private static final String QUEUED = "bulkhead.queued";
    private static final String QUEUED_HELP = "Calls waiting";

    static final PatternDescriptor<Bulkhead, BulkheadConfig> DESCRIPTOR = PatternDescriptor.of(
                    Bulkhead.TYPE, io.netrun.resilience.annotation.Bulkhead.class, "bulkheads")
            .callCounts("Calls", "totalAccepted")
            .meters(BulkheadPattern::meters)
            .frequentEvents(List.of(BulkheadEvent.Rejected.class, BulkheadEvent.WouldReject.class))
            .waits(b -> NamedDuration.of("max-wait", b.config().maxWait()))
            .fleetSetting("scope: fleet", b -> b.config().scope() == LimitScope.FLEET)
            .latestWait(Bulkhead::takeLongestWait)
            .mode(b -> b.config().mode())
            .build();

    private BulkheadPattern() {}

    private static List<MeterSpec<Bulkhead>> meters() {
        return List.of(
                MeterSpec.<Bulkhead>gauge(ACTIVE, ACTIVE_HELP, b -> b.metrics().syncActive())
                        .tagged("pool", "sync"),
                MeterSpec.<Bulkhead>gauge(ACTIVE, ACTIVE_HELP, b -> b.metrics().asyncActive())
                        .tagged("pool", "async"),
                MeterSpec.<Bulkhead>gauge(QUEUED, QUEUED_HELP, b -> b.metrics().syncQueued())
                        .tagged("pool", "sync"),
                MeterSpec.<Bulkhead>gauge(QUEUED, QUEUED_HELP, b -> b.metrics().asyncQueued())
                        .tagged("pool", "async"),
                MeterSpec.gauge(
                        "bulkhead.max.concurrent",
                        "Calls that may run at once, per pool",
                        b -> b.metrics().maxConcurrent()),
                MeterSpec.gauge(
                        "bulkhead.max.queue",
                        "Calls that may wait, per pool",
                        b -> b.metrics().maxQueue()),
                MeterSpec.<Bulkhead>gauge(
                                "bulkhead.longest.wait",
                                "Longest time that a call has waited for a permit",
                                b -> b.metrics().longestWait().toNanos() / 1e9)
                        .inSeconds()
                        .largest(),
                MeterSpec.counter(
                        CALLS, CALLS_HELP, "accepted", b -> b.metrics().totalAccepted()),
                MeterSpec.counter(
                        CALLS, CALLS_HELP, "rejected", b -> b.metrics().totalRejected()),
                Observing.counter("bulkhead", "waited", b -> b.metrics().totalWouldWait()),
                Observing.counter("bulkhead", "rejected", b -> b.metrics().totalWouldReject()));
    }
}
