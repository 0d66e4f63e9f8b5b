package io.netrun.resilience.ratelimiter;

import io.netrun.resilience.CallInterruptedException;
import io.netrun.resilience.CheckedSupplier;
import io.netrun.resilience.Deadline;
import io.netrun.resilience.Layer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Has a call wait for its turn before it begins. */
final class RateLimiterLayer implements Layer {

    private final RateLimiter limiter;
    private final Layer next;

    RateLimiterLayer(RateLimiter limiter, Layer next) {
        this.limiter = limiter;
        this.next = next;
    }

    @Override
    public <T extends @Nullable Object, X extends Throwable> T call(CheckedSupplier<T, X> body, Deadline deadline)
            throws X {
        long now = limiter.ticker().nanoTime();
        long wait = limiter.take(now, deadline);
        if (wait > 0) {
            await(wait, now + wait, deadline);
        }
        limiter.begins();
        return next.call(body, deadline);
    }

    private void await(long wait, long turn, Deadline deadline) {
        limiter.waitBegins();
        try {
            if (!limiter.waitingCalls().sleep(limiter.ticker(), wait, deadline)) {
                limiter.leaves(turn);
                deadline.requireWanted();
                throw limiter.closed();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            limiter.leaves(turn);
            throw new CallInterruptedException(
                    limiter.name(), "RateLimiter '" + limiter.name() + "': interrupted while waiting for a turn", e);
        } finally {
            limiter.waitEnds();
        }
    }

    @Override
    public <T extends @Nullable Object> CompletableFuture<T> callAsync(
            CheckedSupplier<? extends CompletionStage<T>, ?> body, Deadline deadline) {
        long now = limiter.ticker().nanoTime();
        long wait;
        try {
            wait = limiter.take(now, deadline);
        } catch (RateLimitExceededException rejection) {
            return CompletableFuture.failedFuture(rejection);
        }
        if (wait > 0) {
            return new WaitingCall<>(limiter, now + wait, () -> next.callAsync(body, deadline)).await(wait);
        }
        limiter.begins();
        return next.callAsync(body, deadline);
    }
}
