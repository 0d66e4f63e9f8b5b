package io.netrun.resilience.bulkhead;

import io.netrun.resilience.RelayFuture;
import io.netrun.resilience.SpinBackoff;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * An asynchronous call that holds a permit until the call itself ends, even if its caller cancels earlier. A cancel
 * that meets the end of the inner call releases the permit itself, because the thread that ended the inner call may run
 * code of the user before it reports that.
 */
class AsyncRunningCall<T extends @Nullable Object> extends RelayFuture<T> {

    private static final byte HELD = 0;
    private static final byte RELEASING = 1;
    private static final byte RELEASED = 2;

    private static final VarHandle PERMIT_STATE = ConstantBootstraps.fieldVarHandle(
            MethodHandles.lookup(), "permitState", VarHandle.class, AsyncRunningCall.class, byte.class);

    /** Null once it is released: the future of this call may be kept, and the bulkhead with it. */
    private @Nullable HeldPermit held;

    /** Written before the inner call is followed; null as {@link #held}. */
    private @Nullable SubscriptionPermit permit;

    /** Written after the call was cancelled; a call that ends by itself releases its permit without it. */
    private volatile byte permitState;

    AsyncRunningCall(HeldPermit held, @Nullable SubscriptionPermit permit) {
        this.held = held;
        this.permit = permit;
    }

    final void setPermit(@Nullable SubscriptionPermit permit) {
        this.permit = permit;
    }

    /** Releases the permit of a call that was cancelled or has not begun. Idempotent. */
    final void releasePermit() {
        if (PERMIT_STATE.compareAndSet(this, HELD, RELEASING)) {
            releaseHeld();
            permitState = RELEASED;
        }
    }

    private void releaseHeld() {
        HeldPermit released = held;
        SubscriptionPermit ofSubscription = permit;
        held = null;
        permit = null;
        if (released != null) {
            SubscriptionPermit.release(ofSubscription, released);
        }
    }

    final boolean hasReleasedPermit() {
        return permitState == RELEASED;
    }

    @Override
    protected void onInnerEnd(T value, @Nullable Throwable failure) {
        if (!tryEndWithInner()) {
            releasePermit();
            return;
        }
        try {
            releaseHeld();
        } finally {
            publish(value, failure);
        }
    }

    @Override
    protected void stop() {
        super.stop();
        if (isInnerOver()) {
            releasePermit();
            if (!hasReleasedPermit()) {
                SpinBackoff.awaitBriefly(this::hasReleasedPermit);
            }
        }
    }
}
