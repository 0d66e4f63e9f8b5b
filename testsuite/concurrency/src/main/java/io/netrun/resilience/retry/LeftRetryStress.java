package io.netrun.resilience.retry;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.netrun.resilience.reactor.ReactorGuard;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import reactor.core.Disposable;
import reactor.core.publisher.Sinks;

/** The subscriber of a retried source cancels at the moment when its attempt fails. */
@JCStressTest
@Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "The call was cancelled.")
@Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "The attempt failed, and it was the last.")
@Outcome(expect = FORBIDDEN, desc = "The call counts twice, or not at all.")
@State
public class LeftRetryStress {

    private final Retry retry = Retry.of("test", c -> c.maxAttempts(1));
    private final Sinks.One<String> source = Sinks.unsafe().one();
    private final Disposable call = ReactorGuard.of(retry).mono(source.asMono()).subscribe(value -> {}, failure -> {});

    @Actor
    public void cancel() {
        call.dispose();
    }

    @Actor
    public void fail() {
        source.tryEmitError(new IllegalStateException("down"));
    }

    @Arbiter
    public void look(II_Result r) {
        r.r1 = (int) retry.metrics().totalCancelled();
        r.r2 = (int) retry.metrics().totalExhausted();
    }
}
