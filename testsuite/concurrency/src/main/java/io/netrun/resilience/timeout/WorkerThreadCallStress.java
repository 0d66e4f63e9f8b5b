package io.netrun.resilience.timeout;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.netrun.resilience.Ticker;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LII_Result;

/** A call on a worker thread returns as its timeout fires: the body itself runs the timer's task. */
@JCStressTest
@Outcome(id = "returned, 0, 0", expect = ACCEPTABLE, desc = "The call was first.")
@Outcome(
        id = "TimeoutExceededException, 1, 0",
        expect = ACCEPTABLE,
        desc = "The timeout was first; the result is late.")
@Outcome(expect = FORBIDDEN, desc = "A result was lost or came twice, or the worker's interrupt outlives the call.")
@State
public class WorkerThreadCallStress {

    private final BodyTicker ticker = new BodyTicker();
    private final AtomicInteger lateResults = new AtomicInteger();
    private final Timeout timeout;
    private volatile Runnable task;
    private volatile Thread worker;

    public WorkerThreadCallStress() {
        timeout = Timeout.of(
                "test",
                TimeoutConfig.builder()
                        .duration(Duration.ofSeconds(1))
                        .thread(TimeoutThread.WORKER)
                        .executor(given -> task = given)
                        .build(),
                ticker);
        timeout.onLateResult(result -> lateResults.incrementAndGet());
    }

    @Actor
    public void call(LII_Result r) {
        try {
            r.r1 = timeout.<String, RuntimeException>call(() -> {
                ticker.advance();
                return "returned";
            });
        } catch (RuntimeException e) {
            r.r1 = e.getClass().getSimpleName();
        }
    }

    @Actor
    public void work() {
        Runnable given;
        do {
            given = task;
        } while (given == null);
        worker = Thread.currentThread();
        given.run();
    }

    @Arbiter
    public void look(LII_Result r) {
        r.r2 = lateResults.get();
        r.r3 = worker.isInterrupted() ? 1 : 0;
    }

    /** A ticker that the body advances once, beyond every timeout. */
    private static final class BodyTicker implements Ticker {

        private volatile long nanos;
        private volatile Runnable wakeUp;

        @Override
        public long nanoTime() {
            return nanos;
        }

        @Override
        public Instant now() {
            return Instant.EPOCH;
        }

        @Override
        public void sleep(long delay) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Scheduled schedule(Runnable scheduled, long delayNanos) {
            if (wakeUp == null) {
                wakeUp = scheduled;
            }
            return () -> {};
        }

        void advance() {
            Runnable scheduled;
            do {
                scheduled = wakeUp;
            } while (scheduled == null);
            nanos = Duration.ofSeconds(2).toNanos();
            scheduled.run();
        }
    }
}
