package io.netrun.resilience.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.Deadline;
import io.netrun.resilience.Pipeline;
import io.netrun.resilience.test.ManualTicker;
import io.netrun.resilience.timeout.TimeoutConfig;
import io.netrun.resilience.timeout.TimeoutExceededException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The code that runs before each further attempt. */
@Timeout(60)
class BeforeRetryTests {

    private final ManualTicker ticker = new ManualTicker();
    private final AtomicInteger attempts = new AtomicInteger();
    private final List<String> log = new ArrayList<>();

    private Retry retry(BeforeRetry hook, Consumer<RetryConfig.Builder> more) {
        RetryConfig.Builder builder = RetryConfig.builder()
                .baseDelay(Duration.ofSeconds(1))
                .jitter(false)
                .beforeRetry(hook);
        more.accept(builder);
        return Retry.of("test", builder.build(), ticker);
    }

    private Retry retry(BeforeRetry hook) {
        return retry(hook, c -> {});
    }

    private String failing(int times) throws IOException {
        log.add("attempt");
        if (attempts.incrementAndGet() <= times) {
            throw new IOException("down");
        }
        return "ok";
    }

    @Test
    void hookShouldRunBetweenTheDelayAndTheAttempt() throws Exception {
        Retry retry = retry((failure, attempt) -> log.add(failure.getMessage() + " " + attempt + " after "
                + ticker.sleeps().size()));
        String result = retry.call(() -> {
            try {
                return failing(2);
            } catch (IOException e) {
                throw new CompletionException(e);
            }
        });
        assertThat(result).isEqualTo("ok");
        assertThat(log).containsExactly("attempt", "down 1 after 1", "attempt", "down 2 after 2", "attempt");
    }

    @Test
    void hookShouldNotRunWithoutAFurtherAttempt() {
        Retry retry = retry((failure, attempt) -> log.add("hook"));
        retry.run(() -> log.add("attempt"));
        catchThrowable(() -> retry.run(() -> {
            throw new Error("not retried");
        }));
        catchThrowable(() -> retry((failure, attempt) -> log.add("hook"), c -> c.maxAttempts(1))
                .run(() -> failing(9)));
        assertThat(log).containsExactly("attempt", "attempt");
    }

    @Test
    void hookThatThrowsShouldNotPreventTheAttempt() throws Exception {
        for (Throwable thrown : List.of(new IllegalStateException(), new IOException(), new AssertionError())) {
            attempts.set(0);
            Retry retry = retry((failure, attempt) -> BeforeRetryTests.<RuntimeException>raise(thrown));
            assertThat(retry.call(() -> failing(1))).isEqualTo("ok");
            CompletableFuture<String> call = retry(
                            (failure, attempt) -> BeforeRetryTests.<RuntimeException>raise(thrown),
                            c -> c.baseDelay(Duration.ZERO))
                    .callAsync(() -> {
                        attempts.compareAndSet(2, 0);
                        return CompletableFuture.completedFuture(failing(1));
                    });
            assertThat(call).succeedsWithin(Duration.ofSeconds(30)).isEqualTo("ok");
        }
    }

    @SuppressWarnings("unchecked")
    private static <X extends Throwable> void raise(Throwable thrown) throws X {
        throw (X) thrown;
    }

    @Test
    void hookShouldSeeTheResultThatWasNotAccepted() {
        Retry retry = retry(
                (failure, attempt) -> log.add(String.valueOf(((UnacceptableResultException) failure).result())),
                c -> c.failureResult(result -> "no".equals(result)).maxAttempts(2));
        catchThrowable(() -> retry.call(() -> "no"));
        assertThat(log).containsExactly("no");
    }

    @Test
    void interruptOfTheHookShouldEndTheCall() {
        Retry retry = retry((failure, attempt) -> {
            throw new InterruptedException();
        });
        assertThatThrownBy(() -> retry.run(() -> failing(9))).isInstanceOf(IOException.class);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(attempts).hasValue(1);
        assertThat(retry.metrics().totalCancelled()).isEqualTo(1);
        assertThat(retry.metrics().totalRetries()).isZero();
    }

    @Test
    void noAttemptShouldFollowAHookThatLeavesNoTime() {
        Retry retry = retry(
                (failure, attempt) -> ticker.advance(Duration.ofSeconds(5)), c -> c.maxDuration(Duration.ofSeconds(4)));
        assertThatThrownBy(() -> retry.run(() -> failing(9)))
                .isInstanceOf(RetryExhaustedException.class)
                .hasMessageContaining("gave up after 1 attempt")
                .hasMessageContaining("no time left for another");
        assertThat(attempts).hasValue(1);
        assertThat(retry.metrics().totalExhausted()).isEqualTo(1);
    }

