package io.netrun.resilience.circuitbreaker;

import io.netrun.resilience.AdaptedCall;
import io.netrun.resilience.CallerContext;
import io.netrun.resilience.CheckedSupplier;
import io.netrun.resilience.Deadline;
import io.netrun.resilience.ForeignStage;
import io.netrun.resilience.Layer;
import io.netrun.resilience.RelayFuture;
import io.netrun.resilience.circuitbreaker.CircuitState.Admission;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Asks the circuit before a call and records the outcome after, for sync and asynchronous calls alike. */
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
        Deadline scope = Deadline.NONE;
        InFlight inFlight = null;
        T result;
        try {
            if (deadline != Deadline.NONE) {
                scope = deadline.child();
                inFlight = register(admission, scope);
            }
            result = next.call(body, scope);
        } catch (Throwable failure) {
            if (inFlight == null || inFlight.tryEnd()) {
                outcomes.onFailure(admission, failure, scope, true);
            }
            throw failure;
        }
        if (inFlight == null || inFlight.tryEnd()) {
            outcomes.onSuccess(admission, result, scope);
        }
        return result;
    }

    /** Has a call settled at the moment at which it is given up. Its scope is its own: others may begin in the one around it. */
    private InFlight register(Admission admission, Deadline deadline) {
        InFlight inFlight = new InFlight(outcomes, admission, deadline, deadline.begun(), null);
        deadline.register(inFlight);
        return inFlight;
    }

    @Override
    public <T extends @Nullable Object> CompletableFuture<T> callAsync(
            CheckedSupplier<? extends CompletionStage<T>, ?> body, Deadline deadline) {
        Admission admission;
        try {
            admission = circuit.admit();
        } catch (CircuitOpenException rejection) {
            return CompletableFuture.failedFuture(rejection);
        }
        Deadline scope = deadline == Deadline.NONE ? deadline : deadline.child();
        int begunBefore = scope.begun();
        CompletableFuture<T> call;
        InFlight early = null;
        try {
            if (body instanceof AdaptedCall<?> adapted) {
                // A source may emit, and its subscriber leave, before there is a future of the call.
                early = new InFlight(outcomes, admission, scope, begunBefore, body);
                adapted.onDelivery(() -> {
                    if (adapted.isOwnedBy(scope)) {
                        admission.delivers();
                    }
                });
                scope.register(early);
            }
            call = next.callAsync(body, scope);
        } catch (Throwable thrown) {
            if (early == null || early.tryEnd()) {
                admission.ignored();
            }
            return CompletableFuture.failedFuture(thrown);
        }
        if (call.isDone() && !call.isCompletedExceptionally()) {
            if (early == null || early.tryEnd()) {
                outcomes.onSuccess(admission, call.join(), scope);
            }
            return call;
        }
        InFlight inFlight = early != null ? early : new InFlight(outcomes, admission, scope, begunBefore, body);
        try {
            CallerContext context = call.isDone() ? null : outcomes.contextOfListeners();
            InFlightCall<T> followed = new InFlightCall<>(outcomes, inFlight, context);
            if (early == null) {
                scope.register(inFlight);
            }
            followed.follow(call);
            return followed;
        } catch (Throwable thrown) {
            ForeignStage.cancel(call);
            if (inFlight.tryEnd()) {
                admission.ignored();
            }
            return CompletableFuture.failedFuture(thrown);
        }
    }

    /** An admitted call. It is settled when it ends or when it is given up, whichever comes first. */
    private static final class InFlight extends Deadline.InFlight {

        private final Outcomes outcomes;
        private final Admission admission;
        private final Deadline deadline;

        /** How many bodies had been begun in the scope before this call. */
        private final int begunBefore;

        /** The body of an asynchronous call, if it is an adapted one. Null once the call has ended, so that it can go. */
        private volatile @Nullable AdaptedCall<?> adapted;

        InFlight(Outcomes outcomes, Admission admission, Deadline deadline, int begunBefore, @Nullable Object body) {
            this.outcomes = outcomes;
            this.admission = admission;
            this.deadline = deadline;
            this.begunBefore = begunBefore;
            this.adapted = body instanceof AdaptedCall<?> call ? call : null;
        }

        @Override
        protected void onOver(boolean exceeded, Consumer<Throwable> failures) {
            AdaptedCall<?> call = adapted;
            adapted = null;
            if (!exceeded && call != null && call.isOwnedBy(deadline)) {
                // A stream that was begun well and is left by its reader.
                outcomes.onSuccess(admission);
            } else {
                // A call that was given up while it waited in a queue further in was never made.
                outcomes.onStopped(admission, exceeded && deadline.begun() != begunBefore);
            }
        }
    }

    /** An asynchronous call in flight. */
    private static final class InFlightCall<T extends @Nullable Object> extends RelayFuture<T> {

        private final Outcomes outcomes;
        private final InFlight inFlight;
        private final @Nullable CallerContext context;

        InFlightCall(Outcomes outcomes, InFlight inFlight, @Nullable CallerContext context) {
            this.outcomes = outcomes;
            this.inFlight = inFlight;
            this.context = context;
        }

        @Override
        protected void onInnerEnd(T value, @Nullable Throwable failure) {
            if (!inFlight.tryEnd()) {
                return;
            }
            inFlight.adapted = null;
            if (context == null) {
                settle(value, failure);
            } else {
                context.runAnyway(() -> settle(value, failure));
                context.clear();
            }
        }

        private void settle(T value, @Nullable Throwable failure) {
            if (failure == null) {
                outcomes.onSuccess(inFlight.admission, value, inFlight.deadline);
            } else {
                outcomes.onFailure(inFlight.admission, failure, inFlight.deadline, false);
            }
        }

        @Override
        protected void stop() {
            if (inFlight.tryEnd()) {
                inFlight.onOver(inFlight.deadline.isExceeded(), failure -> {});
                if (context != null) {
                    context.clear();
                }
            }
            super.stop();
        }
    }
}
