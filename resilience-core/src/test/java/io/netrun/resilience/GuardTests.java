package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.fallback.Fallback;
import io.netrun.resilience.hedge.Hedge;
import io.netrun.resilience.ratelimiter.RateLimiter;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.timeout.Timeout;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every guard does for what it is given. */
class GuardTests {

    static Stream<Guard> guards() {
        return Stream.of(
                Pipeline.of(),
                Timeout.of("t"),
                Bulkhead.of("b"),
                RateLimiter.of("l", c -> c.limit(1_000)),
                Retry.of("r", c -> c.maxAttempts(1)),
                Hedge.of("h"),
                CircuitBreaker.of("c"),
                Fallback.of("f"));
    }

    @ParameterizedTest
    @MethodSource("guards")
    void callAsyncShouldTakeStagesOfASubtype(Guard guard) {
        CompletableFuture<ArrayList<String>> own = CompletableFuture.completedFuture(new ArrayList<>(List.of("x")));
        CompletableFuture<List<String>> call = guard.callAsync(() -> own);
        assertThat(call.join()).containsExactly("x");
        CompletionStage<ArrayList<String>> stage = own;
        CompletableFuture<List<String>> ofStage = guard.callAsync(() -> stage);
        assertThat(ofStage.join()).containsExactly("x");
    }

    @ParameterizedTest
    @MethodSource("guards")
    void callAsyncShouldTakeCheckedExceptionsAndNeverThrow(Guard guard) {
        CompletableFuture<String> call = guard.callAsync(() -> start(new IOException("connection refused")));
        assertThat(catchThrowable(call::join)).hasRootCauseInstanceOf(IOException.class);
        CompletableFuture<String> error = guard.callAsync(() -> {
            throw new AssertionError("broken");
        });
        assertThat(catchThrowable(error::join)).hasRootCauseInstanceOf(AssertionError.class);
    }

    private static CompletableFuture<String> start(IOException failure) throws IOException {
        throw failure;
    }

    @ParameterizedTest
    @MethodSource("guards")
    @SuppressWarnings("NullAway") // what a caller without null checks passes
    void callWithoutABodyShouldBeRejectedAndNotCount(Guard guard) {
        assertThatNullPointerException().isThrownBy(() -> guard.call(null)).withMessage("body");
        assertThatNullPointerException().isThrownBy(() -> guard.run(null)).withMessage("body");
        assertThatNullPointerException().isThrownBy(() -> guard.callAsync(null)).withMessage("body");
        if (guard instanceof CircuitBreaker breaker) {
            assertThat(breaker.metrics().totalFailed()).isZero();
        }
    }

    @ParameterizedTest
    @MethodSource("guards")
    void decoratedShouldCallThroughTheGuard(Guard guard) throws Exception {
        Supplier<String> supplier = guard.decorate(() -> "supplied");
        Callable<String> callable = guard.decorateCallable(() -> "called");
        Function<String, String> function = guard.decorateFunction(text -> text + "!");
        Supplier<CompletableFuture<Object>> async =
                guard.decorateAsync(() -> CompletableFuture.completedFuture("later"));
        List<String> ran = new ArrayList<>();
        guard.decorateRunnable(() -> ran.add("ran")).run();
        assertThat(List.of(supplier.get(), callable.call(), function.apply("applied")))
                .containsExactly("supplied", "called", "applied!");
        assertThat(async.get().join()).isEqualTo("later");
        assertThat(ran).containsExactly("ran");
    }

    @Test
    void pipelineWithTheSameInstanceTwiceShouldBeRejected() {
        Bulkhead bulkhead = Bulkhead.of("pay");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Pipeline.of(bulkhead, Retry.of("r"), bulkhead))
                .withMessage("policies contains bulkhead 'pay' twice: use each instance once, or another instance");
        assertThat(Pipeline.of(Bulkhead.of("pay"), bulkhead).policies()).hasSize(2);
    }

    @Test
    void resultOfAnotherRetryShouldNotBeTakenForItsOwn() {
        Retry inner = Retry.of("inner", c -> c.maxAttempts(1).failureResult(result -> true));
        Retry outer = Retry.of(
                "outer",
                c -> c.maxAttempts(2)
                        .baseDelay(java.time.Duration.ZERO)
                        .onExhausted(io.netrun.resilience.retry.OnExhausted.RETHROW));
        Throwable thrown = catchThrowable(() -> outer.<Integer, Exception>call(() -> {
            try {
                inner.call(() -> List.of("not acceptable"));
                return 1;
            } catch (RuntimeException e) {
                throw (RuntimeException) e.getCause();
            }
        }));
        assertThat(thrown).isNotInstanceOf(ClassCastException.class).isNotNull();
    }
}
