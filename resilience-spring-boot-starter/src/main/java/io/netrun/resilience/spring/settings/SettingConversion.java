package io.netrun.resilience.spring.settings;

import io.netrun.resilience.spring.pattern.PatternDescriptors;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.convert.ApplicationConversionService;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.core.convert.ConversionService;
import org.springframework.util.ClassUtils;

/** Converts the texts of settings to values. */
final class SettingConversion {

    private SettingConversion() {}

    /**
     * Creates the conversion of one application. It must not be shared with another, since budgets with the same name
     * are shared within an application.
     */
    static ConversionService create() {
        ApplicationConversionService conversion = new ApplicationConversionService();
        // Spring reads a number without a unit as milliseconds; most authors mean seconds.
        conversion.addConverter(String.class, Duration.class, SettingConversion::duration);
        conversion.addConverter(Number.class, Duration.class, number -> duration(number.toString()));
        // Spring converts only a text to classes, not the content of a file or the elements of a list.
        conversion.addConverter(String.class, Class.class, SettingConversion::named);
        PatternDescriptors.all().forEach(pattern -> pattern.registerConverters(conversion));
        return conversion;
    }

    private static Class<?> named(String name) {
        try {
            return ClassUtils.forName(name.trim(), null);
        } catch (ClassNotFoundException | LinkageError missing) {
            throw new IllegalArgumentException("There is no class " + name.trim(), missing);
        }
    }

    /** Null for a blank text, as in Spring. */
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
