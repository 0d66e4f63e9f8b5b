package io.netrun.resilience.spring.pattern;

import io.netrun.resilience.InvalidSettingException;
import io.netrun.resilience.timeout.Timeout;
import io.netrun.resilience.timeout.TimeoutConfig;
import io.netrun.resilience.timeout.TimeoutEvent;
import io.netrun.resilience.timeout.TimeoutThread;
import java.util.List;
import java.util.Map;

/** The descriptor of timeouts. */
final class TimeoutPattern {

    private static final String THREAD = "thread";
    private static final String EXECUTOR = "executor";
    private static final String CALLS = "timeout.calls";
    private static final String CALLS_HELP = "Calls that did not end in time, by outcome";

    static final PatternDescriptor<Timeout, TimeoutConfig> DESCRIPTOR = PatternDescriptor.of(
                    Timeout.TYPE, io.netrun.resilience.annotation.Timeout.class, "timeouts")
            .mayChangeThread((config, bound) ->
                    config.toBuilder().requiresCallerThread(bound).build())
            .meters(TimeoutPattern::meters)
            .applicationEvents(List.of(TimeoutEvent.TimedOut.class, TimeoutEvent.WouldTimeOut.class))
            .limit(t -> NamedDuration.of("duration", t.config().duration()))
            .syncSetting("thread", t -> t.config().thread() == TimeoutThread.WORKER)
            .derives(THREAD, TimeoutPattern::requireUsedExecutor)
            .mode(t -> t.config().mode())
            .build();

    private TimeoutPattern() {}

    private static List<MeterSpec<Timeout>> meters() {
        return List.of(
                MeterSpec.counter(
                        CALLS, CALLS_HELP, "timed_out", t -> t.metrics().totalTimedOut()),
                MeterSpec.counter(
                        CALLS, CALLS_HELP, "rejected", t -> t.metrics().totalRejected()),
                Observing.counter("timeout", "timed_out", t -> t.metrics().totalWouldTimeOut()),
                MeterSpec.gauge(
                        "timeout.abandoned",
                        "Calls given up that are still running",
                        t -> t.metrics().abandoned()));
    }

    /**
     * Nothing follows from other settings. An executor that is set as near as the caller's thread or nearer is a
     * mistake, since nothing would run on it; one that is set for all instances is not.
     */
    private static Map<String, Derived> requireUsedExecutor(List<Map<String, Object>> levels) {
        boolean executor = false;
        for (Map<String, Object> level : levels) {
            executor |= level.containsKey(EXECUTOR);
            Object thread = level.get(THREAD);
            if (thread == TimeoutThread.CALLER && executor) {
                throw new InvalidSettingException(
                        EXECUTOR,
                        "executor is set, but thread is caller, which does not use it: set thread to worker or auto,"
                                + " or remove executor",
                        THREAD);
            }
            if (thread != null) {
                break;
            }
        }
        return Map.of();
    }
}
