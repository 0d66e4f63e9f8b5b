package io.netrun.resilience.spring.startup;

import io.netrun.resilience.spring.settings.GlobalSettings;
import org.springframework.core.env.Environment;

/** How problems are handled with which an application can run. All others always fail the start. */
public enum Validation {
    /** They fail the start. */
    STRICT,
    /** They are logged as warnings. */
    WARN;

    /** The configured value; {@link #STRICT} if it is invalid, which the start-up check reports. */
    public static Validation in(Environment environment) {
        return GlobalSettings.orElse(environment, "validation", Validation.class, STRICT);
    }
}
