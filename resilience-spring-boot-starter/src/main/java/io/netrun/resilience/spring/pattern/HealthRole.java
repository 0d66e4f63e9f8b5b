package io.netrun.resilience.spring.pattern;

/** The role of an instance in the application's health. */
public enum HealthRole {
    /** None; the instance is not shown. */
    NONE,
    /** The instance is shown among the details and does not affect the status. */
    DETAILS,
    /** The instance is shown, and the application is down while the instance is. */
    STATUS
}
