package io.netrun.resilience.bulkhead;

import io.netrun.resilience.ContextPropagation;
import io.netrun.resilience.Deadline;
import io.netrun.resilience.Layer;
import io.netrun.resilience.RelayFuture;
import io.netrun.resilience.Require;
import io.netrun.resilience.Ticker;
import io.netrun.resilience.Waits;
import io.netrun.resilience.Workers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An asynchronous call that waits for its place without a thread. When its turn comes it starts on a worker: the thread
 * that gave the place back has its own affairs, and calls that end at once would recurse.
 */
final class WaitingCall<T extends @Nullable Object> extends RelayFuture<T> implements Places.Waiter, Waits.Waiting {

    private final Bulkhead bulkhead;
    private final Places places;
    private final Layer next;
    private final Supplier<? extends CompletionStage<T>> body;
    private final Deadline deadline;
    private final Runnable start;
    private final long since;
    private long ticket;
    private volatile boolean placed;
    private volatile Ticker.@Nullable Scheduled timer;

    WaitingCall(
            Bulkhead bulkhead,
            Places places,
            Layer next,
            Supplier<? extends CompletionStage<T>> body,
            Deadline deadline) {
        this.bulkhead = bulkhead;
        this.places = places;
        this.next = next;
        this.body = body;
        this.deadline = deadline;
        this.start = ContextPropagation.wrap(this::start);
        this.since = bulkhead.ticker().nanoTime();
    }

    CompletableFuture<T> take() {
        ticket = places.enqueue(this);
        if (ticket == Places.FULL) {
            fail(bulkhead.full(places));
        } else if (!placed) {
            limitWait();
            bulkhead.waitingCalls().begin(this);
            if (placed || isDone()) {
                bulkhead.waitingCalls().end(this);
            }
        }
        return this;
    }

    private void limitWait() {
        Duration maxWait = bulkhead.config().maxWait();
        if (maxWait == null) {
            return;
        }
        Ticker.Scheduled scheduled;
        try {
            scheduled = bulkhead.ticker().schedule(this::expire, Require.nanos(maxWait));
        } catch (Throwable noTimer) {
            if (places.withdraw(ticket, false)) {
                fail(noTimer);
            }
            return;
        }
        timer = scheduled;
        if (placed) {
            scheduled.cancel();
        }
    }

    private void expire() {
        if (places.withdraw(ticket, true)) {
            bulkhead.waitingCalls().end(this);
            Workers.dispatch(() -> fail(bulkhead.waitedTooLong(places)));
        }
    }

    @Override
    public void closed() {
        if (places.withdraw(ticket, true)) {
            cancelTimer();
            Workers.dispatch(() -> fail(bulkhead.closed(places)));
        }
    }

    @Override
    public void granted() {
        placed = true;
        waitEnds();
        bulkhead.waitedSince(since);
        Workers.dispatch(start);
    }

    /** Makes the call with the place it has, unless its caller has left meanwhile. */
    private void start() {
        placed = true;
        if (isDone()) {
            places.giveBack();
        } else {
            follow(next.callAsync(body, deadline));
        }
    }

    @Override
    protected void onInnerEnd(T value, @Nullable Throwable failure) {
        places.giveBack();
    }

    @Override
    protected void stop() {
        waitEnds();
        if (!placed) {
            places.withdraw(ticket, false);
        }
        super.stop();
    }

    private void waitEnds() {
        bulkhead.waitingCalls().end(this);
        cancelTimer();
    }

    private void cancelTimer() {
        Ticker.Scheduled scheduled = timer;
        if (scheduled != null) {
            scheduled.cancel();
        }
    }
}
