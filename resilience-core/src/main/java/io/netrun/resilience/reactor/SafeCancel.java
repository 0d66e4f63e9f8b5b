package io.netrun.resilience.reactor;

import org.reactivestreams.Subscription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Cancels foreign subscriptions. A cancellation may throw although it must not; what follows it is done nevertheless.
 */
final class SafeCancel {

    private static final Logger log = LoggerFactory.getLogger(SafeCancel.class);

    private SafeCancel() {}

    static void of(Subscription subscription) {
        try {
            subscription.cancel();
        } catch (Throwable thrown) {
            log.error("Cancelling a subscription failed; its source may continue", thrown);
        }
    }
}
