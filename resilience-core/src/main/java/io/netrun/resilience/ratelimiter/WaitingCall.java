package io.netrun.resilience.ratelimiter;

import io.netrun.resilience.ContextPropagation;
import io.netrun.resilience.RelayFuture;
import io.netrun.resilience.Ticker;
import io.netrun.resilience.Waits;
import io.netrun.resilience.Workers;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** An asynchronous call that waits for its turn without a thread, and then starts on a worker. */
final class WaitingCall<T extends @Nullable Object> extends RelayFuture<T> implements Waits.Waiting {

    private final RateLimiter limiter;
    private final long turn;
    private final Supplier<CompletableFuture<T>> call;
    private final Runnable start;

    /** Whether the wait is over: by the turn, because the caller left, or the limiter was closed. Whoever sets it decides. */
    private final AtomicBoolean over = new AtomicBoolean();

    private volatile Ticker.@Nullable Scheduled timer;

    WaitingCall(RateLimiter limiter, long turn, Supplier<CompletableFuture<T>> call) {
        this.limiter = limiter;
        this.turn = turn;
        this.call = call;
        this.start = ContextPropagation.wrap(this::start);
    }

    WaitingCall<T> await(long nanos) {
        limiter.waitBegins();
        try {
            timer = limiter.ticker().schedule(() -> Workers.dispatch(start), nanos);
        } catch (Throwable noTimer) {
            leave();
            fail(noTimer);
            return this;
        }
        limiter.waitingCalls().begin(this);
        if (over.get()) {
            limiter.waitingCalls().end(this);
        }
        return this;
    }

    private void start() {
        if (over.compareAndSet(false, true)) {
            limiter.waitingCalls().end(this);
            limiter.waitEnds();
            limiter.begins();
            follow(call.get());
        }
    }

    @Override
    protected void onInnerEnd(T value, @Nullable Throwable failure) {
        // Nothing is held for a call that runs.
    }

    @Override
    protected void stop() {
        leave();
        super.stop();
    }

    @Override
    public void closed() {
        if (leave()) {
            Workers.dispatch(() -> fail(limiter.closed()));
        }
    }

    /** Gives the turn back; false if it has come, or was given back before. */
    private boolean leave() {
        if (!over.compareAndSet(false, true)) {
            return false;
        }
        limiter.waitingCalls().end(this);
        limiter.waitEnds();
        limiter.leaves(turn);
        Ticker.Scheduled waiting = timer;
        if (waiting != null) {
            waiting.cancel();
        }
        return true;
    }
}
