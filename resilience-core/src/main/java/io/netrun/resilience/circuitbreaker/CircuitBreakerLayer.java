package io.netrun.resilience.circuitbreaker;

import io.netrun.resilience.AdaptedCall;
import io.netrun.resilience.CallerContext;
import io.netrun.resilience.CheckedSupplier;
import io.netrun.resilience.Deadline;
import io.netrun.resilience.ForeignStage;
import io.netrun.resilience.Layer;
import io.netrun.resilience.RelayFuture;
import io.netrun.resilience.Workers;
import io.netrun.resilience.circuitbreaker.CircuitState.Admission;
import io.netrun.resilience.circuitbreaker.OutcomeRecorder.Judgement;
import io.netrun.resilience.circuitbreaker.OutcomeRecorder.Verdict;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Asks the circuit for admission before a call and records the outcome afterwards, for sync and asynchronous calls
 * alike.
 */
final class CircuitBreakerLayer implements Layer {

    private final Circuit circuit;
    private final OutcomeRecorder outcomes;
    private final Layer next;

    CircuitBreakerLayer(Circuit circuit, OutcomeRecorder outcomes, Layer next) {
        this.circuit = circuit;
        this.outcomes = outcomes;
        this.next = next;
    }

    @Override
    public <T extends @Nullable Object, X extends Throwable> T call(CheckedSupplier<T, X> body, Deadline deadline)
            throws X {
        Admission admission = circuit.admit();
        Judgement judgement = outcomes.judgement();
        Deadline scope = Deadline.NONE;
        InFlight inFlight = null;
        T result;
        try {
            if (deadline != Deadline.NONE) {
                scope = deadline.child();
                inFlight = new InFlight(outcomes, judgement, admission, scope, scope.begun(), null);
                deadline.register(inFlight);
            }
            result = next.call(body, scope);
        } catch (Throwable failure) {
            end(admission, inFlight, outcomes.judge(judgement, failure, scope, true), failure, scope);
            throw failure;
        }
        end(admission, inFlight, outcomes.judge(judgement, result), null, scope);
        return result;
    }

    /**
     * Counts a call, unless it was abandoned before. The outcome is judged before that is decided, because predicates
     * are user code, for which an abandoning thread must not wait.
     */
    private void end(
            Admission admission,
            @Nullable InFlight inFlight,
            Verdict verdict,
            @Nullable Throwable failure,
            Deadline scope) {
        boolean success = false;
        try {
            success = inFlight == null
                    ? outcomes.record(admission, verdict, failure, scope)
                    : inFlight.end(verdict, failure);
        } finally {
            outcomes.announce(success);
        }
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
        Judgement judgement = outcomes.judgement();
        Deadline scope = Deadline.NONE;
        InFlight inFlight = null;
        CompletableFuture<T> call;
        try {
            if (deadline != Deadline.NONE) {
                // The body may take a long time until it returns a future, and the call may be abandoned meanwhile.
                scope = deadline.child();
            }
            if (body instanceof AdaptedCall<?> adapted) {
                Deadline own = scope;
                adapted.onDelivery(() -> {
                    if (adapted.isOwnedBy(own)) {
                        admission.onFirstElement();
                        // The thread that delivers the first element of a stream delivers the stream's end as well.
                        circuit.announceOnWorker(Workers::executeReliably);
                    }
                });
            }
            if (scope != Deadline.NONE) {
                inFlight = new InFlight(outcomes, judgement, admission, scope, scope.begun(), body);
                deadline.register(inFlight);
            }
            call = next.callAsync(body, scope);
        } catch (Throwable thrown) {
            end(admission, inFlight, Verdict.IGNORED, null, Deadline.NONE);
            return CompletableFuture.failedFuture(thrown);
        }
        Object result = ForeignStage.resultNow(call);
        if (result != ForeignStage.NO_RESULT) {
            end(admission, inFlight, outcomes.judge(judgement, result, body), null, scope);
            return call;
        }
        try {
            if (inFlight == null) {
                inFlight = new InFlight(outcomes, judgement, admission, scope, 0, body);
            }
            InFlightCall<T> followed = new InFlightCall<>(
                    inFlight, ForeignStage.isDone(call) ? null : outcomes.contextOfUserCode(judgement));
            followed.follow(call);
            return followed;
        } catch (Throwable thrown) {
            ForeignStage.cancel(call);
            end(admission, inFlight, Verdict.IGNORED, null, Deadline.NONE);
            return CompletableFuture.failedFuture(thrown);
        }
    }

