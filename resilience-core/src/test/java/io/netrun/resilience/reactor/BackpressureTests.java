package io.netrun.resilience.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.Pipeline;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.hedge.Hedge;
import io.netrun.resilience.hedge.HedgeConfig;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.test.ManualTicker;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

/** What a subscriber asks for is what its source is asked for, whatever policies are between them. */
@org.junit.jupiter.api.Timeout(60)
class BackpressureTests {

    private static final Duration LONG = Duration.ofSeconds(20);
    private static final int ROWS = 50;

    private final ManualTicker ticker = new ManualTicker();
    private final Hedge hedge = Hedge.of("h", HedgeConfig.defaults(), ticker);
    private final Retry retry = Retry.of("r", c -> c.baseDelay(Duration.ofMillis(1)));
    private final Pipeline pipeline = Pipeline.of(Bulkhead.of("b"), retry, hedge, CircuitBreaker.of("c"));
    private final AtomicInteger attempts = new AtomicInteger();
    private final List<Long> requests = new CopyOnWriteArrayList<>();

    private static List<Integer> rows() {
        return IntStream.rangeClosed(1, ROWS).boxed().toList();
    }

    @ParameterizedTest
    @EnumSource(SourceKind.class)
    void elementsReadOneByOneShouldComeAcrossARetry(SourceKind kind) {
        Flux<Integer> source = Flux.defer(() -> attempts.incrementAndGet() < 3
                ? Flux.error(new IOException())
                : kind.of(Flux.range(1, ROWS).doOnRequest(requests::add)));
        Flux<Integer> guarded = ReactorGuard.of(pipeline).flux(source);
        assertThat(guarded.limitRate(1).collectList().block(LONG)).isEqualTo(rows());
        assertThat(requests).doesNotContain(Long.MAX_VALUE);
    }

    @Test
    void requestsBeforeAndAfterARetryShouldAddUp() {
        Flux<Integer> source = Flux.defer(() -> attempts.incrementAndGet() == 1
                ? Flux.<Integer>error(new IOException()).delaySubscription(Duration.ofMillis(5))
                : Flux.range(1, ROWS).doOnRequest(requests::add));
        StepVerifier.create(ReactorGuard.of(pipeline).flux(source), 0)
                .expectSubscription()
                .thenRequest(1)
                .thenRequest(1)
                .expectNext(1, 2)
                .thenRequest(1)
                .expectNext(3)
                .thenCancel()
                .verify(LONG);
        assertThat(requests.stream().mapToLong(Long::longValue).sum()).isEqualTo(3);
    }

    @Test
    void bothAttemptsShouldBeAskedForWhatTheSubscriberAsksFor() {
        List<Long> ofSecond = new CopyOnWriteArrayList<>();
        Flux<Integer> source = Flux.defer(() -> attempts.incrementAndGet() == 1
                ? Flux.<Integer>never().doOnRequest(requests::add)
                : Flux.range(1, ROWS).doOnRequest(ofSecond::add));
        StepVerifier.create(ReactorGuard.of(hedge).flux(source), 2)
                .expectSubscription()
                .then(() -> ticker.advance(Duration.ofMillis(500)))
                .expectNext(1, 2)
                .thenRequest(3)
                .expectNext(3, 4, 5)
                .thenCancel()
                .verify(LONG);
        assertThat(requests).containsExactly(2L);
        assertThat(ofSecond).containsExactly(2L, 3L);
    }

    static Stream<Arguments> fuseableSources() {
        return Stream.<Function<Flux<Integer>, Flux<Integer>>>of(
                        source -> source,
                        source -> source.map(row -> row),
                        source -> source.filter(row -> true),
                        source -> source.publishOn(Schedulers.parallel(), 2),
                        source -> source.concatMap(Flux::just),
                        source -> source.flatMap(Flux::just, 2, 2),
                        Flux::onBackpressureBuffer,
                        source -> source.doFinally(signal -> {}),
                        source -> source.replay(ROWS).autoConnect())
                .map(Arguments::of);
    }

    @ParameterizedTest
    @MethodSource("fuseableSources")
    void sourceThatCouldBeFusedShouldDeliverEverything(Function<Flux<Integer>, Flux<Integer>> kind) {
        Flux<Integer> before = ReactorGuard.of(pipeline).flux(kind.apply(Flux.range(1, ROWS)));
        assertThat(before.collectList().block(LONG)).isEqualTo(rows());
        assertThat(before.limitRate(1).collectList().block(LONG)).isEqualTo(rows());
        Flux<Integer> after = kind.apply(ReactorGuard.of(pipeline).flux(Flux.range(1, ROWS)));
        assertThat(after.collectList().block(LONG)).isEqualTo(rows());
    }

    @Test
    void subscriberThatAsksForNothingShouldGetTheEndOfAnEmptyStream() {
        StepVerifier.create(ReactorGuard.of(pipeline).flux(Flux.empty()), 0)
                .expectSubscription()
                .expectComplete()
                .verify(LONG);
        StepVerifier.create(ReactorGuard.of(CircuitBreaker.of("c")).flux(Flux.error(new IOException("broken"))), 0)
                .expectErrorMessage("broken")
                .verify(LONG);
    }

    @Test
    void subscriberThatAsksWithinItsOnNextShouldGetEverything() {
        List<Integer> received = new CopyOnWriteArrayList<>();
        ReactorGuard.of(pipeline).flux(Flux.range(1, ROWS)).subscribe(new BaseSubscriber<>() {
            @Override
            protected void hookOnSubscribe(Subscription subscription) {
                request(1);
            }

            @Override
            protected void hookOnNext(Integer row) {
                received.add(row);
                request(1);
            }
        });
        await().untilAsserted(() -> assertThat(received).isEqualTo(rows()));
    }

    @Test
    void retryOnAnEmptyResultShouldMakeAnotherAttempt() {
        Retry untilThere = Retry.of("r", c -> c.baseDelay(Duration.ZERO).failureResult(result -> result == null));
        assertThat(ReactorGuard.of(untilThere)
                        .mono(() -> attempts.incrementAndGet() < 3 ? Mono.empty() : Mono.just("there"))
                        .block(LONG))
                .isEqualTo("there");
        Retry always = Retry.of("r", c -> c.baseDelay(Duration.ZERO).failureResult(result -> attempts.get() < 6));
        assertThat(ReactorGuard.of(always)
                        .flux(() -> attempts.incrementAndGet() < 6 ? Flux.empty() : Flux.just("there"))
                        .collectList()
                        .block(LONG))
                .containsExactly("there");
    }
}
