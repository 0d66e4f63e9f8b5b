package io.netrun.resilience.retry;

import io.netrun.resilience.AdaptedCall;
import io.netrun.resilience.Deadline;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A call that may be given up while its first attempt runs, registered before that attempt begins: the call counts as
 * cancelled at that moment. This is so for a subscription, whose source may emit or block while it is subscribed to,
 * when there is no future yet that could be cancelled; and for a sync call on a worker, whose code may not return for a
 * long time after its caller has left. It stays registered for further attempts, so that one compare-and-set decides
 * how the call counts.
 */
final class FirstAttempt extends Deadline.InFlight {

    private final Retry retry;
    private final RetryRules rules;

    /** The call, if it may deliver its result in parts. */
    private final @Nullable AdaptedCall<?> adapted;

    private final Deadline scope;

    /** The attempts of the call once the first one has failed. */
    private volatile @Nullable RetrySequence attempts;

    private FirstAttempt(Retry retry, RetryRules rules, @Nullable AdaptedCall<?> adapted, Deadline scope) {
        this.retry = retry;
        this.rules = rules;
        this.adapted = adapted;
        this.scope = scope;
    }

    /**
     * Registers the attempt. Returns null without a scope, because nothing can end the call before the attempt ends.
     *
     * @param adapted the body, if it may deliver its result in parts
     */
    static @Nullable FirstAttempt register(
            Retry retry, RetryRules rules, @Nullable AdaptedCall<?> adapted, Deadline scope) {
        if (scope == Deadline.NONE) {
            return null;
        }
        FirstAttempt begun = new FirstAttempt(retry, rules, adapted, scope);
        scope.register(begun);
        return begun;
    }

    /**
     * Counts a call whose first attempt succeeded. One that was given up before counts as cancelled already.
     *
     * @param begun null if the attempt was not registered
     */
    static void countSuccess(RetryRules rules, @Nullable FirstAttempt begun) {
        if (begun == null) {
            rules.onFirstAttemptSuccess();
        } else if (begun.tryBeginEnd()) {
            begun.settleSucceeded(rules);
        }
    }

    /** Counts a success, after {@link #tryBeginEnd()}. */
    void settleSucceeded(RetryRules rules) {
        try {
            rules.onFirstAttemptSuccess();
        } finally {
            markSettled();
        }
    }

    /** Lets the attempts end the call: they do so by ending this. */
    void continueWith(RetrySequence failed) {
        attempts = failed;
    }

    @Override
    protected void onOver(boolean exceeded, Consumer<Throwable> failures) {
        RetrySequence failed = attempts;
        if (failed != null && (exceeded || !hasDelivered())) {
            failed.onOver(exceeded, failures);
        } else if (exceeded || !hasDelivered()) {
            retry.counts().cancelled.increment();
        } else {
            countDelivered();
        }
    }

    /** Counts that the call was left, after {@link #tryBeginEnd()}: as its success if a part was delivered before. */
    void settleStopped() {
        try {
            if (hasDelivered() && !scope.isExceeded()) {
                countDelivered();
            } else {
                retry.counts().cancelled.increment();
            }
        } finally {
            markSettled();
        }
    }

    /** Returns whether a part of the result has reached the caller, who has then left a call that succeeded. */
    private boolean hasDelivered() {
        return adapted != null && adapted.isOwnedBy(scope);
    }

    private void countDelivered() {
        RetrySequence failed = attempts;
        if (failed == null) {
            rules.onFirstAttemptSuccess();
        } else {
            failed.countRecovered();
        }
    }
}
