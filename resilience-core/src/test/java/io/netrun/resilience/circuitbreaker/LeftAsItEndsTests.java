package io.netrun.resilience.circuitbreaker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A circuit counts a call as its future ends, also if its holder leaves it in the moment of its end. */
class LeftAsItEndsTests {

    private final CompletableFuture<String> body = new CompletableFuture<>();
    private final ReadTicker ticker = new ReadTicker();

    enum Leave {
        CANCEL(call -> call.cancel(true)),
        RESULT(call -> call.complete("of the holder")),
        FAILURE(call -> call.completeExceptionally(new IllegalArgumentException()));

        private final Consumer<CompletableFuture<String>> way;

        Leave(Consumer<CompletableFuture<String>> way) {
            this.way = way;
        }
    }

    @ParameterizedTest
    @EnumSource
    void failureThatIsCountedShouldBeTheCallsEnd(Leave leave) {
        CircuitBreaker breaker = CircuitBreaker.of("c", CircuitBreakerConfig.defaults(), ticker);
        CompletableFuture<String> call = breaker.callAsync(() -> body);
        ticker.beforeNextReading(() -> leave.way.accept(call)); // while the circuit counts
        body.completeExceptionally(new IOException());
        assertThat(breaker.metrics().totalFailed()).isOne();
        assertThat(call.handle((value, failure) -> failure).join()).isInstanceOf(IOException.class);
    }

    @ParameterizedTest
    @EnumSource
    void resultThatIsCountedShouldBeTheCallsEnd(Leave leave) {
        CircuitBreaker breaker = CircuitBreaker.of(
                "c",
                CircuitBreakerConfig.builder().detection(Detection.TIME_WINDOW).build(),
                ticker);
        CompletableFuture<String> call = breaker.callAsync(() -> body);
        ticker.beforeNextReading(() -> leave.way.accept(call));
        body.complete("done");
        assertThat(breaker.metrics().totalSucceeded()).isOne();
        assertThat(call).isCompletedWithValue("done");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void callThatIsLeftWhileItIsJudgedShouldCountAsCancelled(boolean failing) {
        CompletableFuture<?>[] call = new CompletableFuture<?>[1];
        CircuitBreaker breaker = CircuitBreaker.of(
                "c",
                CircuitBreakerConfig.builder()
                        .failureResult(result -> call[0].cancel(true) && failing)
                        .build(),
                ticker);
        call[0] = breaker.callAsync(() -> body);
        body.complete("done");
        assertThat(call[0]).isCancelled();
        assertThat(breaker.metrics().totalCancelled()).isOne();
        assertThat(breaker.metrics().totalSucceeded() + breaker.metrics().totalFailed())
                .isZero();
    }
}
