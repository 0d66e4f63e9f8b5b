package io.netrun.resilience.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.netrun.resilience.test.ManualTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Retries because of results, in every way of making a call. */
class RetryResultTests {

    private final ManualTicker ticker = new ManualTicker();
    private final AtomicInteger calls = new AtomicInteger();

    enum Mode {
        SYNC {
            @Override
            @Nullable
            Object call(Retry retry, List<?> results, AtomicInteger calls) {
                return retry.<Object, RuntimeException>call(() -> results.get(calls.getAndIncrement()));
            }
        },
        ASYNC {
            @Override
            @Nullable
            Object call(Retry retry, List<?> results, AtomicInteger calls) {
                try {
                    return retry.<Object>callAsync(
                                    () -> CompletableFuture.completedFuture(results.get(calls.getAndIncrement())))
                            .join();
                } catch (CompletionException e) {
                    throw (RuntimeException) e.getCause();
                }
            }
        };

        @Nullable
        abstract Object call(Retry retry, List<?> results, AtomicInteger calls);
    }

    @ParameterizedTest
    @EnumSource
    void unacceptableResultShouldBeRetried(Mode mode) {
        Retry retry = retry(c -> {});
        List<String> heard = new ArrayList<>();
        retry.onRetry(
                (failure, attempt) -> heard.add(attempt + " " + ((UnacceptableResultException) failure).result()));
        assertThat(mode.call(retry, List.of("pending", "pending", "done"), calls))
                .isEqualTo("done");
        assertThat(heard).containsExactly("1 pending", "2 pending");
        assertThat(retry.metrics().totalRecovered()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void nullShouldBeJudgedToo(Mode mode) {
        Retry retry = retry(c -> c.failureResult(result -> result == null));
        List<String> results = new ArrayList<>();
        results.add(null);
        results.add("there");
        assertThat(mode.call(retry, results, calls)).isEqualTo("there");
    }

    @ParameterizedTest
    @EnumSource
    void resultThatRunsOutShouldCountAsExhaustedAndBeWrapped(Mode mode) {
        Retry retry = retry(c -> {});
        Throwable thrown = catchThrowable(() -> mode.call(retry, List.of("pending", "pending", "pending"), calls));
        assertThat(thrown)
                .isInstanceOf(RetryExhaustedException.class)
                .hasMessageContaining("gave up after 3 attempts")
                .hasCauseInstanceOf(UnacceptableResultException.class);
        assertThat(retry.metrics().totalExhausted()).isEqualTo(1);
        assertThat(retry.metrics().totalRecovered()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void resultThatRunsOutShouldBeReturnedWhenNotWrapped(Mode mode) {
        Retry retry = retry(c -> c.onExhausted(OnExhausted.RETHROW));
        assertThat(mode.call(retry, List.of("pending 1", "pending 2", "pending 3"), calls))
                .isEqualTo("pending 3");
        assertThat(retry.metrics().totalExhausted()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void resultShouldBeAcceptedWhenThePredicateThrows(Mode mode) {
        Retry retry = retry(c -> c.failureResult(result -> {
            throw new AssertionError("predicate");
        }));
        assertThat(mode.call(retry, List.of("any"), calls)).isEqualTo("any");
    }

    private Retry retry(Consumer<RetryConfig.Builder> settings) {
        RetryConfig.Builder builder = RetryConfig.builder()
                .baseDelay(Duration.ZERO)
                .failureResult(result -> String.valueOf(result).startsWith("pending"));
        settings.accept(builder);
        return Retry.of("test", builder.build(), ticker);
    }
}
