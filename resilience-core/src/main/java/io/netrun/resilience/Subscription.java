package io.netrun.resilience;

/** A listener's registration. */
@FunctionalInterface
public interface Subscription extends AutoCloseable {

    /** Ends the registration: no event that happens later reaches the listener. Does nothing when called again. */
    @Override
    void close();
}
