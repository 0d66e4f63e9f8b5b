package io.netrun.resilience;

/** The registration of a listener or hook. */
@FunctionalInterface
public interface Subscription extends AutoCloseable {

    /** Ends the registration: no later event reaches the listener. Idempotent. */
    @Override
    void close();
}
