package io.netrun.resilience;

import java.util.function.Consumer;

/**
 * A resilience pattern with a name, its configuration and its state at runtime. Instances are thread-safe and are
 * shared by all calls that they protect together.
 */
public interface Policy extends Guard {

    /** Returns the name by which configuration, endpoint, meters, logs and messages identify this instance. */
    String name();

    /** Returns the pattern that this is an instance of. */
    PolicyType<?, ?> type();

    /** Returns the configuration in force, an immutable record. */
    Record config();

    /** Returns whether this policy protects calls; true after its creation. */
    boolean isEnabled();

    /**
     * Enables or disables this policy. While it is disabled, calls bypass it; calls that already run or wait in it end
     * by its rules. Its counts are kept.
     */
    void setEnabled(boolean enabled);

    /**
     * Shuts this policy down: calls that wait for a permit, a reservation or their next attempt fail immediately, and
     * so do later calls that would have to wait. Running calls continue, and so do calls that need no wait. Intended
     * for the end of the application. Irreversible and idempotent.
     */
    default void shutdown() {}

    /**
     * Returns whether a part of this policy's limits is in use: calls run or wait in it, or have consumed what is
     * refilled over time. A replacement would admit more calls than the settings allow, so {@link KeyedPolicies} does
     * not evict it. Must be quick and must not take a lock.
     *
     * @apiNote For authors of policies.
     * @return by default false
     */
    default boolean isInUse() {
        return false;
    }

    /**
     * Returns whether this policy has no state that matters: a replacement would treat the next call the same.
     * {@link KeyedPolicies} evicts such instances first. Must be quick and must not take a lock.
     *
     * @apiNote For authors of policies.
     * @return by default whether it is not {@linkplain #isInUse() in use}
     */
    default boolean isIdle() {
        return !isInUse();
    }

    /**
     * Returns whether an operator keeps this policy in a state that it does not leave by itself, such as a circuit that
     * was forced open. {@link KeyedPolicies} does not evict such instances. Must be quick and must not take a lock.
     *
     * @apiNote For authors of policies.
     * @return by default false
     */
    default boolean isForced() {
        return false;
    }

    /**
     * Returns a snapshot of counts and state, an immutable record. Its parts are read one after the other, without a
     * lock.
     */
    Record metrics();

    /**
     * Returns this policy's layer around another one.
     *
     * @apiNote For authors of policies.
     */
    Layer around(Layer next);

    /**
     * Registers a listener for all later events of a type. Events are delivered one at a time and in the order in which
     * they happened. The listener runs on the thread that caused the event or, while another event of this instance is
     * being delivered, on the thread that delivers it, in the context of the thread that caused the event. It should be
     * quick. Exceptions are logged and have no other effect.
     *
     * @param type the type of events, such as {@code CircuitBreakerEvent.StateChanged.class}, or
     *     {@code ResilienceEvent.class} for all but those {@linkplain ResilienceEvent.OnRequest on request}
     * @return the handle that ends the subscription
     */
    <E extends ResilienceEvent> Subscription on(Class<E> type, Consumer<? super E> listener);
}
