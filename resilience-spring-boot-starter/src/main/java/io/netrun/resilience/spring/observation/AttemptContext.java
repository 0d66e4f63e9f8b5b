package io.netrun.resilience.spring.observation;

import io.micrometer.observation.Observation;

/** What is known of an attempt when it begins. */
public final class AttemptContext extends Observation.Context {

    private final String method;
    private final int attempt;

    AttemptContext(String method, int attempt) {
        this.method = method;
        this.attempt = attempt;
    }

    /** The method, as {@code com.shop.PaymentClient.charge(Order)}. */
    public String method() {
        return method;
    }

    /** Which attempt of its call it is; the first is 1. */
    public int attempt() {
        return attempt;
    }
}
