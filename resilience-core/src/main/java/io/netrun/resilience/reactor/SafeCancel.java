package io.netrun.resilience.reactor;

import io.netrun.resilience.Deadline;
import io.netrun.resilience.LateCancels;
import io.netrun.resilience.SafeLog;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Operators;

/**
 * Cancels foreign subscriptions. A cancellation may throw although it must not; what follows it is done nevertheless.
 * One that fails because the heap is full is repeated, as {@link LateCancels} describes.
 */
final class SafeCancel {

    private static final Logger log = LoggerFactory.getLogger(SafeCancel.class);

    /** Created with the class, since there may be no memory later. */
    private static final LateCancels<Subscription> LATE = new LateCancels<>(Subscription::cancel, unknown -> false);

    /** Replaces the subscription of a source that has ended after it was cancelled. */
    private static final Subscription ENDED = new Subscription() {
        @Override
        public void request(long elements) {}

        @Override
        public void cancel() {}
    };

    private SafeCancel() {}

    /**
     * Cancels a subscription.
     *
     * @param subscriber what it belongs to
     * @param upstream the subscription of the subscriber, for {@link #sourceEnded}
     */
    static void of(
            Subscription subscription, Subscriber<?> subscriber, AtomicReference<@Nullable Subscription> upstream) {
        try {
            subscription.cancel();
        } catch (OutOfMemoryError full) {
            if (upstream.get() == ENDED) {
                return;
            }
            LATE.add(subscription, subscriber);
            if (upstream.get() == ENDED) {
                LATE.sourceEnded(subscriber); // meanwhile, so that it was not found
            }
        } catch (Throwable thrown) {
            SafeLog.error(log, "Cancelling a subscription failed; its source may continue", thrown);
        }
    }

    /**
     * Cancels the source of a subscriber, unless it has ended after an earlier cancel.
     *
     * @param scope that of the attempt, in which the thread cancels: calls within it recognize why they are cancelled
     */
    static void source(Subscriber<?> subscriber, AtomicReference<@Nullable Subscription> upstream, Deadline scope) {
        Subscription source;
        do {
            source = upstream.get();
            if (source == ENDED) {
                return;
            }
        } while (!upstream.compareAndSet(source, Operators.cancelledSubscription()));
        if (source != null) {
            of(source, subscriber, upstream, scope);
        }
    }

    private static void of(
            Subscription subscription,
            Subscriber<?> subscriber,
            AtomicReference<@Nullable Subscription> upstream,
            Deadline scope) {
        boolean entered = false;
        @Nullable Deadline before = null;
        try {
            if (scope != Deadline.NONE) {
                before = scope.enterScope();
                entered = true;
            }
        } catch (OutOfMemoryError full) {
            // It is cancelled nevertheless.
        }
        try {
            of(subscription, subscriber, upstream);
        } finally {
            if (entered) {
                Deadline.exitScope(before);
            }
        }
    }

    /** Returns whether a subscriber has cancelled its subscription. */
    static boolean isCancelled(AtomicReference<@Nullable Subscription> upstream) {
        Subscription present = upstream.get();
        return present == Operators.cancelledSubscription() || present == ENDED;
    }

    /** Repeats no cancel of a subscriber's source any more, if it was cancelled: it has ended. */
    static void sourceEnded(Subscriber<?> subscriber, AtomicReference<@Nullable Subscription> upstream) {
        if (upstream.get() == Operators.cancelledSubscription()) {
            upstream.set(ENDED);
            LATE.sourceEnded(subscriber);
        }
    }
}
