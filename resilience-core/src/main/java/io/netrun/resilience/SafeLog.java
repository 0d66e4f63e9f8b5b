package io.netrun.resilience;

import java.util.function.BiConsumer;
import org.slf4j.Logger;

/**
 * Logs where nothing may be thrown: in a {@code catch} block, or between a decision and its effects. A log call throws
 * if an appender does (Log4j2 with {@code ignoreExceptions="false"}), or if an argument's {@code toString()} or a
 * failure's {@code getMessage()} does.
 *
 * @apiNote For authors of policies.
 */
public final class SafeLog {

    private SafeLog() {}

    /**
     * Logs at ERROR. Never throws. The arguments are those of {@link Logger#error(String, Object...)}; if they cannot
     * be rendered, their class names are logged.
     */
    public static void error(Logger log, String message, Object... arguments) {
        try {
            write(log::error, message, arguments);
        } catch (Throwable outOfMemory) {
            // There is nothing left to report it with.
        }
    }

    /** Logs a failure at ERROR. Never throws, even if the heap is full: the call itself allocates nothing. */
    public static void error(Logger log, String message, Throwable failure) {
        try {
            write(log::error, message, new Object[] {failure});
        } catch (Throwable outOfMemory) {
            // There is nothing left to report it with.
        }
    }

    /** Logs at WARN; otherwise like {@link #error(Logger, String, Object...)}. */
    public static void warn(Logger log, String message, Object... arguments) {
        try {
            write(log::warn, message, arguments);
        } catch (Throwable outOfMemory) {
            // There is nothing left to report it with.
        }
    }

    /** Logs a failure at WARN; otherwise like {@link #error(Logger, String, Throwable)}. */
    public static void warn(Logger log, String message, Throwable failure) {
        try {
            write(log::warn, message, new Object[] {failure});
        } catch (Throwable outOfMemory) {
            // There is nothing left to report it with.
        }
    }

    /** Logs at INFO; otherwise like {@link #error(Logger, String, Object...)}. */
    public static void info(Logger log, String message, Object... arguments) {
        try {
            write(log::info, message, arguments);
        } catch (Throwable outOfMemory) {
            // There is nothing left to report it with.
        }
    }

    private static void write(BiConsumer<String, Object[]> level, String message, Object[] arguments) {
        try {
            level.accept(message, arguments);
        } catch (Throwable unrenderable) {
            try {
                level.accept(message, classNames(arguments));
            } catch (Throwable unusable) {
                // The log itself fails, so it cannot report that.
            }
        }
    }

    private static Object[] classNames(Object[] arguments) {
        Object[] names = new Object[arguments.length];
        for (int i = 0; i < names.length; i++) {
            names[i] = arguments[i] instanceof String text
                    ? text
                    : arguments[i].getClass().getName();
        }
        return names;
    }
}
