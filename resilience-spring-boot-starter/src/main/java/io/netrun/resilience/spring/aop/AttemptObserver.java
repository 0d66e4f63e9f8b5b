package io.netrun.resilience.spring.aop;

import org.jspecify.annotations.Nullable;

/**
 * Watches the attempts of protected calls, as for traces. Thread-safe; what it throws would fail the call, so it must
 * not.
 */
public interface AttemptObserver {

    /** Under which a Reactor context has what was watched further out, and what is watched further in finds it. */
    Object contextKey();

    /**
     * A call begins, on the calling thread.
     *
     * @param method {@code com.shop.PaymentClient.charge(Order)}
     */
    Call callBegins(String method);

    /** One call: any number of attempts, on any threads. */
    interface Call {

        /**
         * An attempt begins.
         *
         * @param parent what a Reactor context has under {@link #contextKey()}; null for what was current when the call
         *     began
         */
        Attempt attemptBegins(@Nullable Object parent);
    }

    /** One attempt. */
    interface Attempt {

        /** Makes it the current one of this thread, until the result is closed on the same thread. */
        Scope open();

        /** What a Reactor context gets under {@link #contextKey()}. */
        Object contextValue();

        /** It has ended. Called once. */
        void ends(@Nullable Throwable failure);
    }

    /** A stretch of code in which an attempt is the current one. */
    interface Scope {

        void close();
    }
}
