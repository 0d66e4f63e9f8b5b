package io.netrun.resilience.retry;

import io.netrun.resilience.AdaptedCall;
import io.netrun.resilience.Deadline;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A subscription, registered before its first attempt begins. A source may emit or block while it is subscribed to, and
 * its subscriber may cancel meanwhile, when there is no future yet that could be cancelled: the call then counts as
 * cancelled at that moment. It stays registered for further attempts, so that one compare-and-set decides how the call
 * counts.
 */
final class FirstAttempt extends Deadline.InFlight {

    private final Retry retry;

    /** The attempts of the call once the first one has failed. */
    private volatile @Nullable RetrySequence attempts;

    private FirstAttempt(Retry retry) {
        this.retry = retry;
    }

    /** Registers the attempt. Returns null for a call that its caller cannot cancel before it has the call's future. */
    static @Nullable FirstAttempt register(Retry retry, Object body, Deadline scope) {
        if (scope == Deadline.NONE || !(body instanceof AdaptedCall<?>)) {
            return null;
        }
        FirstAttempt begun = new FirstAttempt(retry);
        scope.register(begun);
        return begun;
    }

    /** Lets the attempts end the call: they do so by ending this. */
    void continueWith(RetrySequence failed) {
        attempts = failed;
    }

    @Override
    protected void onOver(boolean exceeded, Consumer<Throwable> failures) {
        RetrySequence failed = attempts;
        if (failed == null) {
            retry.counts().cancelled.increment();
        } else {
            failed.onOver(exceeded, failures);
        }
    }
}
