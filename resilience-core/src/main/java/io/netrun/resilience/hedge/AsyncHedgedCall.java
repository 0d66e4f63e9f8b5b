package io.netrun.resilience.hedge;

import io.netrun.resilience.AdaptedCall;
import io.netrun.resilience.Deadline;
import io.netrun.resilience.Layer;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A call whose attempts are asynchronous: each is over with its future. */
final class AsyncHedgedCall<T extends @Nullable Object> extends HedgedCall<T> {

    private final Layer next;
    private final Supplier<? extends CompletionStage<T>> body;
    private final Deadline deadline;

    AsyncHedgedCall(
            Hedge hedge,
            HedgeConfig config,
            Layer next,
            Supplier<? extends CompletionStage<T>> body,
            Deadline deadline) {
        super(hedge, config, deadline);
        this.next = next;
        this.body = body;
        this.deadline = deadline;
    }

    @Override
    void attempt(int number) {
        follow(next.callAsync(body, deadline), number);
    }

    @Override
    boolean hasBegun() {
        return AdaptedCall.hasBegun(body);
    }

    @Override
    void ended(int number, T value, @Nullable Throwable failure) {
        super.ended(number, value, failure);
        left();
    }
}
