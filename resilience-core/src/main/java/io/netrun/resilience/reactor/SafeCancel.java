package io.netrun.resilience.reactor;

import org.reactivestreams.Subscription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Cancels subscriptions of others, which may throw although they must not: what follows a cancel is done all the same.
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
