package io.netrun.resilience.spring.method;

/** What becomes of problems that an application can run with; those that it can not run with always stop the start. */
public enum Validation {
    /** They stop the start. */
    STRICT,
    /** They are logged as warnings. */
    WARN
}
