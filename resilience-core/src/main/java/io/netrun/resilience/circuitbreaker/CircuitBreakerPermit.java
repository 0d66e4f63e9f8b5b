package io.netrun.resilience.circuitbreaker;

import io.netrun.resilience.Deadline;
import io.netrun.resilience.Permit;
import io.netrun.resilience.circuitbreaker.CircuitState.Admission;
import io.netrun.resilience.circuitbreaker.OutcomeRecorder.Verdict;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A permit held by user code, settled by the first thread that removes the admission. */
final class CircuitBreakerPermit implements Permit {

    private final AtomicReference<@Nullable Admission> admission;
    private final OutcomeRecorder outcomes;

    CircuitBreakerPermit(Admission admission, OutcomeRecorder outcomes) {
        this.admission = new AtomicReference<>(admission);
        this.outcomes = outcomes;
    }

    @Override
    public void onSuccess() {
        Admission held = admission.getAndSet(null);
        if (held != null) {
            outcomes.announce(outcomes.onSuccess(held));
        }
    }

    @Override
    public void onFailure(Throwable failure) {
        Admission held = admission.getAndSet(null);
        if (held != null) {
            Verdict verdict = outcomes.judge(failure, Deadline.NONE, false);
            outcomes.announce(outcomes.record(held, verdict, failure, Deadline.NONE));
        }
    }

    @Override
    public void onIgnored() {
        Admission held = admission.getAndSet(null);
        if (held != null) {
            outcomes.onStopped(held);
        }
    }
}
