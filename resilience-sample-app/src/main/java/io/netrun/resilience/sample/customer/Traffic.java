package io.netrun.resilience.sample.customer;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/** What all customers asked of the shop since its start: those of this package, of the demo, and you. */
@Component
class Traffic {

    private static final Set<String> ADDRESSES =
            Set.of("/orders", "/products", "/products/{id}", "/products/{id}/price", "/shipping", "/reports/sales");

    private final MeterRegistry meters;
    private final Pace pace = new Pace();

    Traffic(MeterRegistry meters) {
        this.meters = meters;
    }

    /**
     * Counts since the start.
     *
     * @param answered requests that have been answered
     * @param failed those of them that were answered with a status of 500 or above
     * @param totalMillis what all answers together took
     */
    record Counts(long answered, long failed, long totalMillis) {}

    /** A sample of how long answers take, as often as the dashboard takes its own. */
    @Scheduled(fixedRate = 5, timeUnit = TimeUnit.SECONDS)
    void sample() {
        pace.add(counts());
    }

    /** How long an answer usually takes, in milliseconds; empty if too little is known. */
    OptionalDouble usualMillis() {
        return pace.usualMillis();
    }

    Counts counts() {
        long answered = 0;
        long failed = 0;
        double millis = 0;
        for (Timer timer : meters.find("http.server.requests").timers()) {
            if (ADDRESSES.contains(String.valueOf(timer.getId().getTag("uri")))) {
                answered += timer.count();
                millis += timer.totalTime(TimeUnit.MILLISECONDS);
                if ("SERVER_ERROR".equals(timer.getId().getTag("outcome"))) {
                    failed += timer.count();
                }
            }
        }
        return new Counts(answered, failed, Math.round(millis));
    }
}
