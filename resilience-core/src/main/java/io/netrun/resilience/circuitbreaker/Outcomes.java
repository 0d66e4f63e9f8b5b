package io.netrun.resilience.circuitbreaker;

import io.netrun.resilience.Deadline;
import io.netrun.resilience.ExceptionFilter;
import io.netrun.resilience.SafeLog;
import io.netrun.resilience.Ticker;
import io.netrun.resilience.circuitbreaker.CircuitState.Admission;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Judges how calls ended, tells the state that admitted them, and keeps the totals. */
final class Outcomes {

    private static final Logger log = LoggerFactory.getLogger(Outcomes.class);

    private final String name;
    private final Ticker ticker;
    private volatile Judgement judgement;
    private final LongAdder succeeded = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder ignored = new LongAdder();
    private final LongAdder cancelled = new LongAdder();
    private final LastFailures lastFailures = new LastFailures();

    Outcomes(String name, CircuitBreakerConfig config, Ticker ticker) {
        this.name = name;
        this.ticker = ticker;
        this.judgement = Judgement.of(config);
    }

    /** Judges by other settings from now on. */
    void follow(CircuitBreakerConfig config) {
        judgement = Judgement.of(config);
    }

    void onSuccess(Admission admission, @Nullable Object result, Deadline deadline) {
        // A result that came too late for whoever asked: what was called is too slow, and that is a failure of it.
        if ((deadline != Deadline.NONE && deadline.isExceeded()) || isFailure(judgement.failureResult, result)) {
            countFailure(admission, null);
        } else {
            onSuccess(admission);
        }
    }

    /** A call of which only its holder knows the result succeeded. */
    void onSuccess(Admission admission) {
        if (admission.succeeded()) {
            succeeded.increment();
        } else {
            addFailure(null);
        }
    }

    void onFailure(Admission admission, Throwable failure, Deadline deadline) {
        if (deadline.isExceeded() || ExceptionFilter.isCancellation(failure)) {
            onStopped(admission, deadline);
        } else if (judgement.failures.matches(failure)) {
            countFailure(admission, failure);
        } else {
            ignored.increment();
            admission.ignored();
        }
    }

    /** The call was stopped: by the time limit around it, which is a failure of what was called, or by its caller. */
    void onStopped(Admission admission, Deadline deadline) {
        if (deadline.isExceeded()) {
            countFailure(admission, null);
        } else {
            cancelled.increment();
            admission.ignored();
        }
    }

    private boolean isFailure(@Nullable Predicate<@Nullable Object> failureResult, @Nullable Object result) {
        try {
            return failureResult != null && failureResult.test(result);
        } catch (Throwable thrown) {
            SafeLog.error(log, "CircuitBreaker '{}': failureResult failed; the result counts as success", name, thrown);
            return false;
        }
    }

    private void countFailure(Admission admission, @Nullable Throwable thrown) {
        addFailure(thrown);
        admission.failed();
    }

    private void addFailure(@Nullable Throwable thrown) {
        failed.increment();
        lastFailures.add(CircuitBreaker.Failure.of(ticker.now(), thrown));
    }

    LastFailures lastFailures() {
        return lastFailures;
    }

    long totalSucceeded() {
        return succeeded.sum();
    }

    long totalFailed() {
        return failed.sum();
    }

    long totalIgnored() {
        return ignored.sum();
    }

    long totalCancelled() {
        return cancelled.sum();
    }

    /** What a configuration says of outcomes. */
    private record Judgement(
            ExceptionFilter failures, @Nullable Predicate<@Nullable Object> failureResult) {

        static Judgement of(CircuitBreakerConfig config) {
            return new Judgement(
                    new ExceptionFilter(config.exceptions(), config.ignoreExceptions()), config.failureResult());
        }
    }
}
