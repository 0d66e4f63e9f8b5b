package io.netrun.resilience.spring.aop;

import org.jspecify.annotations.Nullable;

/**
 * Observes the attempts of protected calls, for example for traces. Thread-safe. An exception from an observer fails
 * the call, so observers must not throw.
 */
public interface AttemptObserver {

    /** The key of the current attempt in a Reactor context, where nested observations find it. */
    Object contextKey();

    /**
     * A call begins, on the calling thread.
     *
     * @param method {@code com.shop.PaymentClient.charge(Order)}
     */
    Call callBegins(String method);

    /** One call, with any number of attempts on any threads. */
    interface Call {

        /**
         * An attempt begins.
         *
         * @param parent the value of {@link #contextKey()} in the Reactor context; null for the observation that was
         *     current when the call began
         */
        Attempt attemptBegins(@Nullable Object parent);
    }

    /** One attempt. */
    interface Attempt {

        /** Makes this attempt the current one of the thread until the returned scope is closed on the same thread. */
        Scope open();

        /** The value to store under {@link #contextKey()} in a Reactor context. */
        Object contextValue();

        /** Called once when the attempt ends. */
        void ends(@Nullable Throwable failure);
    }

    /** A scope in which an attempt is the current one. */
    interface Scope {

        void close();
    }
}
