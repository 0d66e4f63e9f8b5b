package io.netrun.resilience.circuitbreaker;

import io.netrun.resilience.Deadline;
import io.netrun.resilience.Permit;
import io.netrun.resilience.circuitbreaker.CircuitState.Admission;
import io.netrun.resilience.circuitbreaker.OutcomeRecorder.Verdict;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A permit held by user code. It is settled once: by that code, or when the call within which it was acquired is
 * abandoned.
 */
final class CircuitBreakerPermit extends Deadline.InFlight implements Permit {

    private final Admission admission;
    private final OutcomeRecorder outcomes;
    private final OutcomeRecorder.Judgement judgement;

    /** The scope in which it was acquired. */
    private final Deadline deadline;

    /** The thread that makes the call, as far as is known; null once this is settled. */
    private volatile @Nullable Thread holder = Thread.currentThread();

    private CircuitBreakerPermit(Admission admission, OutcomeRecorder outcomes, Deadline deadline) {
        this.admission = admission;
        this.outcomes = outcomes;
        this.judgement = outcomes.judgement();
        this.deadline = deadline;
    }

    /** Returns the permit of a call that was admitted in a scope. */
    static CircuitBreakerPermit of(Admission admission, OutcomeRecorder outcomes, Deadline deadline) {
        CircuitBreakerPermit permit;
        try {
            permit = new CircuitBreakerPermit(admission, outcomes, deadline);
            deadline.register(permit);
        } catch (Throwable outOfMemory) {
            outcomes.onStopped(admission);
            throw outOfMemory;
        }
        return permit;
    }

    @Override
    public void onSuccess() {
        end(Verdict.SUCCEEDED, null);
    }

    @Override
    public void onFailure(Throwable failure) {
        if (!hasEnded()) {
            // The interrupt of another thread does not concern the call.
            boolean sync = holder == Thread.currentThread();
            end(outcomes.judge(judgement, failure, deadline, sync), failure);
        }
    }

    @Override
    public void onIgnored() {
        end(Verdict.CANCELLED, null);
    }

    /** The outcome is judged before: predicates are user code, for which an abandoning thread must not wait. */
    private void end(Verdict verdict, @Nullable Throwable failure) {
        if (!tryBeginEnd()) {
            return;
        }
        holder = null;
        boolean success = false;
        try {
            success = outcomes.record(admission, verdict, failure, deadline);
        } finally {
            markSettled();
            outcomes.announce(success);
        }
    }

    @Override
    protected void onOver(boolean exceeded, Consumer<Throwable> failures) {
        holder = null;
        if (exceeded) {
            outcomes.onExceeded(admission, deadline);
        } else {
            outcomes.onStopped(admission);
        }
        outcomes.announce(false);
    }
}
