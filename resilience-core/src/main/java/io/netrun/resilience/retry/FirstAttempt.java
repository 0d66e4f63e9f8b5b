package io.netrun.resilience.retry;

import io.netrun.resilience.AdaptedCall;
import io.netrun.resilience.Deadline;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The first attempt of a subscription, from before it begins. A source may emit or block within its subscription, and
 * its subscriber may leave meanwhile, when there is no future yet that could be cancelled: the call then counts as
 * cancelled at that moment.
 */
final class FirstAttempt extends Deadline.InFlight {

    private final Retry retry;

    private FirstAttempt(Retry retry) {
        this.retry = retry;
    }

    /** The registered attempt; null for a call whose caller cannot leave before it has the call's future. */
    static @Nullable FirstAttempt register(Retry retry, Object body, Deadline scope) {
        if (scope == Deadline.NONE || !(body instanceof AdaptedCall<?>)) {
            return null;
        }
        FirstAttempt begun = new FirstAttempt(retry);
        scope.register(begun);
        return begun;
    }

    @Override
    protected void onOver(boolean exceeded, Consumer<Throwable> failures) {
        retry.counts().cancelled.increment();
    }
}
