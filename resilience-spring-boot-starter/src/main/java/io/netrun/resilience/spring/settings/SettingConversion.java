package io.netrun.resilience.spring.settings;

import io.netrun.resilience.FailureMatcher;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.core.convert.ConversionService;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;

/** Converts the texts of settings to values. */
final class SettingConversion {

    /** What an exception class in the settings leads to that is not on the class path. */
    static final GlobalSetting<UnknownExceptions> UNKNOWN_EXCEPTIONS =
            new GlobalSetting<>("unknown-exceptions", UnknownExceptions.class, UnknownExceptions.FAIL);

    private SettingConversion() {}

    /**
     * Creates the conversion of one application. It must not be shared with another, since budgets with the same name
     * are shared within an application.
     */
    static ConversionService create(Environment environment) {
        boolean tolerant = UNKNOWN_EXCEPTIONS.in(environment) == UnknownExceptions.IGNORE;
        TextualConversion conversion = new TextualConversion();
        // Spring reads a number without a unit as milliseconds; most authors mean seconds.
        conversion.addConverter(String.class, Duration.class, SettingConversion::duration);
        conversion.addConverter(String.class, FailureMatcher.class, text -> matcher(text.trim(), tolerant));
        PatternDescriptors.all().forEach(pattern -> pattern.registerConverters(conversion));
        return conversion;
    }

    /** A colon is in no class name, so a misspelled code is never taken for a class. */
    private static FailureMatcher matcher(String name, boolean tolerant) {
        if (name.indexOf(':') >= 0) {
            return FailureMatcher.of(name);
        }
        Class<?> type;
        try {
            type = ClassUtils.forName(name, null);
        } catch (ClassNotFoundException | LinkageError missing) {
            if (tolerant && !name.isEmpty()) {
                return FailureMatcher.absent(name);
            }
            throw new IllegalArgumentException("There is no class " + name);
        }
        if (!Throwable.class.isAssignableFrom(type)) {
            throw new IllegalArgumentException(name + " is no exception class");
        }
        return FailureMatcher.of(type.asSubclass(Throwable.class));
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
