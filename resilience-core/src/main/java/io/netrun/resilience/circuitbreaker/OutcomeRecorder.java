package io.netrun.resilience.circuitbreaker;

import io.netrun.resilience.AdaptedCall;
import io.netrun.resilience.CallerContext;
import io.netrun.resilience.Cancellation;
import io.netrun.resilience.Deadline;
import io.netrun.resilience.EventPublisher;
import io.netrun.resilience.ExceptionFilter;
import io.netrun.resilience.SafeLog;
import io.netrun.resilience.Ticker;
import io.netrun.resilience.circuitbreaker.CircuitState.Admission;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Judges the outcomes of calls, reports them to the state that admitted each call, and counts the totals. */
final class OutcomeRecorder {

    private static final Logger log = LoggerFactory.getLogger(OutcomeRecorder.class);

    private final String name;
    private final Ticker ticker;
    private final EventPublisher events;
    private final Circuit circuit;
    private volatile Judgement judgement;
    private final LongAdder succeeded = new LongAdder();
    private final LongAdder ignored = new LongAdder();
    private final LongAdder cancelled = new LongAdder();
    private final EventPublisher.Interest successListeners;
    private final LastFailures lastFailures;

    OutcomeRecorder(CircuitBreakerConfig config, EventPublisher events, Circuit circuit) {
        this.name = circuit.name();
        this.events = events;
        this.successListeners = events.interestIn(CircuitBreakerEvent.CallSucceeded.class);
        this.ticker = circuit.ticker();
        this.circuit = circuit;
        this.judgement = Judgement.of(config);
        this.lastFailures = new LastFailures(ticker);
    }

    /** Uses other settings for calls that begin from now on. */
    void reconfigure(CircuitBreakerConfig config) {
        judgement = Judgement.of(config);
    }

    /** Returns how a call that begins now is judged at its end. */
    Judgement judgement() {
        return judgement;
    }

    /** The outcome of a call, as far as it does not depend on time. */
    enum Verdict {
        SUCCEEDED,
        FAILED,
        CANCELLED,
        IGNORED
    }

    /** Judges a result by the user's predicate, if there is one. Never throws. */
    Verdict judge(Judgement by, @Nullable Object result) {
        return isFailure(by.failureResult, result) ? Verdict.FAILED : Verdict.SUCCEEDED;
    }

    /**
     * Judges the result of an asynchronous call, unless it has been delivered in parts.
     *
     * @param body the call's body; may be null if it is not an adapted one
     */
    Verdict judge(Judgement by, @Nullable Object result, @Nullable Object body) {
        return AdaptedCall.hasDelivered(body) ? Verdict.SUCCEEDED : judge(by, result);
    }

    /**
     * Judges a failure by its class and the user's predicate.
     *
     * <p>Never throws.
     *
     * @param sync whether the calling thread made the call, so that its interrupt means that the call was cancelled
     */
    Verdict judge(Judgement by, Throwable failure, Deadline deadline, boolean sync) {
        try {
            return verdictOn(failure, deadline, sync, by.failures);
        } catch (OutOfMemoryError full) {
            return Verdict.IGNORED; // the permit is settled in any case
        }
    }

    private static Verdict verdictOn(Throwable failure, Deadline deadline, boolean sync, ExceptionFilter failures) {
        if (deadline.isExceeded()) {
            return Verdict.FAILED;
        }
        if (isCancelled(failure, deadline, sync) && !failures.namesInterrupt(failure)) {
            return Verdict.CANCELLED;
        }
        return failures.matches(failure) ? Verdict.FAILED : Verdict.IGNORED;
    }

    /**
     * Counts a call and settles its admission. Runs no user code: {@link #announce} must follow.
     *
     * @param failure what was thrown; null for a result
     * @return whether a success is to be announced
     */
    boolean record(Admission admission, Verdict verdict, @Nullable Throwable failure, Deadline deadline) {
        if (deadline != Deadline.NONE && deadline.isExceeded()) {
            // It ended too late for its caller: the dependency is too slow, which counts as a failure.
            countFailure(admission, givenUp(deadline));
            return false;
        }
        switch (verdict) {
            case SUCCEEDED -> {
                return onSuccess(admission);
            }
            case FAILED -> {
                if (failure == null) {
                    countFailure(admission, "its result counts as a failure");
                } else {
                    countFailure(admission, failure);
                }
            }
            case CANCELLED -> onStopped(admission);
            case IGNORED -> {
                try {
                    ignored.increment();
                } finally {
                    admission.ignored();
                }
            }
        }
        return false;
    }

