package io.netrun.resilience.spring.pattern;

/**
 * An option of an instance that is part of the application's configuration and not of the pattern's own settings.
 *
 * @param key in kebab case, beside the pattern's settings
 * @param type of the value
 * @param builtIn the default value
 * @param <T> the value
 */
public record Option<T>(String key, Class<T> type, T builtIn) {

    /** Whether the instance protects its methods at all; every pattern has it. */
    public static final Option<Boolean> ENABLED = new Option<>("enabled", Boolean.class, true);

    /** The number of instances to keep of those that annotations request with a key; for patterns that may have one. */
    public static final Option<Integer> MAX_KEYS = new Option<>("max-keys", Integer.class, 1_000);

    /** The instance's role in the application's health; for patterns whose instances can be down. */
    public static final Option<HealthRole> HEALTH = new Option<>("health", HealthRole.class, HealthRole.NONE);
}
