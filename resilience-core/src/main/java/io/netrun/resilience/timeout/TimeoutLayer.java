package io.netrun.resilience.timeout;

import io.netrun.resilience.CheckedSupplier;
import io.netrun.resilience.Deadline;
import io.netrun.resilience.ForeignStage;
import io.netrun.resilience.Layer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Chooses how the time of a call is limited. */
final class TimeoutLayer implements Layer {

    private final Timeout timeout;
    private final Layer next;

    TimeoutLayer(Timeout timeout, Layer next) {
        this.timeout = timeout;
        this.next = next;
    }

    @Override
    public <T extends @Nullable Object, X extends Throwable> T call(CheckedSupplier<T, X> body, Deadline deadline)
            throws X {
        Timeout.Settings settings = timeout.settings();
        if (settings.isUnlimited()) {
            return settings.isObserved() ? observe(settings, body, deadline) : next.call(body, deadline);
        }
        Deadline limit = deadline.within(timeout.ticker(), settings.nanos());
        TimeoutConfig config = settings.config();
        if (timeout.staysOnCaller(config)) {
            TimeoutInterrupts interrupts = TimeoutInterrupts.enter();
            try {
                return new CallerThreadCall(timeout, config, limit, interrupts).call(next, body);
            } finally {
                interrupts.leave();
            }
        }
        timeout.requireWorkers(config);
        return new WorkerThreadCall<>(timeout, config, limit, next, body).call();
    }

    /** Inner policies do not know the limit: nothing gives up because of it. */
    private <T extends @Nullable Object, X extends Throwable> T observe(
            Timeout.Settings settings, CheckedSupplier<T, X> body, Deadline deadline) throws X {
        ObservedLimit limit = ObservedLimit.begin(timeout, settings);
        try {
            return next.call(body, deadline);
        } finally {
            limit.end();
        }
    }

    private <T extends @Nullable Object> CompletableFuture<T> observed(
            Timeout.Settings settings, CompletableFuture<T> call) {
        return ForeignStage.isDone(call)
                ? call
                : new AsyncObservedCall<T>(ObservedLimit.begin(timeout, settings)).follow(call);
    }

    @Override
    public <T extends @Nullable Object> CompletableFuture<T> callAsync(
            CheckedSupplier<? extends CompletionStage<T>, ?> body, Deadline deadline) {
        Timeout.Settings settings = timeout.settings();
        if (settings.isUnlimited()) {
            CompletableFuture<T> unlimited = next.callAsync(body, deadline);
            return settings.isObserved() ? observed(settings, unlimited) : unlimited;
        }
        // While the body creates its future, its caller is busy and no limit could reach it. So the time may begin
        // after that, and a future that is already done does not read the clock.
        TimeoutConfig config = settings.config();
        Deadline limit = deadline.lazyWithin(timeout.ticker(), settings.nanos());
        limit.detach();
        CompletableFuture<T> call = Layer.start(next, body, limit);
        boolean isDone = ForeignStage.isDone(call);
        if (isDone && !(timeout.wantsLateResults() && ForeignStage.resultNow(call) != ForeignStage.NO_RESULT)) {
            limit.end();
            return call;
        }
        AsyncTimedCall<T> timed;
        try {
            timed = new AsyncTimedCall<>(timeout, config, limit, body);
        } catch (Throwable thrown) {
            ForeignStage.cancel(call);
            return CompletableFuture.failedFuture(thrown);
        }
        // A result that is there already may reach nobody as well, if what is around the call was left meanwhile.
        return isDone ? timed.follow(call) : timed.start(call);
    }
}
