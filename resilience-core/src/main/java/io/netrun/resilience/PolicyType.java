package io.netrun.resilience;

import java.util.Objects;

/**
 * A pattern: what the registry needs to know to hold instances of it without knowing the pattern.
 *
 * @param key the pattern's name in configuration and endpoint, such as {@code circuit-breaker}
 * @param policyClass the class of its instances
 * @param defaults the configuration of an instance for which nothing was said
 * @param factory makes an instance
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

    /** Makes an instance of the pattern. */
    public P create(String name, C config, Ticker ticker) {
        return factory.create(name, config, ticker);
    }

    /** The pattern's constructor. */
    @FunctionalInterface
    public interface Factory<P extends Policy, C extends Record> {

        /** Makes an instance; has no side effect, since of two made at once only one is kept. */
        P create(String name, C config, Ticker ticker);
    }

    @Override
    public String toString() {
        return key;
    }
}
