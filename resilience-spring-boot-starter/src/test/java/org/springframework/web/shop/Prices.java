package org.springframework.web.shop;

import io.netrun.resilience.annotation.Retry;

/** A class of an application, in a package of one of Spring's libraries. */
public class Prices {

    private int calls;

    /** Succeeds with the third call. */
    @Retry(maxAttempts = 3, baseDelay = "1ms")
    public int price() {
        if (++calls < 3) {
            throw new IllegalStateException("call " + calls);
        }
        return calls;
    }
}
