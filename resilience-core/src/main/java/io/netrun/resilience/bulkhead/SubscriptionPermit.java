package io.netrun.resilience.bulkhead;

import io.netrun.resilience.AdaptedCall;
import io.netrun.resilience.Deadline;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The permit of a call that is over with its subscription: it is released as that is given up, also where the source is
 * emitting within the subscription and there is no future of the call yet.
 */
final class SubscriptionPermit extends Deadline.InFlight {

    private final FairSemaphore semaphore;

    private SubscriptionPermit(FairSemaphore semaphore) {
        this.semaphore = semaphore;
    }

    /** For a permit that has been acquired; null where a call has a future from its beginning, or no scope. */
    static @Nullable SubscriptionPermit of(FairSemaphore semaphore, Object body, Deadline deadline) {
        if (deadline == Deadline.NONE || !(body instanceof AdaptedCall<?>)) {
            return null;
        }
        SubscriptionPermit permit = new SubscriptionPermit(semaphore);
        deadline.register(permit);
        return permit;
    }

    /** The call has ended by itself. */
    static void release(@Nullable SubscriptionPermit permit, FairSemaphore semaphore) {
        if (permit == null) {
            semaphore.release();
        } else if (permit.tryBeginEnd()) {
            semaphore.release();
            permit.markSettled();
        }
    }

    @Override
    protected void onOver(boolean exceeded, Consumer<Throwable> failures) {
        semaphore.release();
    }
}
