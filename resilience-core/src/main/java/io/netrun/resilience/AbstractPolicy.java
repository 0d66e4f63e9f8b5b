package io.netrun.resilience;

import java.util.Objects;
import java.util.function.Consumer;

/**
 * What all policies have in common: a name, a configuration, a clock, and listeners. For those who write policies.
 *
 * @param <C> the configuration
 */
public abstract class AbstractPolicy<C extends Record> implements Policy {

    private final String name;
    private final C config;
    private final Ticker ticker;
    private final EventPublisher events = new EventPublisher();

    /**
     * For patterns.
     *
     * @throws IllegalArgumentException if the name is blank, longer than 200 characters or has control characters
     */
    protected AbstractPolicy(String name, C config, Ticker ticker) {
        this.name = Require.name(name);
        this.config = Objects.requireNonNull(config, "config");
        this.ticker = Objects.requireNonNull(ticker, "ticker");
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final C config() {
        return config;
    }

    /** The time by which it lives. */
    public final Ticker ticker() {
        return ticker;
    }

    @Override
    public final <E extends ResilienceEvent> Subscription on(Class<E> type, Consumer<? super E> listener) {
        return events.subscribe(type, listener);
    }

    /** Who listens. */
    protected final EventPublisher events() {
        return events;
    }
}
