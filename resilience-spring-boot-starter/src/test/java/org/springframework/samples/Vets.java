package org.springframework.samples;

import io.netrun.resilience.annotation.Retry;

/** In a package of Spring's, as its sample applications are. */
public class Vets {

    private int calls;

    /** Succeeds with the third call. */
    @Retry(maxAttempts = 3, baseDelay = "1ms")
    public int vets() {
        if (++calls < 3) {
            throw new IllegalStateException("call " + calls);
        }
        return calls;
    }
}