    @Test
    void noAttemptShouldFollowAnAsyncHookThatLeavesNoTime() {
        Retry retry = retry(
                (failure, attempt) -> ticker.advance(Duration.ofSeconds(5)),
                c -> c.baseDelay(Duration.ZERO).maxDuration(Duration.ofSeconds(4)));
        CompletableFuture<String> call = retry.callAsync(() -> CompletableFuture.completedFuture(failing(9)));
        assertThat(call)
                .failsWithin(Duration.ofSeconds(30))
                .withThrowableThat()
                .withCauseInstanceOf(RetryExhaustedException.class);
        assertThat(attempts).hasValue(1);
    }

    @Test
    void hookShouldKnowTheTimeThatIsLeft() {
        AtomicReference<Long> left = new AtomicReference<>();
        Retry retry = retry(
                (failure, attempt) -> left.set(Deadline.current().remainingNanos()),
                c -> c.maxDuration(Duration.ofSeconds(4)).maxAttempts(2));
        catchThrowable(() -> retry.run(() -> failing(9)));
        assertThat(Duration.ofNanos(left.get())).isEqualTo(Duration.ofSeconds(3)); // after a delay of 1 s
        assertThat(Deadline.current()).isSameAs(Deadline.NONE);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1})
    void asyncHookShouldNeverRunOnTheCallersThread(long delaySeconds) {
        AtomicReference<Thread> thread = new AtomicReference<>();
        Retry retry = retry(
                (failure, attempt) -> thread.set(Thread.currentThread()),
                c -> c.baseDelay(Duration.ofSeconds(delaySeconds)));
        CompletableFuture<String> call = retry.callAsync(() -> CompletableFuture.completedFuture(failing(1)));
        ticker.advance(Duration.ofSeconds(delaySeconds));
        assertThat(call).succeedsWithin(Duration.ofSeconds(30)).isEqualTo("ok");
        assertThat(thread.get()).isNotNull().isNotSameAs(Thread.currentThread());
    }

    @Test
    void cancelShouldNotWaitForAHookThatBlocks() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch over = new CountDownLatch(1);
        Retry retry = retry(
                (failure, attempt) -> {
                    begun.countDown();
                    release.await();
                    over.countDown();
                },
                c -> c.baseDelay(Duration.ZERO));
        CompletableFuture<String> call = retry.callAsync(() -> CompletableFuture.completedFuture(failing(9)));
        assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(call.cancel(true)).isTrue();
        assertThat(retry.metrics().totalCancelled()).isEqualTo(1);
        release.countDown();
        assertThat(over.await(30, TimeUnit.SECONDS)).isTrue();
        await().during(Duration.ofMillis(20)).until(() -> attempts.get() == 1);
        assertThat(retry.metrics()).isEqualTo(new RetryMetrics(0, 0, 0, 0, 0, 1, 0));
    }

    @Test
    void timeoutShouldEndACallWhoseHookBlocks() throws Exception {
        CountDownLatch begun = new CountDownLatch(2);
        CountDownLatch release = new CountDownLatch(1);
        AtomicReference<Runnable> inHook = new AtomicReference<>(() -> ticker.advance(Duration.ofSeconds(2)));
        Retry retry = retry(
                (failure, attempt) -> {
                    inHook.get().run();
                    begun.countDown();
                    release.await();
                },
                c -> c.baseDelay(Duration.ZERO));
        TimeoutConfig limit =
                TimeoutConfig.builder().duration(Duration.ofSeconds(1)).build();
        Pipeline pipeline = Pipeline.of(io.netrun.resilience.timeout.Timeout.of("t", limit, ticker), retry);
        assertThatThrownBy(() -> pipeline.run(() -> failing(9))).isInstanceOf(TimeoutExceededException.class);
        inHook.set(() -> {});
        CompletableFuture<String> call = pipeline.callAsync(() -> CompletableFuture.completedFuture(failing(9)));
        assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
        ticker.advance(Duration.ofSeconds(2)); // the timer has been set when the future was returned
        assertThat(call)
                .failsWithin(Duration.ofSeconds(30))
                .withThrowableThat()
                .withCauseInstanceOf(TimeoutExceededException.class);
        release.countDown();
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(retry.metrics()).isEqualTo(new RetryMetrics(0, 0, 0, 0, 0, 2, 0)));
        assertThat(attempts).hasValue(2);
    }

    @Test
    void successOfTheFirstAttemptShouldBeCountedIfAsked() throws Exception {
        Retry retry = retry(null, c -> c.countSuccesses(true).maxAttempts(2).baseDelay(Duration.ZERO));
        assertThat(retry.call(() -> failing(0))).isEqualTo("ok");
        assertThat(retry.callAsync(() -> CompletableFuture.completedFuture("ok"))
                        .join())
                .isEqualTo("ok");
        catchThrowable(() -> retry.run(() -> {
            throw new IOException();
        }));
        assertThat(retry.metrics()).isEqualTo(new RetryMetrics(1, 0, 1, 0, 0, 0, 2));
        retry.reconfigure(config -> config.toBuilder().countSuccesses(false).build());
        retry.run(() -> {});
        assertThat(retry.metrics().totalSucceeded()).isEqualTo(2);
    }
}