    /**
     * An admitted call. It is settled when it ends or when it is abandoned, whichever comes first. It has its own
     * scope, because other calls may begin in the outer one; the outer scope stops it, so it is registered only there.
     */
    private static final class InFlight extends Deadline.InFlight {

        private final OutcomeRecorder outcomes;
        private final Judgement judgement;
        private final Admission admission;
        private final Deadline deadline;

        /** The number of bodies begun in the scope before this call. */
        private final int begunBefore;

        /**
         * The body of an asynchronous call, if it is an adapted one, or a {@link Stream}. Null once the call has ended,
         * so that it can be collected.
         */
        private volatile @Nullable Object adapted;

        InFlight(
                OutcomeRecorder outcomes,
                Judgement judgement,
                Admission admission,
                Deadline deadline,
                int begunBefore,
                @Nullable Object body) {
            this.outcomes = outcomes;
            this.judgement = judgement;
            this.admission = admission;
            this.deadline = deadline;
            this.begunBefore = begunBefore;
            this.adapted = body instanceof AdaptedCall<?> call ? call : null;
        }

        /**
         * Ends this call by itself, unless it was abandoned before. The listeners of a transition run afterwards,
         * because they may block, and an abandoning thread waits for this.
         *
         * @return whether a success is to be announced
         */
        boolean end(Verdict verdict, @Nullable Throwable failure) {
            return tryBeginEnd() && settle(verdict, failure);
        }

        /** Ends this call as {@link #end} does, after {@link #tryBeginEnd()}. */
        boolean settle(Verdict verdict, @Nullable Throwable failure) {
            adapted = null;
            try {
                if (deadline != Deadline.NONE && deadline.isOver() && !hasBegun()) {
                    outcomes.onStopped(admission);
                    return false;
                }
                return outcomes.record(admission, verdict, failure, deadline);
            } finally {
                deadline.end();
                markSettled();
            }
        }

        /** Ends this call because its holder has left, after {@link #tryBeginEnd()}. */
        boolean settleLeft() {
            try {
                return abandon(deadline.isExceeded());
            } finally {
                deadline.end();
                markSettled();
            }
        }

        /** An adapted call, which another thread may leave, with the caller's context for the listeners of that. */
        private record Stream(AdaptedCall<?> call, CallerContext context) {}

        /** Sets the caller's context; null if there are no listeners. */
        void setContext(@Nullable CallerContext context) {
            if (context != null && adapted instanceof AdaptedCall<?> call) {
                adapted = new Stream(call, context);
                if (isSettled()) {
                    adapted = null;
                }
            }
        }

        /** Returns whether the protected code was called; otherwise the call waited in an inner policy. */
        private boolean hasBegun() {
            return deadline.begun() != begunBefore;
        }

        @Override
        protected void onOver(boolean exceeded, Consumer<Throwable> failures) {
            if (adapted instanceof Stream stream) {
                Runnable end;
                try {
                    end = () -> outcomes.announce(abandon(exceeded));
                } catch (OutOfMemoryError full) {
                    abandon(exceeded); // its permit matters more than the context of listeners
                    return;
                }
                stream.context.runAnyway(end);
            } else {
                outcomes.announce(abandon(exceeded));
            }
        }

        /** Returns the body, if it is an adapted one. */
        @Nullable
        AdaptedCall<?> call() {
            Object known = adapted;
            return known instanceof Stream stream ? stream.call : (AdaptedCall<?>) known;
        }

