package io.netrun.resilience.bulkhead;

import io.netrun.resilience.AdaptedCall;
import io.netrun.resilience.Deadline;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The permit of a call that ends with its subscription: it is released when the subscription is cancelled, even if the
 * source is emitting while it is subscribed to and the call has no future yet.
 */
final class SubscriptionPermit extends Deadline.InFlight {

    private final HeldPermit held;

    private SubscriptionPermit(HeldPermit held) {
        this.held = held;
    }

    /**
     * Creates an instance for a permit that has been acquired. Returns null if a call has a future from its beginning,
     * or no scope.
     */
    static @Nullable SubscriptionPermit of(HeldPermit held, Object body, Deadline deadline) {
        if (deadline == Deadline.NONE || !(body instanceof AdaptedCall<?>)) {
            return null;
        }
        SubscriptionPermit permit = new SubscriptionPermit(held);
        try {
            deadline.register(permit);
        } catch (Throwable outOfMemory) {
            if (permit.tryEnd()) {
                throw outOfMemory; // the caller releases the permit
            }
        }
        return permit;
    }

    /** Releases the permit: the call has ended by itself. */
    static void release(@Nullable SubscriptionPermit permit, HeldPermit held) {
        if (permit == null) {
            held.release();
        } else if (permit.tryBeginEnd()) {
            held.release();
            permit.markSettled();
        }
    }

    @Override
    protected void onOver(boolean exceeded, Consumer<Throwable> failures) {
        held.release();
    }
}
