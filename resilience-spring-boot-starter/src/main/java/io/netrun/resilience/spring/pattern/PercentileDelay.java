package io.netrun.resilience.spring.pattern;

import io.netrun.resilience.hedge.HedgeDelay;
import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.core.convert.ConversionService;

/** The format of a delay that is a duration or a percentile of durations. */
public final class PercentileDelay {

    private static final Pattern PERCENTILE = Pattern.compile("[pP]\\d+(\\.\\d+)?");

    private PercentileDelay() {}

    /** Whether the values of a setting of this type have the format. */
    public static boolean isTypeOf(Class<?> setting) {
        return setting == HedgeDelay.class;
    }

    /** Reads a text; null for a blank one. */
    static @Nullable HedgeDelay read(String text, ConversionService conversion) {
        String written = text.strip();
        if (PERCENTILE.matcher(written).matches()) {
            return HedgeDelay.percentile(Double.parseDouble(written.substring(1)));
        }
        Duration duration = conversion.convert(written, Duration.class);
        return duration == null ? null : HedgeDelay.of(duration);
    }
}