        /** Returns whether a success is to be announced. */
        private boolean abandon(boolean exceeded) {
            AdaptedCall<?> call = call();
            adapted = null;
            if (!exceeded && call != null && call.isOwnedBy(deadline)) {
                // A stream that began successfully and was cancelled by its subscriber.
                return outcomes.onSuccess(admission);
            }
            if (exceeded && hasBegun()) {
                outcomes.onExceeded(admission, deadline);
            } else {
                // This includes a call that was abandoned before the protected code was called: it was never made.
                outcomes.onStopped(admission);
            }
            return false;
        }
    }

    /** An asynchronous call in flight. */
    private static final class InFlightCall<T extends @Nullable Object> extends RelayFuture<T> {

        private final InFlight inFlight;
        private final @Nullable CallerContext context;

        /** Whether a success is to be announced; written and read by the thread that ends the call. */
        private boolean success;

        InFlightCall(InFlight inFlight, @Nullable CallerContext context) {
            this.inFlight = inFlight;
            this.context = context;
            inFlight.setContext(context);
        }

        @Override
        protected void onInnerEnd(T value, @Nullable Throwable failure) {
            try {
                if (context == null) {
                    settle(value, failure);
                } else {
                    context.runAnyway(() -> settle(value, failure));
                }
            } finally {
                if (!endsWithInner() && inFlight.tryBeginEnd()) {
                    settle(Verdict.IGNORED, null); // something failed before
                }
                if (endsWithInner()) {
                    announceThenPublish(value, failure);
                } else {
                    endGivenUp();
                }
            }
        }

        /** The scope of the call was left, and has counted it: its outcome comes too late, as after a cancel. */
        private void endGivenUp() {
            if (!hasEnded()) {
                fail(new CancellationException());
                if (context != null) {
                    context.clear();
                }
            }
        }

        /**
         * Counts the outcome that the future ends with. One decision makes both: where the scope of the call was left
         * before, that has counted it. The outcome is judged before that is decided: predicates are user code.
         */
        private void settle(T value, @Nullable Throwable failure) {
            OutcomeRecorder outcomes = inFlight.outcomes;
            Verdict verdict = Verdict.IGNORED;
            if (!hasEnded() && !inFlight.hasEnded()) {
                verdict = failure == null
                        ? outcomes.judge(inFlight.judgement, value, inFlight.call())
                        : outcomes.judge(inFlight.judgement, failure, inFlight.deadline, false);
            }
            if (inFlight.tryBeginEnd()) {
                settle(verdict, failure);
            }
        }

        private void settle(Verdict verdict, @Nullable Throwable failure) {
            if (tryEndWithInner()) {
                success = inFlight.settle(verdict, failure);
            } else {
                inFlight.outcomes.announce(inFlight.settleLeft());
            }
        }

        private void announceThenPublish(T value, @Nullable Throwable failure) {
            if (context == null) {
                markReleased();
                announce();
                publish(value, failure);
            } else {
                boolean announces = success || inFlight.outcomes.hasTransition();
                announceThenPublish(announces ? this::announce : null, value, failure, context);
            }
        }

        private void announce() {
            inFlight.outcomes.announce(success);
        }

        @Override
        protected void stop() {
            boolean byThis = inFlight.tryEnd();
            try {
                if (byThis) {
                    abandonInCallersContext();
                } else {
                    inFlight.awaitSettled();
                }
            } finally {
                super.stop();
            }
            inCallersContext(() -> inFlight.outcomes.announce(byThis && success));
            if (context != null) {
                context.clear();
            }
        }

        /** Settles the permit even if there is no memory for the task that does so in the context. */
        private void abandonInCallersContext() {
            Runnable task = null;
            try {
                task = context == null ? null : this::abandon;
            } catch (OutOfMemoryError full) {
                // The permit matters more than the context of listeners.
            }
            try {
                if (context == null || task == null) {
                    abandon();
                } else {
                    context.runAnyway(task);
                }
            } finally {
                inFlight.deadline.end();
            }
        }

        private void abandon() {
            success = inFlight.abandon(inFlight.deadline.isExceeded());
        }

        /** Another thread than the caller's may leave the call. */
        private void inCallersContext(Runnable task) {
            if (context == null) {
                task.run();
            } else {
                context.runAnyway(task);
            }
        }
    }
}
