package io.netrun.resilience.hedge;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.CallInterruptedException;
import io.netrun.resilience.Deadline;
import io.netrun.resilience.Layer;
import io.netrun.resilience.bulkhead.Bulkhead;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The caller of a sync call that is given up waits a moment for its attempts to leave. */
@Timeout(60)
class HedgeLingerTests {

    private final HedgedAttempts hedged = new HedgedAttempts();
    private final Hedge hedge = hedged.hedge(c -> {});
    private final Bulkhead bulkhead = Bulkhead.of("b", c -> c.maxConcurrent(1).maxQueue(0));
    private final Layer layer = hedge.around(bulkhead.around(Layer.DIRECT));
    private final Deadline scope = Deadline.NONE.child();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch release = new CountDownLatch(1);

    HedgeLingerTests() {
        hedge.linger(TimeUnit.SECONDS.toNanos(30));
    }

    @AfterEach
    void release() {
        release.countDown();
    }

    @RepeatedTest(10)
    void callerThatIsGivenUpShouldFindThePermitFree() throws Exception {
        CompletableFuture<String> next = new CompletableFuture<>();
        start(next, this::hang);
        begun.await();
        scope.tryStop();
        assertThat(next.get(40, TimeUnit.SECONDS)).isEqualTo("free, interrupted: false");
    }

    @RepeatedTest(10)
    void callerThatIsInterruptedShouldFindThePermitFree() throws Exception {
        CompletableFuture<String> next = new CompletableFuture<>();
        Thread caller = start(next, this::hang);
        begun.await();
        caller.interrupt();
        assertThat(next.get(40, TimeUnit.SECONDS)).isEqualTo("free, interrupted: true");
    }

    @Test
    void callerOfAnAttemptThatIgnoresItsInterruptShouldLeaveAllTheSame() throws Exception {
        hedge.linger(TimeUnit.MILLISECONDS.toNanos(1));
        CompletableFuture<String> next = new CompletableFuture<>();
        start(next, this::hangDeaf);
        begun.await();
        scope.tryStop();
        assertThat(next.get(40, TimeUnit.SECONDS)).isEqualTo("taken, interrupted: false");
    }

    /** Makes the call on a thread of its own, which then looks whether the bulkhead's permit is free. */
    private Thread start(CompletableFuture<String> next, Runnable body) {
        Thread caller = new Thread(() -> {
            try {
                layer.<Boolean, RuntimeException>call(
                        () -> {
                            body.run();
                            return true;
                        },
                        scope);
                next.complete("not given up");
            } catch (CancellationException | CallInterruptedException givenUp) {
                String free = bulkhead.metrics().syncActive() == 0 ? "free" : "taken";
                next.complete(free + ", interrupted: " + Thread.currentThread().isInterrupted());
            }
        });
        caller.start();
        return caller;
    }

    private void hang() {
        begun.countDown();
        try {
            release.await();
        } catch (InterruptedException heeded) {
            Thread.currentThread().interrupt();
        }
    }

    private void hangDeaf() {
        begun.countDown();
        boolean released = false;
        while (!released) {
            try {
                release.await();
                released = true;
            } catch (InterruptedException ignored) {
                released = false;
            }
        }
    }
}
