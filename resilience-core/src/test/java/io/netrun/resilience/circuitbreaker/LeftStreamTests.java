package io.netrun.resilience.circuitbreaker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.netrun.resilience.AdaptedCall;
import io.netrun.resilience.Deadline;
import io.netrun.resilience.LimitFixture;
import io.netrun.resilience.Pipeline;
import io.netrun.resilience.timeout.TimeoutThread;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a circuit makes of streams that their readers leave. */
@org.junit.jupiter.api.Timeout(60)
class LeftStreamTests {

    private final LimitFixture limits = new LimitFixture();
    private final CircuitBreaker breaker = CircuitBreaker.of(
            "c",
            CircuitBreakerConfig.builder()
                    .failureThreshold(1)
                    .successThreshold(1)
                    .openDuration(Duration.ofSeconds(10))
                    .build(),
            limits.ticker);
    private final Stream stream = new Stream();

    @Test
    void streamThatIsLeftAfterAnElementShouldCountAsSuccess() {
        CompletableFuture<Object> call = breaker.callAsync(stream);
        stream.deliver();
        call.cancel(true);
        assertThat(breaker.metrics().totalSucceeded()).isEqualTo(1);
        assertThat(breaker.metrics().totalCancelled()).isZero();
        assertThat(stream.own).isCancelled();
    }

    @Test
    void streamThatIsLeftBeforeAnElementShouldCountAsCancelled() {
        breaker.callAsync(stream).cancel(true);
        assertThat(breaker.metrics().totalSucceeded()).isZero();
        assertThat(breaker.metrics().totalCancelled()).isEqualTo(1);
    }

    @Test
    void streamThatFailsAfterAnElementShouldCountAsFailure() {
        CompletableFuture<Object> call = breaker.callAsync(stream);
        stream.deliver();
        stream.own.completeExceptionally(new IOException());
        assertThat(call).isCompletedExceptionally();
        assertThat(breaker.state()).isEqualTo(CircuitBreaker.State.OPEN);
    }

    @Test
    void streamThatALimitCutsShouldCountAsFailure() {
        CompletableFuture<Object> call =
                Pipeline.of(limits.timeout(TimeoutThread.AUTO), breaker).callAsync(stream);
        stream.deliver();
        limits.ticker.advance(LimitFixture.LIMIT);
        assertThat(call).failsWithin(LimitFixture.LONG);
        assertThat(breaker.metrics().totalFailed()).isEqualTo(1);
    }

    @Test
    void trialThatIsLeftAfterAnElementShouldCloseTheCircuit() {
        halfOpen();
        CompletableFuture<Object> call = breaker.callAsync(stream);
        stream.deliver();
        call.cancel(true);
        assertThat(breaker.state()).isEqualTo(CircuitBreaker.State.CLOSED);
    }

    @Test
    void trialThatKeepsDeliveringShouldNotBeTakenBack() {
        halfOpen();
        breaker.callAsync(stream);
        stream.deliver();
        limits.ticker.advance(Duration.ofMinutes(10));
        catchThrowable(() -> breaker.run(() -> {}));
        assertThat(breaker.state()).isEqualTo(CircuitBreaker.State.CLOSED);
        assertThat(breaker.metrics().totalFailed()).isEqualTo(1);
    }

    private void halfOpen() {
        catchThrowable(() -> breaker.run(() -> {
            throw new IOException();
        }));
        limits.ticker.advance(Duration.ofSeconds(10));
    }

    /** A stream whose elements a test delivers. */
    private static final class Stream extends AdaptedCall<Object> {

        private final CompletableFuture<Object> own = new CompletableFuture<>();
        private final List<Runnable> onDelivery = new ArrayList<>();
        private boolean delivered;

        void deliver() {
            delivered = true;
            onDelivery.forEach(Runnable::run);
        }

        @Override
        public CompletionStage<Object> get() {
            return own;
        }

        @Override
        public boolean isCommitted() {
            return delivered;
        }

        @Override
        public boolean hasDelivered() {
            return delivered;
        }

        @Override
        public boolean isOwnedBy(Deadline scope) {
            return delivered;
        }

        @Override
        public void onDelivery(Runnable callback) {
            onDelivery.add(callback);
        }

        @Override
        public CompletionStage<Object> adapt(@Nullable Object replacement) {
            return CompletableFuture.completedFuture(replacement);
        }
    }
}
