package io.netrun.resilience.spring.pattern;

/**
 * A setting that only the configuration has: it concerns the use of the instance by the application, not the pattern
 * itself.
 *
 * @param key in kebab case, beside the pattern's settings
 * @param type of the value
 * @param builtIn the default value
 * @param <T> the value
 */
public record Option<T>(String key, Class<T> type, T builtIn) {

    /** Whether the instance protects its methods at all; every pattern has it. */
    public static final Option<Boolean> ENABLED = new Option<>("enabled", Boolean.class, true);

    /** What the instance means to the application's health; a pattern has it whose instances can be down. */
    public static final Option<HealthRole> HEALTH = new Option<>("health", HealthRole.class, HealthRole.NONE);
}
