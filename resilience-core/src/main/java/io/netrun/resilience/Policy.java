package io.netrun.resilience;

import java.util.function.Consumer;

/**
 * One resilience pattern with a name, its configuration and its live state. Instances are thread-safe and are shared by
 * all calls that they protect together.
 */
public interface Policy extends Guard {

    /** The name under which configuration, endpoint, meters, logs and messages show this instance. */
    String name();

    /** The pattern that this is an instance of. */
    PolicyType<?, ?> type();

    /** The configuration in force: an immutable record. */
    Record config();

    /** Whether it protects; true from its creation on. */
    boolean isEnabled();

    /**
     * Switches the protection off or on again. While it is off, calls pass as if it were not there; calls that run or
     * wait in it when it is switched off end by its rules. What it has counted stays.
     */
    void setEnabled(boolean enabled);

    /**
     * Ends every wait within: calls that wait for a place, a turn or their next attempt fail now, and so do calls that
     * come later and would have to wait. Calls that run go on, and so does everything that needs no wait. For the end
     * of an application; it can not be undone, and does nothing the second time.
     */
    default void shutdown() {}

    /**
     * Whether it has given out part of its limits: calls run or wait in it, or have used up what comes back with time.
     * A new instance in its place would let more calls through than its settings allow, so {@link KeyedPolicies} does
     * not evict it. For those who write policies; quick, and without a lock.
     *
     * @return by default false
     */
    default boolean isInUse() {
        return false;
    }

    /**
     * Whether it remembers nothing that matters: a new instance in its place would treat the next call as this one
     * does. {@link KeyedPolicies} evicts such instances first. For those who write policies; quick, and without a lock.
     *
     * @return by default whether it is not {@linkplain #isInUse() in use}
     */
    default boolean isIdle() {
        return !isInUse();
    }

    /**
     * Whether an operator holds it in a state that it does not leave by itself, such as a circuit that was forced open.
     * {@link KeyedPolicies} does not evict such instances. For those who write policies; quick, and without a lock.
     *
     * @return by default false
     */
    default boolean isForced() {
        return false;
    }

    /** A snapshot of counts and state: an immutable record. Its parts are read one after the other, without a lock. */
    Record metrics();

    /** This policy's layer around another. For those who write policies. */
    Layer around(Layer next);

    /**
     * Calls a listener with every event of a kind from now on. Events arrive one at a time and in the order in which
     * they happened. The listener runs on the thread that caused the event, or, while another event of this instance is
     * being delivered, on the thread that delivers it, in the context of the thread that caused the event. It should be
     * quick; what it throws is logged and changes nothing.
     *
     * @param type the events wanted, such as {@code CircuitBreakerEvent.StateChanged.class}, or
     *     {@code ResilienceEvent.class} for all
     * @return the handle that ends the subscription
     */
    <E extends ResilienceEvent> Subscription on(Class<E> type, Consumer<? super E> listener);
}
