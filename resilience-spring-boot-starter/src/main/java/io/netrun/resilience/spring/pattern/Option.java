package io.netrun.resilience.spring.pattern;

/**
 * What only the configuration says of an instance: something that the application does with it, and that the pattern
 * itself knows nothing of.
 *
 * @param key in kebab case, beside the pattern's settings
 * @param type of the value
 * @param builtIn the value where nobody says any
 * @param <T> the value
 */
public record Option<T>(String key, Class<T> type, T builtIn) {

    /** Whether the instance protects its methods at all; every pattern has it. */
    public static final Option<Boolean> ENABLED = new Option<>("enabled", Boolean.class, true);

    /** What the instance means to the application's health; a pattern has it whose instances can be down. */
    public static final Option<HealthRole> HEALTH = new Option<>("health", HealthRole.class, HealthRole.NONE);
}
