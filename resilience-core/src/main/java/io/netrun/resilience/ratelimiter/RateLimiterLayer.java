package io.netrun.resilience.ratelimiter;

import io.netrun.resilience.CheckedSupplier;
import io.netrun.resilience.Deadline;
import io.netrun.resilience.Layer;
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
        if (limiter.isEnabled() && !queue.tryAcquire(now)) {
            limiter.await(now, deadline);
        }
        limiter.countAccepted();
        return next.call(body, deadline);
    }

    @Override
    public <T extends @Nullable Object> CompletableFuture<T> callAsync(
            CheckedSupplier<? extends CompletionStage<T>, ?> body, Deadline deadline) {
        long now = limiter.ticker().nanoTime();
        if (!limiter.isEnabled() || queue.tryAcquire(now) || limiter.tryObserve(now, deadline)) {
            limiter.countAccepted();
            return next.callAsync(body, deadline);
        }
        try {
            long longestWait = limiter.requireSoonEnough(now, deadline);
            return new AsyncReservation<>(limiter, next, body, deadline, now).acquire(now, longestWait);
        } catch (Throwable thrown) {
            return CompletableFuture.failedFuture(thrown);
        }
    }
}
