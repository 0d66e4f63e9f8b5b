package io.netrun.resilience.retry;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.netrun.resilience.Pipeline;
import io.netrun.resilience.timeout.Timeout;
import java.util.concurrent.CompletableFuture;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A retried call is cancelled at the moment when its attempt fails. */
@JCStressTest
@Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "The call was cancelled.")
@Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "The attempt failed, and it was the last.")
@Outcome(expect = FORBIDDEN, desc = "The call counts twice, or not at all.")
@State
public class StoppedRetryStress {

    private static final Timeout TIMEOUT = Timeout.of("test");

    /** The predicate has the attempts registered in the scope before they are judged. */
    private final Retry retry = Retry.of("test", c -> c.maxAttempts(1).failure(failure -> true));

    private final CompletableFuture<String> attempt = new CompletableFuture<>();
    private final CompletableFuture<String> call = Pipeline.of(TIMEOUT, retry).callAsync(() -> attempt);

    @Actor
    public void cancel() {
        call.cancel(true);
    }

    @Actor
    public void fail() {
        attempt.completeExceptionally(new IllegalStateException("down"));
    }

    @Arbiter
    public void look(II_Result r) {
        r.r1 = (int) retry.metrics().totalCancelled();
        r.r2 = (int) retry.metrics().totalExhausted();
    }
}
