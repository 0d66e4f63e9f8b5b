package io.netrun.resilience.reactor;

import io.netrun.resilience.LateCancels;
import io.netrun.resilience.SafeLog;
import org.reactivestreams.Subscription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Cancels foreign subscriptions. A cancellation may throw although it must not; what follows it is done nevertheless.
 * One that fails because the heap is full is repeated.
 */
final class SafeCancel {

    private static final Logger log = LoggerFactory.getLogger(SafeCancel.class);

    /** Created with the class, since there may be no memory later. */
    private static final LateCancels<Subscription> LATE = new LateCancels<>(Subscription::cancel);

    private SafeCancel() {}

    static void of(Subscription subscription) {
        try {
            subscription.cancel();
        } catch (OutOfMemoryError full) {
            LATE.add(subscription);
        } catch (Throwable thrown) {
            SafeLog.error(log, "Cancelling a subscription failed; its source may continue", thrown);
        }
    }
}
