package io.netrun.resilience;

/** Which calls a limit counts. */
public enum LimitScope {
    /** Those of this process. */
    NODE,
    /**
     * Those of all processes of the application, which share the limit through the module {@code resilience-fleet}.
     * Without that module, the limit is that of this process.
     */
    FLEET
}
