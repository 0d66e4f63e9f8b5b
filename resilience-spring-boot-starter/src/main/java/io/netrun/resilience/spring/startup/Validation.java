package io.netrun.resilience.spring.startup;

import io.netrun.resilience.spring.settings.GlobalSettings;
import org.springframework.core.env.Environment;

/** What becomes of problems that an application can run with; those that it can not run with always stop the start. */
public enum Validation {
    /** They stop the start. */
    STRICT,
    /** They are logged as warnings. */
    WARN;

    /** What an application has chosen; {@link #STRICT} if that is neither, which the start-up check reports. */
    public static Validation in(Environment environment) {
        return GlobalSettings.orElse(environment, "validation", Validation.class, STRICT);
    }
}
