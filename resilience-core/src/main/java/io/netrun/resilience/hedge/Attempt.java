package io.netrun.resilience.hedge;

import io.netrun.resilience.CallFuture;
import io.netrun.resilience.Deadline;
import io.netrun.resilience.ForeignStage;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * An attempt of a hedged call, and its scope, which is stopped unless it is the winner. It is made once or never, and
 * leaves once.
 */
final class Attempt<T extends @Nullable Object> {

    private static final int MADE = 1;
    private static final int DROPPED = 2;
    private static final int LEFT = 4;

    private final int number;
    private final Deadline scope;
    private final AtomicInteger state = new AtomicInteger();
    private volatile @Nullable CompletableFuture<T> future;
    private volatile boolean futureEnded;

    Attempt(int number, Deadline scope) {
        this.number = number;
        this.scope = scope;
    }

    int number() {
        return number;
    }

    Deadline scope() {
        return scope;
    }

    /** Null before it was begun. */
    @Nullable
    CompletableFuture<T> future() {
        return future;
    }

    void onFutureEnd() {
        futureEnded = true;
    }

    /** Whether its future has ended. One of a class that is not known is not asked, since it may throw. */
    boolean hasFutureEnded() {
        CompletableFuture<T> running = future;
        return futureEnded
                || (running != null
                        && (running.getClass() == CompletableFuture.class || running instanceof CallFuture<?>)
                        && running.isDone());
    }

    void follow(CompletableFuture<T> running) {
        future = running;
    }

    /** Decides that it is made; false if it is not to be any more. */
    boolean tryMake() {
        return state.compareAndSet(0, MADE);
    }

    /** Decides that it is never made; false if it is being made or was. */
    boolean tryDrop() {
        return state.compareAndSet(0, DROPPED);
    }

    /** Decides that it is over for good; false if that was decided before. */
    boolean tryLeave() {
        int seen;
        do {
            seen = state.get();
            if ((seen & LEFT) != 0) {
                return false;
            }
        } while (!state.compareAndSet(seen, seen | LEFT));
        return true;
    }

    void stop() {
        scope.tryStop();
    }

    void cancel() {
        CompletableFuture<T> running = future;
        if (running != null) {
            ForeignStage.cancel(running);
        }
    }
}
