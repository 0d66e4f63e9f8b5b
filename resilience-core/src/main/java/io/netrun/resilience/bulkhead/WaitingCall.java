package io.netrun.resilience.bulkhead;

import io.netrun.resilience.CallerContext;
import io.netrun.resilience.CheckedSupplier;
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
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * An asynchronous call that waits for its permit without a thread. When it gets one it starts on a worker: the thread that
 * released the permit has its own affairs, and calls that end at once would recurse.
 */
final class WaitingCall<T extends @Nullable Object> extends RelayFuture<T> implements Places.Waiter, Waits.Waiting {

    private final Bulkhead bulkhead;
    private final BulkheadConfig config;
    private final Places places;
    private final long since;

    /** What is needed to start the call; whoever takes it out ends the wait. */
    private final AtomicReference<@Nullable Start<T>> start;

    private final CallerContext context;
    private long ticket;

    private volatile Ticker.@Nullable Scheduled timer;

    WaitingCall(
            Bulkhead bulkhead,
            Places places,
            Layer next,
            CheckedSupplier<? extends CompletionStage<T>, ?> body,
            Deadline deadline) {
        this.bulkhead = bulkhead;
        this.config = bulkhead.config();
        this.places = places;
        this.start = new AtomicReference<>(new Start<>(next, body, deadline));
        this.context = CallerContext.capture();
        this.since = bulkhead.ticker().nanoTime();
    }

    CompletableFuture<T> take() {
        ticket = places.enqueue(this);
        if (ticket == Places.FULL) {
            start.set(null);
            fail(bulkhead.full(config, places));
        } else if (isWaiting()) {
            limitWait();
            bulkhead.waitingCalls().begin(this);
            if (!isWaiting()) {
                waitEnds();
            }
        }
        return this;
    }

    private boolean isWaiting() {
        return start.get() != null && !hasEnded();
    }

    private void limitWait() {
        Duration maxWait = config.maxWait();
        if (maxWait == null) {
            return;
        }
        try {
            timer = bulkhead.ticker().schedule(Workers.handOver(this::expire), Require.nanos(maxWait));
        } catch (Throwable noTimer) {
            if (places.withdraw(ticket, false)) {
                start.set(null);
                fail(noTimer);
            }
        }
    }

    private void expire() {
        if (places.withdraw(ticket, true)) {
            leave();
            context.run(() -> fail(bulkhead.waitedTooLong(config, places)), this::fail);
        }
    }

    @Override
    public void closed() {
        if (places.withdraw(ticket, true)) {
            leave();
            Workers.dispatch(context.wrap(() -> fail(bulkhead.closed(config, places)), this::fail));
        }
    }

    private void leave() {
        start.set(null);
        waitEnds();
    }

    @Override
    public void granted() {
        Start<T> call = start.getAndSet(null);
        waitEnds();
        bulkhead.waitedSince(since);
        if (call == null) {
            places.giveBack();
        } else {
            Workers.dispatch(context.wrap(() -> start(call), this::failToStart));
        }
    }

    /** Makes the call with the permit it has, unless its caller has left meanwhile. */
    private void start(Start<T> call) {
        if (hasEnded() || call.deadline.isOver()) {
            places.giveBack();
            cancel(false);
        } else {
            follow(call.next.callAsync(call.body, call.deadline));
        }
    }

    /** The caller's context could not be restored, or the call not be started. */
    private void failToStart(Throwable thrown) {
        if (!isFollowing()) {
            places.giveBack();
        }
        fail(thrown);
    }

    @Override
    protected void onInnerEnd(T value, @Nullable Throwable failure) {
        places.giveBack();
    }

    @Override
    protected void stop() {
        waitEnds();
        if (start.get() != null && places.withdraw(ticket, false)) {
            start.set(null);
        }
        super.stop();
    }

    private void waitEnds() {
        bulkhead.waitingCalls().end(this);
        Ticker.Scheduled scheduled = timer;
        if (scheduled != null) {
            timer = null;
            scheduled.cancel();
        }
    }

    private record Start<T extends @Nullable Object>(
            Layer next, CheckedSupplier<? extends CompletionStage<T>, ?> body, Deadline deadline) {}
}
