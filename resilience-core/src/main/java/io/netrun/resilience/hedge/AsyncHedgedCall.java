package io.netrun.resilience.hedge;

import io.netrun.resilience.Deadline;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A call whose attempts are asynchronous: each is over with its future. */
final class AsyncHedgedCall<T extends @Nullable Object> extends HedgedCall<T> {

    private final Supplier<CompletableFuture<T>> attempt;

    AsyncHedgedCall(Hedge hedge, HedgeConfig config, Deadline deadline, Supplier<CompletableFuture<T>> attempt) {
        super(hedge, config, deadline);
        this.attempt = attempt;
    }

    @Override
    void attempt(int number) {
        follow(attempt.get(), number);
    }

    @Override
    void ended(int number, T value, @Nullable Throwable failure) {
        super.ended(number, value, failure);
        left();
    }
}
