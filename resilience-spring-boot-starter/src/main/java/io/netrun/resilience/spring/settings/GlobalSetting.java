package io.netrun.resilience.spring.settings;

import org.springframework.core.env.Environment;

/**
 * A setting of the whole application.
 *
 * @param key the key below {@code resilience}, such as {@code metrics.keyed}
 * @param type the type of its values
 * @param builtIn the default
 * @param <T> the value
 */
public record GlobalSetting<T>(String key, Class<T> type, T builtIn) {

    /** The configured value; the default if it is absent or invalid. */
    public T in(Environment environment) {
        return GlobalSettings.orElse(environment, key, type, builtIn);
    }
}
