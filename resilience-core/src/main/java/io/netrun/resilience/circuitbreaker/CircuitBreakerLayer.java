package io.netrun.resilience.circuitbreaker;

import io.netrun.resilience.CheckedSupplier;
import io.netrun.resilience.Deadline;
import io.netrun.resilience.Layer;
import io.netrun.resilience.RelayFuture;
import io.netrun.resilience.circuitbreaker.CircuitState.Admission;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Asks the circuit before a call and tells it the outcome after, for sync and asynchronous calls alike. */
final class CircuitBreakerLayer implements Layer {

    private final Circuit circuit;
    private final Outcomes outcomes;
    private final Layer next;

    CircuitBreakerLayer(Circuit circuit, Outcomes outcomes, Layer next) {
        this.circuit = circuit;
        this.outcomes = outcomes;
        this.next = next;
    }

    @Override
    public <T extends @Nullable Object, X extends Throwable> T call(CheckedSupplier<T, X> body, Deadline deadline)
            throws X {
        Admission admission = circuit.admit();
        T result;
        try {
            result = next.call(body, deadline);
        } catch (Throwable failure) {
            outcomes.onFailure(admission, failure, deadline);
            throw failure;
        }
        outcomes.onSuccess(admission, result, deadline);
        return result;
    }

    @Override
    public <T extends @Nullable Object> CompletableFuture<T> callAsync(
            Supplier<? extends CompletionStage<T>> body, Deadline deadline) {
        Admission admission;
        try {
            admission = circuit.admit();
        } catch (CircuitOpenException rejection) {
            return CompletableFuture.failedFuture(rejection);
        }
        CompletableFuture<T> call = next.callAsync(body, deadline);
        if (call.isDone() && !call.isCompletedExceptionally()) {
            outcomes.onSuccess(admission, call.join(), deadline);
            return call;
        }
        return new WatchedCall<T>(outcomes, admission, deadline).follow(call);
    }

    /** An asynchronous call in flight. It is settled when it ends or when it is given up, whichever comes first. */
    private static final class WatchedCall<T extends @Nullable Object> extends RelayFuture<T> {

        private final Outcomes outcomes;
        private final Admission admission;
        private final Deadline deadline;
        private final AtomicBoolean settled = new AtomicBoolean();

        WatchedCall(Outcomes outcomes, Admission admission, Deadline deadline) {
            this.outcomes = outcomes;
            this.admission = admission;
            this.deadline = deadline;
        }

        @Override
        protected void onInnerEnd(T value, @Nullable Throwable failure) {
            if (!settled.compareAndSet(false, true)) {
                return;
            }
            if (failure == null) {
                outcomes.onSuccess(admission, value, deadline);
            } else {
                outcomes.onFailure(admission, failure, deadline);
            }
        }

        @Override
        protected void stop() {
            if (settled.compareAndSet(false, true)) {
                outcomes.onStopped(admission, deadline);
            }
            super.stop();
        }
    }
}
