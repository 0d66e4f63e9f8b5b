package io.netrun.resilience.spring.settings;

import io.netrun.resilience.spring.pattern.PatternDescriptors;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.convert.ApplicationConversionService;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.core.convert.ConversionService;

/** How the texts of settings become values. */
final class SettingConversion {

    private SettingConversion() {}

    /** A service of its own for one application, since budgets with the same name are shared within one. */
    static ConversionService create() {
        ApplicationConversionService conversion = new ApplicationConversionService();
        // A number without a unit is milliseconds to Spring and mostly seconds to its writer.
        conversion.addConverter(String.class, Duration.class, SettingConversion::duration);
        conversion.addConverter(Number.class, Duration.class, number -> duration(number.toString()));
        PatternDescriptors.all().forEach(pattern -> pattern.registerConverters(conversion));
        return conversion;
    }

    /** Null for no text at all, as Spring has it. */
    private static @Nullable Duration duration(String text) {
        String written = text.trim();
        if (written.isEmpty()) {
            return null;
        }
        if (Character.isDigit(written.charAt(written.length() - 1))) {
            throw new IllegalArgumentException("'" + text + "' has no unit");
        }
        return DurationStyle.detectAndParse(written);
    }
}
