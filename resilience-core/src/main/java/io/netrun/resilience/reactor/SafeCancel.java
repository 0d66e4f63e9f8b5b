package io.netrun.resilience.reactor;

import io.netrun.resilience.LateCancels;
import io.netrun.resilience.SafeLog;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Cancels foreign subscriptions. A cancellation may throw although it must not; what follows it is done nevertheless.
 * One that fails because the heap is full is repeated, as {@link LateCancels} describes.
 */
final class SafeCancel {

    private static final Logger log = LoggerFactory.getLogger(SafeCancel.class);

    /** Created with the class, since there may be no memory later. */
    private static final LateCancels<Subscription> LATE = new LateCancels<>(Subscription::cancel, unknown -> false);

    private SafeCancel() {}

    /** @param subscriber what the subscription belongs to, for {@link #sourceEnded} */
    static void of(Subscription subscription, Subscriber<?> subscriber) {
        try {
            subscription.cancel();
        } catch (OutOfMemoryError full) {
            LATE.add(subscription, subscriber);
        } catch (Throwable thrown) {
            SafeLog.error(log, "Cancelling a subscription failed; its source may continue", thrown);
        }
    }

    /** Repeats no cancel of a subscriber's source any more: it has ended. */
    static void sourceEnded(Subscriber<?> subscriber) {
        LATE.sourceEnded(subscriber);
    }
}
