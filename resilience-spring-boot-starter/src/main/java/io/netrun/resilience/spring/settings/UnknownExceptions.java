package io.netrun.resilience.spring.settings;

/** What an exception class in the settings leads to that is not on the class path. */
public enum UnknownExceptions {
    /** A problem that fails the start. */
    FAIL,
    /** Nothing but a note in the log, for settings that several applications share: the class matches no failure. */
    IGNORE
}
