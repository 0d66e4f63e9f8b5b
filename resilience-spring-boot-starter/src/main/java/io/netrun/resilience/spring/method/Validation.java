package io.netrun.resilience.spring.method;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;

/** What becomes of problems that an application can run with; those that it can not run with always stop the start. */
public enum Validation {
    /** They stop the start. */
    STRICT,
    /** They are logged as warnings. */
    WARN;

    /** What an application has chosen. */
    public static Validation in(Environment environment) {
        return Binder.get(environment)
                .bind("resilience.validation", Validation.class)
                .orElse(STRICT);
    }
}
