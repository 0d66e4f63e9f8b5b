package io.netrun.resilience.spring.actuate;

import io.netrun.resilience.spring.fleet.FleetOperations;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How old the view of the fleet is, as a header of the overview: in its content it would be another answer each time,
 * and none could be answered as one that is known.
 *
 * @param fleet asked with each request; empty if the process belongs to none
 */
public record FleetViewAge(Supplier<Optional<FleetOperations>> fleet) {

    static final String HEADER = "Resilience-Fleet-View-Age";

    /** What a fleet's summary calls it. */
    static final String KEY = "viewAge";

    private static final long TENTH_MILLIS = 100;
    private static final long TENTHS = 10;

    /** In seconds, with one decimal; null without a fleet, and before its first view. */
    @Nullable
    String seconds() {
        FleetOperations known = fleet.get().orElse(null);
        Object age = known == null ? null : known.summary().get(KEY);
        if (age == null) {
            return null;
        }
        long tenths = Duration.parse(age.toString()).toMillis() / TENTH_MILLIS;
        return tenths / TENTHS + "." + tenths % TENTHS;
    }
}
