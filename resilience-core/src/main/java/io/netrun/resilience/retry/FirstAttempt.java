package io.netrun.resilience.retry;

import io.netrun.resilience.AdaptedCall;
import io.netrun.resilience.Deadline;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The first attempt of a subscription, registered before it begins. A source may emit or block while it is subscribed
 * to, and its subscriber may cancel meanwhile, when there is no future yet that could be cancelled: the call then
 * counts as cancelled at that moment.
 */
final class FirstAttempt extends Deadline.InFlight {

    private final Retry retry;

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

    @Override
    protected void onOver(boolean exceeded, Consumer<Throwable> failures) {
        retry.counts().cancelled.increment();
    }
}
