package io.netrun.resilience.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.netrun.resilience.FailureMatcher;
import io.netrun.resilience.RetryAfter;
import io.netrun.resilience.test.ManualTicker;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The delays of a retry: hints of failures, and the total time limit. */
class RetryTimeTests {

    private final ManualTicker ticker = new ManualTicker();
    private final AtomicInteger calls = new AtomicInteger();

    // ---- hints of failures; the computed delay is 2 s

    @ParameterizedTest
    @CsvSource({
        "0s, 2s", // no shorter than computed
        "3s, 3s", "7s, 7s", "1h, 7s", // no more than five seconds longer
    })
    void waitShouldFollowTheFailureWithinBounds(String hint, String wait) {
        Retry retry = retry(c -> c.maxAttempts(2));
        catchThrowable(() -> retry.run(() -> {
            throw new Busy(duration(hint));
        }));
        assertThat(ticker.sleeps()).containsExactly(duration(wait));
    }

    @Test
    void waitShouldFollowTheFailureInsideAnExecutionException() {
        catchThrowable(() -> retry(c -> c.maxAttempts(2)).run(() -> {
            throw new ExecutionException(new Busy(Duration.ofSeconds(4)));
        }));
        assertThat(ticker.sleeps()).containsExactly(Duration.ofSeconds(4));
    }

    @Test
    void waitShouldFollowTheFailureInsideAnEnvelopeAfterAnEmptyOne() {
        Retry retry = retry(c -> c.maxAttempts(2));
        for (Throwable inside : new Throwable[] {null, new Busy(Duration.ofSeconds(4))}) {
            catchThrowable(() -> retry.run(() -> {
                throw new ExecutionException(inside);
            }));
        }
        assertThat(ticker.sleeps()).containsExactly(Duration.ofSeconds(2), Duration.ofSeconds(4));
    }

    @Test
    void delayShouldNotExceedMaxDelayWhateverTheHint() {
        catchThrowable(() -> retry(c -> c.maxAttempts(2).maxDelay(Duration.ofSeconds(3)))
                .run(() -> {
                    throw new Busy(Duration.ofSeconds(6));
                }));
        assertThat(ticker.sleeps()).containsExactly(Duration.ofSeconds(3));
    }

    @Test
    void delayShouldBeAsComputedWhenTheHintThrows() {
        Retry retry = retry(c -> c.maxAttempts(2));
        RuntimeException failure = new Confused();
        catchThrowable(() -> retry.run(() -> {
            throw failure;
        }));
        assertThat(ticker.sleeps()).containsExactly(Duration.ofSeconds(2));
        retry.callAsync(() -> CompletableFuture.failedFuture(failure));
        assertThat(ticker.scheduledCount()).isEqualTo(1);
    }

    /** The exception of an HTTP client, which is no {@link RetryAfter}. */
    static class TooManyRequests extends IOException {

        private static final long serialVersionUID = 1L;

        private final String header;

        TooManyRequests(String header) {
            this.header = header;
        }

