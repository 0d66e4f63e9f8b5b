package io.netrun.resilience.ratelimiter;

import io.netrun.resilience.CheckedSupplier;
import io.netrun.resilience.Deadline;
import io.netrun.resilience.Layer;
import io.netrun.resilience.WrappedBody;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Acquires a permit before a call begins. */
final class RateLimiterLayer implements Layer {

    private final RateLimiter limiter;
    private final ReservationQueue queue;
    private final Layer next;

    RateLimiterLayer(RateLimiter limiter, ReservationQueue queue, Layer next) {
        this.limiter = limiter;
        this.queue = queue;
        this.next = next;
    }

    @Override
    public <T extends @Nullable Object, X extends Throwable> T call(CheckedSupplier<T, X> body, Deadline deadline)
            throws X {
        long now = limiter.ticker().nanoTime();
        WeightedCall weighted = WrappedBody.find(WeightedCall.class, body, deadline);
        if (weighted != null) {
            return call(weighted.permits(), body, now, deadline);
        }
        if (limiter.isEnabled() && !queue.tryAcquire(now)) {
            limiter.await(now, deadline, 1);
        }
        limiter.onTokensTaken();
        limiter.countAccepted();
        try {
            return next.call(body, deadline);
        } catch (Throwable failure) {
            limiter.learnFrom(failure);
            throw failure;
        }
    }

    private <T extends @Nullable Object, X extends Throwable> T call(
            int permits, CheckedSupplier<T, X> body, long now, Deadline deadline) throws X {
        int tokens = limiter.inRange(permits);
        if (limiter.isEnabled()) {
            limiter.acquire(permits, now, deadline);
            limiter.onTokensTaken();
        }
        limiter.countAccepted(tokens);
        try {
            return next.call(body, deadline);
        } catch (Throwable failure) {
            limiter.learnFrom(failure);
            throw failure;
        }
    }

    @Override
    public <T extends @Nullable Object> CompletableFuture<T> callAsync(
            CheckedSupplier<? extends CompletionStage<T>, ?> body, Deadline deadline) {
        long now = limiter.ticker().nanoTime();
        int permits = 1;
        int tokens = 1;
        try {
            WeightedCall weighted = WrappedBody.find(WeightedCall.class, body, deadline);
            if (weighted != null) {
                permits = weighted.permits();
                tokens = limiter.inRange(permits);
            }
            if (isHeld(now, deadline, permits)) {
                long longestWait = limiter.requireSoonEnough(now, deadline, permits);
                return new AsyncReservation<>(limiter, next, body, deadline, now, permits).acquire(now, longestWait);
            }
        } catch (Throwable thrown) {
            return CompletableFuture.failedFuture(thrown);
        }
        limiter.onTokensTaken();
        limiter.countAccepted(tokens);
        return limiter.learning(next.callAsync(body, deadline));
    }

    /** Returns whether a call has to wait, or is rejected; if not, it has its tokens. */
    private boolean isHeld(long now, Deadline deadline, int permits) {
        return limiter.isEnabled()
                && limiter.requireInRange(permits)
                && !queue.tryAcquire(now, permits)
                && !limiter.tryObserve(now, deadline, permits);
    }
}
