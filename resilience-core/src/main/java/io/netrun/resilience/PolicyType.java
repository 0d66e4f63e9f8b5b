package io.netrun.resilience;

import java.util.Objects;

/**
 * A pattern, as the registry sees it: what is needed to hold instances of it.
 *
 * @param key the pattern's name in configuration and endpoint, such as {@code circuit-breaker}
 * @param policyClass the class of its instances
 * @param defaults the configuration of an instance that is not configured
 * @param factory creates an instance
 * @param <P> the policy
 * @param <C> its configuration
 */
public record PolicyType<P extends Policy, C extends Record>(
        String key, Class<P> policyClass, C defaults, Factory<P, C> factory) {

    public PolicyType {
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(policyClass, "policyClass");
        Objects.requireNonNull(defaults, "defaults");
        Objects.requireNonNull(factory, "factory");
    }

    /** Creates an instance of the pattern. */
    public P create(String name, C config, Ticker ticker) {
        return factory.create(name, config, ticker);
    }

    /** The constructor of a pattern. */
    @FunctionalInterface
    public interface Factory<P extends Policy, C extends Record> {

        /**
         * Creates an instance. Must have no side effect, because only one of two instances created concurrently is
         * kept.
         */
        P create(String name, C config, Ticker ticker);
    }

    @Override
    public String toString() {
        return key;
    }
}