    /**
     * Calls the listeners for a success, and for the transition that an outcome has caused, if any. Never throws.
     *
     * @param success whether to announce a success
     */
    void announce(boolean success) {
        if (success) {
            publishSuccess();
        }
        circuit.announce();
    }

    private void publishSuccess() {
        try {
            events.publish(new CircuitBreakerEvent.CallSucceeded(name, ticker.now()));
        } catch (Throwable thrown) {
            SafeLog.error(log, "CircuitBreaker '{}': a success could not be announced", name, thrown);
        }
    }

    /** Returns whether there is a transition to announce. */
    boolean hasTransition() {
        return circuit.hasTransition();
    }

    /**
     * Records a success; only the holder of the permit knows the result.
     *
     * @return whether the success is to be {@linkplain #announce announced}
     */
    boolean onSuccess(Admission admission) {
        if (admission.succeeded()) {
            succeeded.increment();
            return successListeners.exists();
        }
        lastFailures.addBecause("a trial that succeeded too late");
        return false;
    }

    private static boolean isCancelled(Throwable failure, Deadline deadline, boolean sync) {
        return sync ? Cancellation.ofSyncCall(failure, deadline) : Cancellation.ofAsyncCall(failure, deadline);
    }

    /** Records that the call was stopped or never made: it counts as neither success nor failure. */
    void onStopped(Admission admission) {
        try {
            cancelled.increment();
        } finally {
            admission.ignored();
        }
    }

    /** Records that the call exceeded a time limit, which counts as a failure. */
    void onExceeded(Admission admission, Deadline deadline) {
        countFailure(admission, givenUp(deadline));
    }

    private static String givenUp(Deadline deadline) {
        try {
            String limit = deadline.exceededLimit();
            return "given up by " + (limit == null ? "a time limit" : limit);
        } catch (OutOfMemoryError full) {
            return "";
        }
    }

    /** Captures the context for the listeners and predicates of an asynchronous call; null if there are none. */
    @Nullable
    CallerContext contextOfUserCode(Judgement by) {
        return by.hasPredicate || successListeners.exists() || events.wants(CircuitBreakerEvent.StateChanged.class)
                ? CallerContext.capture()
                : null;
    }

    private boolean isFailure(@Nullable Predicate<@Nullable Object> failureResult, @Nullable Object result) {
        try {
            return failureResult != null && failureResult.test(result);
        } catch (Throwable thrown) {
            reportPredicate(thrown);
            return false;
        }
    }

    private void reportPredicate(Throwable thrown) {
        try {
            SafeLog.error(log, "CircuitBreaker '{}': failureResult failed; the result counts as success", name, thrown);
        } catch (OutOfMemoryError full) {
            // The call's permit matters more than the log.
        }
    }

    private void countFailure(Admission admission, Throwable thrown) {
        try {
            lastFailures.add(ExceptionFilter.rootOf(thrown));
        } finally {
            admission.failed(); // whatever fails, as for want of memory: a trial would count as running for ever
        }
    }

    private void countFailure(Admission admission, String reason) {
        try {
            lastFailures.addBecause(reason);
        } finally {
            admission.failed();
        }
    }

    LastFailures lastFailures() {
        return lastFailures;
    }

    long totalSucceeded() {
        return succeeded.sum();
    }

    long totalFailed() {
        return lastFailures.count();
    }

    long totalIgnored() {
        return ignored.sum();
    }

    long totalCancelled() {
        return cancelled.sum();
    }

    /** How a configuration judges outcomes. A call is judged as was configured when it began. */
    record Judgement(
            ExceptionFilter failures, @Nullable Predicate<@Nullable Object> failureResult, boolean hasPredicate) {

        static Judgement of(CircuitBreakerConfig config) {
            return new Judgement(
                    new ExceptionFilter(
                            config.exceptions(), config.ignoreExceptions(), config.failure(), config.matchCauses()),
                    config.failureResult(),
                    config.failure() != null || config.failureResult() != null);
        }
    }
}
