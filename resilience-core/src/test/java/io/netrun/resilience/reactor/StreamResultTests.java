package io.netrun.resilience.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.netrun.resilience.Pipeline;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.retry.RetryExhaustedException;
import io.netrun.resilience.retry.UnacceptableResultException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** What predicates for results judge of a stream. */
class StreamResultTests {

    private final List<Object> judged = new CopyOnWriteArrayList<>();

    private final Retry retry =
            Retry.of("retry", c -> c.maxAttempts(3).baseDelay(Duration.ZERO).failureResult(this::isUnacceptable));

    private final CircuitBreaker breaker = CircuitBreaker.of("breaker", c -> c.failureResult(this::isUnacceptable));

    private final ReactorGuard guard = ReactorGuard.of(Pipeline.of(retry, breaker));

    private boolean isUnacceptable(Object result) {
        judged.add(String.valueOf(result));
        return true;
    }

    @Test
    void streamWithElementsShouldNotBeJudged() {
        assertThat(guard.flux(Flux.just(1, 2)).collectList().block()).containsExactly(1, 2);
        assertThat(judged).isEmpty();
        assertThat(breaker.metrics().totalSucceeded()).isEqualTo(1);
        assertThat(breaker.metrics().totalFailed()).isZero();
    }

    @Test
    void emptyStreamShouldBeJudgedAsNull() {
        AtomicInteger subscriptions = new AtomicInteger();
        Flux<Object> empty = Flux.empty().doOnSubscribe(subscription -> subscriptions.incrementAndGet());
        Mono<List<Object>> read = guard.flux(empty).collectList();
        assertThatExceptionOfType(RetryExhaustedException.class)
                .isThrownBy(read::block)
                .withCauseInstanceOf(UnacceptableResultException.class);
        assertThat(judged).isNotEmpty().containsOnly("null");
        assertThat(subscriptions).hasValue(3);
        assertThat(breaker.metrics().totalFailed()).isEqualTo(3);
    }

    @Test
    void streamAfterAnEmptyOneShouldBeAccepted() {
        AtomicInteger attempts = new AtomicInteger();
        Flux<Object> later = Flux.defer(() -> attempts.incrementAndGet() < 3 ? Flux.empty() : Flux.just("there"));
        assertThat(guard.flux(later).collectList().block()).containsExactly("there");
        assertThat(breaker.metrics().totalSucceeded()).isEqualTo(1);
    }
}
