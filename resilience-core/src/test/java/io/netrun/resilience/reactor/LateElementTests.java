package io.netrun.resilience.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.netrun.resilience.Deadline;
import io.netrun.resilience.Guard;
import io.netrun.resilience.Pipeline;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.fallback.Fallback;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.test.ManualTicker;
import io.netrun.resilience.timeout.Timeout;
import io.netrun.resilience.timeout.TimeoutConfig;
import io.netrun.resilience.timeout.TimeoutExceededException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;

/**
 * A first element that arrives after its call was given up, and before its source is cancelled, is discarded. Its
 * attempt has not failed.
 */
@org.junit.jupiter.api.Timeout(60)
class LateElementTests {

    private final ManualTicker ticker = new ManualTicker();
    private final Timeout timeout = Timeout.of("t", TimeoutConfig.defaults(), ticker);
    private final Retry retry = Retry.of("r", c -> c.maxAttempts(1));
    private final CircuitBreaker breaker = CircuitBreaker.of("c");
    private final Fallback fallback = Fallback.of("f", c -> c.handle(IllegalStateException.class, failure -> 2));
    private final List<Object> dropped = new CopyOnWriteArrayList<>();
    private final List<Object> discarded = new CopyOnWriteArrayList<>();

    /** Emits when the scope of the attempt is left. */
    private static Flux<Integer> source() {
        return Flux.deferContextual(context -> {
            Deadline scope = context.get(Deadline.contextKey());
            return Flux.<Integer>create(sink -> scope.register(new Emission(sink)));
        });
    }

    private static final class Emission extends Deadline.InFlight {

        private final FluxSink<Integer> sink;

        Emission(FluxSink<Integer> sink) {
            this.sink = sink;
        }

        @Override
        protected void onOver(boolean exceeded, Consumer<Throwable> failures) {
            sink.next(1);
        }
    }

    private Throwable failureOf(Flux<Integer> guarded) {
        CompletableFuture<?> call = guarded.contextWrite(
                        context -> context.put("reactor.onErrorDropped.local", (Consumer<Throwable>) dropped::add)
                                .put("reactor.onDiscard.local", (Consumer<Object>) discarded::add))
                .collectList()
                .toFuture();
        ticker.advance(Duration.ofSeconds(5));
        return catchThrowable(call::join).getCause();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void elementOfACallThatWasGivenUpShouldBeNoFailure(boolean limitOfAnotherGuard) {
        Guard inner = Pipeline.of(fallback, retry, breaker);
        Flux<Integer> guarded = limitOfAnotherGuard
                ? ReactorGuard.of(timeout).flux(() -> ReactorGuard.of(inner).flux(LateElementTests::source))
                : ReactorGuard.of(Pipeline.of(timeout, fallback, retry, breaker))
                        .flux(LateElementTests::source);
        assertThat(failureOf(guarded)).isInstanceOf(TimeoutExceededException.class);
        assertThat(discarded).containsExactly(1);
        assertThat(dropped).isEmpty();
        assertThat(fallback.metrics().totalPassed()).isZero();
        assertThat(retry.metrics().totalExhausted()).isZero();
        assertThat(breaker.metrics().totalFailed()).isEqualTo(1);
    }
}
