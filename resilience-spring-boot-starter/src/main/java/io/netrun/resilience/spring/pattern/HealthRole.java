package io.netrun.resilience.spring.pattern;

/** What an instance means to the application's health. */
public enum HealthRole {
    /** Nothing; it is not shown. */
    NONE,
    /** It is shown among the details, and does not change the status. */
    DETAILS,
    /** It is shown, and while it is down, so is the application. */
    STATUS
}
