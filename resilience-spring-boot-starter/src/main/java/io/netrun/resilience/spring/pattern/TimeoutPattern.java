package io.netrun.resilience.spring.pattern;

import io.netrun.resilience.timeout.Timeout;
import io.netrun.resilience.timeout.TimeoutConfig;
import io.netrun.resilience.timeout.TimeoutEvent;
import io.netrun.resilience.timeout.TimeoutThread;
import java.util.List;

/** What the starter knows of timeouts. */
final class TimeoutPattern {

    private static final String CALLS = "timeout.calls";
    private static final String CALLS_HELP = "Calls that did not end in time, by outcome";

    static final Pattern<Timeout, TimeoutConfig> DESCRIPTOR = Pattern.of(
                    Timeout.TYPE, io.netrun.resilience.annotation.Timeout.class, "timeouts")
            .movesCalls()
            .measures(List.of(
                    Measure.counter(
                            CALLS, CALLS_HELP, "timed_out", t -> t.metrics().totalTimedOut()),
                    Measure.counter(
                            CALLS, CALLS_HELP, "rejected", t -> t.metrics().totalRejected()),
                    Measure.gauge(
                            "timeout.abandoned",
                            "Calls given up that are still running",
                            t -> t.metrics().abandoned())))
            .applicationEvents(List.of(TimeoutEvent.TimedOut.class))
            .limit(t -> Span.of("duration", t.config().duration()))
            .syncSetting("thread", t -> t.config().thread() == TimeoutThread.WORKER)
            .build();

    private TimeoutPattern() {}
}