        public Map<String, Collection<String>> responseHeaders() {
            return Map.of("Retry-After", List.of(header));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    5                             | 5s
                    1                             | 2s
                    999999999999                  | 7s
                    Thu, 01 Jan 1970 00:00:00 GMT | 2s
                    Fri, 31 Dec 9999 23:59:59 GMT | 7s
                    later                         | 2s
                    """)
    void waitShouldFollowTheHeaderOfTheResponseWithinBounds(String header, String wait) {
        catchThrowable(() -> retry(c -> c.maxAttempts(2)).run(() -> {
            throw new TooManyRequests(header);
        }));
        assertThat(ticker.sleeps()).containsExactly(duration(wait));
    }

    @Test
    void headerShouldBeFoundAfterAFailureWithoutOne() {
        Retry retry = retry(c -> c.maxAttempts(3));
        AtomicInteger attempts = new AtomicInteger();
        catchThrowable(() -> retry.run(() -> {
            throw attempts.incrementAndGet() == 1 ? new IOException() : new TooManyRequests("4");
        }));
        assertThat(ticker.sleeps()).containsExactly(Duration.ofSeconds(2), Duration.ofSeconds(4));
    }

    // ---- base delays of particular failures

    @Test
    void delayShouldGrowFromTheBaseDelayOfTheFailure() {
        Retry retry = retry(c -> c.maxAttempts(5)
                .backoff(BackoffStrategy.EXPONENTIAL)
                .maxDelay(Duration.ofSeconds(25))
                .failureDelay(FailureMatcher.of("http:429"), Duration.ofSeconds(5))
                .failureDelay(FailureMatcher.of(RuntimeException.class), Duration.ofMillis(100)));
        List<Exception> failures = List.of(
                new CompletionException(new Answered(429)), new Answered(503), new IOException(), new Answered(429));
        AtomicInteger attempts = new AtomicInteger();
        catchThrowable(() -> retry.run(() -> {
            throw failures.get(Math.min(attempts.getAndIncrement(), 3));
        }));
        assertThat(ticker.sleeps())
                .containsExactly(
                        Duration.ofSeconds(5), // the first that matches, within its wrapper
                        Duration.ofMillis(200),
                        Duration.ofSeconds(8), // the base delay of the retry
                        Duration.ofSeconds(25)); // at most maxDelay
        assertThat(retry.config().maxTotalDelay()).contains(Duration.ofSeconds(5 + 10 + 20 + 25));
    }

    /** An answer with a status. */
    static class Answered extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final int status;

        Answered(int status) {
            this.status = status;
        }

        public int status() {
            return status;
        }
    }

    @Test
    void delayOfAFailureShouldWinOverCustomCode() {
        Retry retry = retry(c -> c.maxAttempts(2)
                .customBackoff((n, failure) -> Duration.ofSeconds(9))
                .failureDelay(FailureMatcher.of("http:429"), Duration.ofSeconds(1)));
        for (int status : new int[] {429, 500}) {
            catchThrowable(() -> retry.run(() -> {
                throw new Answered(status);
            }));
        }
        assertThat(ticker.sleeps()).containsExactly(Duration.ofSeconds(1), Duration.ofSeconds(9));
    }

    @Test
    void delayOfAFailureShouldMatchCausesIfAsked() {
        for (boolean causes : new boolean[] {false, true}) {
            catchThrowable(() -> retry(c -> c.maxAttempts(2)
                            .matchCauses(causes)
                            .failureDelay(FailureMatcher.of("http:429"), Duration.ofSeconds(1)))
                    .run(() -> {
                        throw new IOException(new Answered(429));
                    }));
        }
        assertThat(ticker.sleeps()).containsExactly(Duration.ofSeconds(2), Duration.ofSeconds(1));
    }

    // ---- total time limit

    @Test
    void noAttemptShouldBeginAfterMaxDuration() {
        Retry retry = retry(c -> c.maxAttempts(100).maxDuration(Duration.ofSeconds(10)));
        assertThatThrownBy(() -> retry.run(() -> {
                    calls.incrementAndGet();
                    ticker.advance(Duration.ofSeconds(1));
                    throw new IOException();
                }))
                .isInstanceOf(RetryExhaustedException.class)
                .hasMessageContaining("gave up after 4 attempts: no time left for another");
        // Attempts begin at 0, 3, 6 and 9 s; the next one would at 12 s.
        assertThat(calls).hasValue(4);
        assertThat(retry.metrics().totalExhausted()).isEqualTo(1);
    }

    @Test
    void everyCallShouldHaveItsOwnMaxDuration() {
        Retry retry = retry(c -> c.maxAttempts(2).maxDuration(Duration.ofSeconds(3)));
        for (int call = 1; call <= 3; call++) {
            catchThrowable(() -> retry.run(() -> {
                calls.incrementAndGet();
                throw new IOException();
            }));
            assertThat(calls).hasValue(2 * call);
        }
    }

    @Test
    void maxDurationShouldHoldForAsynchronousCalls() {
        Retry retry = retry(c -> c.maxAttempts(100).maxDuration(Duration.ofSeconds(1)));
        CompletableFuture<String> call = retry.callAsync(() -> CompletableFuture.failedFuture(new IOException()));
        assertThat(call).isCompletedExceptionally();
        assertThat(ticker.scheduledCount()).isZero();
    }

    private Retry retry(Consumer<RetryConfig.Builder> settings) {
        RetryConfig.Builder builder = RetryConfig.builder()
                .backoff(BackoffStrategy.CONSTANT)
                .baseDelay(Duration.ofSeconds(2))
                .jitter(false);
        settings.accept(builder);
        return Retry.of("test", builder.build(), ticker);
    }

    private static Duration duration(String text) {
        return Duration.parse("PT" + text);
    }

    private static final class Busy extends IOException implements RetryAfter {

        private static final long serialVersionUID = 1L;

        private final Duration retryAfter;

        Busy(Duration retryAfter) {
            this.retryAfter = retryAfter;
        }

        @Override
        public Optional<Duration> retryAfter() {
            return Optional.ofNullable(retryAfter);
        }
    }

    private static final class Confused extends RuntimeException implements RetryAfter {

        private static final long serialVersionUID = 1L;

        @Override
        public Optional<Duration> retryAfter() {
            throw new AssertionError("no idea");
        }
    }
}
