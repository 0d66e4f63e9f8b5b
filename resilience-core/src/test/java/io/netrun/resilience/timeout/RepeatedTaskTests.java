package io.netrun.resilience.timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netrun.resilience.test.ManualTicker;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** An executor that runs the task of a call twice. */
@org.junit.jupiter.api.Timeout(60)
class RepeatedTaskTests {

    private final ManualTicker ticker = new ManualTicker();
    private final AtomicInteger bodies = new AtomicInteger();
    private final CountDownLatch began = new CountDownLatch(1);
    private final CountDownLatch repeated = new CountDownLatch(1);
    private final CountDownLatch rest = new CountDownLatch(1);
    private final CompletableFuture<Boolean> bodyInterrupted = new CompletableFuture<>();
    private final CompletableFuture<Boolean> otherInterrupted = new CompletableFuture<>();

    @Test
    void limitShouldInterruptTheThreadOfTheBody() throws Exception {
        Timeout timeout = Timeout.of(
                "t",
                TimeoutConfig.builder()
                        .duration(Duration.ofSeconds(1))
                        .thread(TimeoutThread.WORKER)
                        .executor(this::runTwice)
                        .build(),
                ticker);
        CompletableFuture<Void> caller = CompletableFuture.runAsync(
                () -> timeout.run(() -> {
                    bodies.incrementAndGet();
                    began.countDown();
                    bodyInterrupted.complete(isInterruptedIn(rest));
                }),
                task -> new Thread(task).start());
        repeated.await();
        ticker.advance(Duration.ofSeconds(1));
        assertThatThrownBy(caller::join).hasCauseInstanceOf(TimeoutExceededException.class);
        assertThat(bodyInterrupted.get(20, TimeUnit.SECONDS)).isTrue();
        rest.countDown();
        assertThat(otherInterrupted.join()).isFalse();
        assertThat(bodies).hasValue(1);
    }

    private void runTwice(Runnable task) {
        new Thread(task).start();
        new Thread(() -> {
                    isInterruptedIn(began);
                    task.run();
                    repeated.countDown();
                    otherInterrupted.complete(isInterruptedIn(rest));
                })
                .start();
    }

    private static boolean isInterruptedIn(CountDownLatch wait) {
        try {
            wait.await();
            return false;
        } catch (InterruptedException interrupt) {
            return true;
        }
    }
}
