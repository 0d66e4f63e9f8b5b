package io.netrun.resilience.application;

import io.netrun.resilience.annotation.Bulkhead;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.annotation.Timeout;
import java.util.function.Supplier;

/** A bean whose class each of the isolated contexts may have for itself. */
public class IsolatedShop implements Supplier<String> {

    private int calls;

    @Override
    @Timeout(name = "shop", duration = "30s")
    @Bulkhead(name = "shop")
    @Retry(name = "shop", baseDelay = "1ms")
    public String get() {
        if (++calls == 1) {
            throw new IllegalStateException("not yet");
        }
        return "done after " + calls;
    }
}
