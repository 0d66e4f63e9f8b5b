package io.netrun.resilience.spring.observation;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.netrun.resilience.spring.method.AttemptTimes;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * From the timers that the observations of attempts fill; none where those are off, or another convention names them.
 */
public final class ObservedAttemptTimes implements AttemptTimes {

    private final Supplier<@Nullable MeterRegistry> registry;

    /**
     * The times that a registry holds.
     *
     * @param registry asked each time; null if there is none
     */
    public ObservedAttemptTimes(Supplier<@Nullable MeterRegistry> registry) {
        this.registry = registry;
    }

    @Override
    public Map<String, AttemptTime> byMethod() {
        Map<String, AttemptTime> times = new TreeMap<>();
        MeterRegistry known = registry.get();
        if (known != null) {
            // One for each way in which attempts ended.
            for (Timer timer : known.find(AttemptObservationConvention.NAME).timers()) {
                String method = timer.getId().getTag(AttemptObservationConvention.METHOD);
                if (method != null) {
                    times.merge(method, timeOf(timer), AttemptTime::plus);
                }
            }
        }
        return times;
    }

    private static AttemptTime timeOf(Timer timer) {
        return new AttemptTime(timer.count(), timer.totalTime(TimeUnit.MILLISECONDS), timer.max(TimeUnit.MILLISECONDS));
    }
}
