package io.netrun.resilience.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.Pipeline;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.bulkhead.BulkheadConfig;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitBreakerConfig;
import io.netrun.resilience.fallback.Fallback;
import io.netrun.resilience.fallback.FallbackConfig;
import io.netrun.resilience.fallback.FallbackHandler;
import io.netrun.resilience.hedge.Hedge;
import io.netrun.resilience.hedge.HedgeConfig;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.retry.RetryConfig;
import io.netrun.resilience.test.ManualTicker;
import io.netrun.resilience.timeout.Timeout;
import io.netrun.resilience.timeout.TimeoutConfig;
import io.netrun.resilience.timeout.TimeoutExceededException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;

@org.junit.jupiter.api.Timeout(60)
class ReactorGuardTests {

    private static final Duration LONG = Duration.ofSeconds(20);

    private final ManualTicker ticker = new ManualTicker();
    private final CircuitBreaker breaker = CircuitBreaker.of("c", CircuitBreakerConfig.defaults(), ticker);
    private final Bulkhead bulkhead = Bulkhead.of(
            "b", BulkheadConfig.builder().maxConcurrent(1).maxQueue(1).build(), ticker);
    private final Retry retry =
            Retry.of("r", RetryConfig.builder().baseDelay(Duration.ZERO).build(), ticker);
    private final Timeout timeout = Timeout.of("t", TimeoutConfig.defaults(), ticker);
    private final Hedge hedge = Hedge.of("h", HedgeConfig.defaults(), ticker);
    private final Pipeline pipeline = Pipeline.of(timeout, bulkhead, retry, breaker);

    private final AtomicInteger subscriptions = new AtomicInteger();
    private final List<Throwable> dropped = new CopyOnWriteArrayList<>();

    @BeforeEach
    void watchDroppedErrors() {
        Hooks.onErrorDropped(dropped::add);
    }

    @AfterEach
    void nothingShouldHaveBeenDropped() {
        Hooks.resetOnErrorDropped();
        assertThat(dropped).isEmpty();
    }

    // ---- both

    @Test
    void nothingShouldHappenBeforeTheSubscription() {
        ReactorGuard guard = ReactorGuard.of(pipeline);
        guard.mono(Mono.fromRunnable(subscriptions::incrementAndGet));
        guard.flux(Flux.defer(() -> Mono.fromRunnable(subscriptions::incrementAndGet)));
        assertThat(subscriptions).hasValue(0);
        assertThat(bulkhead.metrics().totalAccepted()).isZero();
    }

    @ParameterizedTest
    @EnumSource(SourceKind.class)
    void eachSubscriptionShouldBeACall(SourceKind kind) {
        Mono<String> mono = ReactorGuard.of(pipeline).mono(kind.of(Mono.just("one")));
        Flux<String> flux = ReactorGuard.of(pipeline).flux(kind.of(Flux.just("one", "two")));
        StepVerifier.create(mono.then(mono)).expectNext("one").verifyComplete();
        StepVerifier.create(flux.concatWith(flux)).expectNextCount(4).verifyComplete();
        assertThat(breaker.metrics().totalSucceeded()).isEqualTo(4);
        assertThat(bulkhead.metrics().totalAccepted()).isEqualTo(4);
    }

    @Test
    void cancelShouldReachTheSourceAndLeaveNothingBehind() {
        TestPublisher<String> one = TestPublisher.create();
        TestPublisher<String> many = TestPublisher.create();
        ReactorGuard guard = ReactorGuard.of(pipeline);
        guard.mono(one.mono()).subscribe().dispose();
        guard.flux(many).subscribe().dispose();
        one.assertWasCancelled();
        many.assertWasCancelled();
        assertThat(breaker.metrics().totalCancelled()).isEqualTo(2);
        assertThat(retry.metrics().totalRetries()).isZero();
        assertIdle();
    }

    @Test
    void cancelWhileQueuedShouldLeaveTheQueueAndNeverSubscribe() {
        CompletableFuture<String> other = new CompletableFuture<>();
        bulkhead.callAsync(() -> other);
        Disposable waiting =
                ReactorGuard.of(pipeline).flux(counted(Flux.just("x"))).subscribe();
        assertThat(bulkhead.metrics().asyncQueued()).isEqualTo(1);
        waiting.dispose();
        assertThat(bulkhead.metrics().asyncQueued()).isZero();
        other.complete("done");
        assertThat(subscriptions).hasValue(0);
        assertIdle();
    }

    @ParameterizedTest
    @EnumSource(SourceKind.class)
    void contextShouldReachEveryAttempt(SourceKind kind) {
        List<String> seen = new CopyOnWriteArrayList<>();
        ReactorGuard guard = ReactorGuard.of(retry);
        Mono<String> source = Mono.deferContextual(context -> {
            seen.add(context.get("user"));
            return seen.size() % 3 != 0 ? Mono.error(new IOException()) : Mono.just("ok");
        });
        StepVerifier.create(guard.mono(kind.of(source)).contextWrite(c -> c.put("user", "ada")))
                .expectNext("ok")
                .expectComplete()
                .verify(LONG);
        StepVerifier.create(guard.flux(kind.of(source.flux())).contextWrite(c -> c.put("user", "bob")))
                .expectNext("ok")
                .expectComplete()
                .verify(LONG);
        assertThat(seen).containsExactly("ada", "ada", "ada", "bob", "bob", "bob");
    }

    @ParameterizedTest
    @EnumSource(SourceKind.class)
    void sourceThatThrowsOnSubscriptionShouldFailTheCall(SourceKind kind) {
        Mono<String> throwing = Mono.defer(() -> {
            throw new IllegalStateException("no source");
        });
        StepVerifier.create(ReactorGuard.of(breaker).mono(kind.of(throwing))).verifyErrorMessage("no source");
        StepVerifier.create(ReactorGuard.of(breaker).flux(subscriber -> {
                    throw new IllegalStateException("no source");
                }))
                .verifyErrorMessage("no source");
        assertThat(breaker.metrics().totalFailed()).isEqualTo(2);
    }

    @Test
    void supplierShouldBeAskedForTheSourceOfEveryAttempt() {
        ReactorGuard guard = ReactorGuard.of(retry);
        StepVerifier.create(guard.mono(() -> subscriptions.incrementAndGet() == 2
                        ? Mono.just("second")
                        : Mono.error(new IOException("first"))))
                .expectNext("second")
                .verifyComplete();
        StepVerifier.create(guard.flux(() -> subscriptions.incrementAndGet() == 4
                        ? Flux.just("fourth")
                        : Flux.error(new IOException("third"))))
                .expectNext("fourth")
                .verifyComplete();
    }

    @Test
    void supplierThatThrowsShouldFailTheCall() {
        StepVerifier.create(ReactorGuard.of(breaker).mono(() -> {
                    throw new IllegalStateException("no source");
                }))
                .verifyErrorMessage("no source");
        assertThat(breaker.metrics().totalFailed()).isEqualTo(1);
    }

    @Test
    void fallbackShouldBeShownWhatTheCallerGave() {
        Fallback shown = Fallback.of(
                "f",
                c -> c.handler(new FallbackHandler(Exception.class, (failure, call) -> {
                    return call.toString();
                })));
        Mono<String> source = Mono.error(new IOException());
        StepVerifier.create(ReactorGuard.of(shown).mono(source))
                .expectNext(source.toString())
                .verifyComplete();
        Supplier<Flux<String>> supplier = () -> Flux.error(new IOException());
        StepVerifier.create(ReactorGuard.of(shown).flux(supplier))
                .expectNext(supplier.toString())
                .verifyComplete();
    }

    // ---- Mono

    @ParameterizedTest
    @EnumSource(SourceKind.class)
    void emptyMonoShouldBeACallWithTheResultNull(SourceKind kind) {
        CircuitBreaker nullFails = CircuitBreaker.of(
                "n",
                CircuitBreakerConfig.builder().failureResult(r -> r == null).build(),
                ticker);
        StepVerifier.create(ReactorGuard.of(nullFails).mono(kind.of(Mono.empty())))
                .verifyComplete();
        assertThat(nullFails.metrics().totalFailed()).isEqualTo(1);
    }

    @Test
    void monoShouldFailAtItsTimeLimitAndCancelTheSource() {
        TestPublisher<String> source = TestPublisher.create();
        StepVerifier.create(ReactorGuard.of(pipeline).mono(source.mono()))
                .then(() -> ticker.advance(Duration.ofSeconds(5)))
                .expectError(TimeoutExceededException.class)
                .verify(LONG);
        await().untilAsserted(source::assertWasCancelled);
        await().until(() -> breaker.metrics().totalFailed() == 1);
        assertIdle();
    }

    static List<Object> monoReplacements() {
        return List.of("instead", Mono.just("instead"), CompletableFuture.completedFuture("instead"));
    }

    @ParameterizedTest
    @MethodSource("monoReplacements")
    void fallbackOfAMonoMayGiveAValueOrAPromiseOfIt(Object replacement) {
        StepVerifier.create(ReactorGuard.of(fallback(replacement)).mono(Mono.<String>error(new IOException())))
                .expectNext("instead")
                .verifyComplete();
    }

    @ParameterizedTest
    @EnumSource(SourceKind.class)
    void fallbackOfAMonoMayGiveNothing(SourceKind kind) {
        StepVerifier.create(ReactorGuard.of(fallback(null)).mono(kind.of(Mono.error(new IOException()))))
                .verifyComplete();
    }

    // ---- Flux

    @Test
    void fluxShouldHoldItsPermitsUntilItsEnd() {
        Sinks.Many<String> source = Sinks.many().unicast().onBackpressureBuffer();
        StepVerifier.create(ReactorGuard.of(pipeline).flux(source.asFlux()))
                .then(() -> source.tryEmitNext("one"))
                .expectNext("one")
                .then(() -> assertThat(bulkhead.metrics().asyncActive()).isEqualTo(1))
                .then(source::tryEmitComplete)
                .verifyComplete();
        assertThat(breaker.metrics().totalSucceeded()).isEqualTo(1);
        assertIdle();
    }

    @Test
    void fluxShouldAskItsSourceForNoMoreThanItsSubscriberAsksFor() {
        List<Long> requests = new CopyOnWriteArrayList<>();
        Flux<Integer> source = Flux.range(1, 10).doOnRequest(requests::add);
        StepVerifier.create(ReactorGuard.of(pipeline).flux(source), 0)
                .expectSubscription()
                .thenRequest(2)
                .expectNext(1, 2)
                .thenRequest(3)
                .expectNext(3, 4, 5)
                .thenCancel()
                .verify();
        assertThat(requests).containsExactly(2L, 3L);
    }

    @ParameterizedTest
    @EnumSource(SourceKind.class)
    void fluxShouldKeepTheDemandFromItsWaitForAPermit(SourceKind kind) {
        CompletableFuture<String> other = new CompletableFuture<>();
        bulkhead.callAsync(() -> other);
        StepVerifier.create(ReactorGuard.of(pipeline).flux(kind.of(Flux.range(1, 10))), 2)
                .expectSubscription()
                .thenRequest(1)
                .then(() -> other.complete("done"))
                .expectNext(1, 2, 3)
                .thenCancel()
                .verify(LONG);
    }

    @ParameterizedTest
    @EnumSource(SourceKind.class)
    void errorBeforeTheFirstElementShouldBeRetried(SourceKind kind) {
        Flux<String> source = Flux.defer(() ->
                kind.of(subscriptions.incrementAndGet() < 3 ? Flux.error(new IOException()) : Flux.just("one", "two")));
        StepVerifier.create(ReactorGuard.of(pipeline).flux(source), 1)
                .expectNext("one")
                .thenRequest(1)
                .expectNext("two")
                .expectComplete()
                .verify(LONG);
        assertThat(retry.metrics().totalRecovered()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(SourceKind.class)
    void errorInMidStreamShouldPassUnchangedAndCountAsFailure(SourceKind kind) {
        IOException broken = new IOException("broken");
        Flux<String> source = counted(kind.of(Flux.just("one").concatWith(Mono.error(broken))));
        Fallback fallback = fallback("instead");
        StepVerifier.create(
                        ReactorGuard.of(Pipeline.of(fallback, retry, breaker)).flux(source))
                .expectNext("one")
                .verifyErrorSatisfies(thrown -> assertThat(thrown).isSameAs(broken));
        assertThat(subscriptions).hasValue(1);
        assertThat(breaker.metrics().totalFailed()).isEqualTo(1);
        assertThat(retry.metrics().totalNotRetried()).isEqualTo(1);
        assertThat(fallback.metrics().totalPassed()).isEqualTo(1);
    }

    @Test
    void timeoutShouldCoverTheWholeStreamAndNotBeRetriedMidway() {
        TestPublisher<String> source = TestPublisher.create();
        StepVerifier.create(ReactorGuard.of(Pipeline.of(retry, timeout)).flux(counted(source.flux())))
                .then(() -> source.next("one"))
                .expectNext("one")
                .then(() -> ticker.advance(Duration.ofSeconds(5)))
                .expectError(TimeoutExceededException.class)
                .verify(LONG);
        await().untilAsserted(source::assertWasCancelled);
        assertThat(subscriptions).hasValue(1);
    }

    static List<Object> fluxReplacements() {
        return List.of("instead", Flux.just("instead"), CompletableFuture.completedFuture("instead"));
    }

    @ParameterizedTest
    @MethodSource("fluxReplacements")
    void fallbackOfAFluxMayGiveAnElementOrAPromiseOfItOrAStream(Object replacement) {
        StepVerifier.create(ReactorGuard.of(fallback(replacement)).flux(Flux.<String>error(new IOException())))
                .expectNext("instead")
                .verifyComplete();
    }

    @ParameterizedTest
    @EnumSource(SourceKind.class)
    void fallbackOfAFluxMayGiveNothing(SourceKind kind) {
        StepVerifier.create(ReactorGuard.of(fallback(null)).flux(kind.of(Flux.error(new IOException()))))
                .verifyComplete();
    }

    @Test
    void hedgedFluxShouldBelongToTheAttemptWithTheFirstElement() {
        TestPublisher<String> first = TestPublisher.create();
        TestPublisher<String> second = TestPublisher.create();
        Flux<String> source = Flux.defer(() -> subscriptions.incrementAndGet() == 1 ? first.flux() : second.flux());
        StepVerifier.create(ReactorGuard.of(Pipeline.of(hedge, breaker)).flux(source))
                .then(() -> ticker.advance(Duration.ofMillis(500)))
                .then(() -> await().until(second::wasSubscribed))
                .then(() -> second.next("of the second"))
                .then(() -> await().untilAsserted(first::assertWasCancelled))
                .then(() -> second.next("another").complete())
                .expectNext("of the second", "another")
                .expectComplete()
                .verify(LONG);
        assertThat(breaker.metrics().totalCancelled()).isEqualTo(1);
        assertThat(breaker.metrics().totalSucceeded()).isEqualTo(1);
        assertThat(hedge.metrics().active()).isZero();
    }

    @Test
    void fluxWithItsFirstElementShouldGetNoOtherAttempt() {
        TestPublisher<String> source = TestPublisher.create();
        AtomicInteger hedged = new AtomicInteger();
        hedge.onHedged(event -> hedged.incrementAndGet());
        StepVerifier.create(ReactorGuard.of(hedge).flux(counted(source.flux())))
                .then(() -> source.next("one"))
                .expectNext("one")
                .then(() -> ticker.advance(Duration.ofMillis(500)))
                .then(() -> await().during(Duration.ofMillis(100)).until(() -> subscriptions.get() == 1))
                .then(source::complete)
                .expectComplete()
                .verify(LONG);
        assertThat(hedged).hasValue(0);
    }

    private <T> Flux<T> counted(Flux<T> source) {
        return source.doOnSubscribe(subscription -> subscriptions.incrementAndGet());
    }

    private static Fallback fallback(@Nullable Object value) {
        return Fallback.of("f", FallbackConfig.builder().value(value).build());
    }

    private void assertIdle() {
        await().untilAsserted(() -> {
            assertThat(ticker.scheduledCount()).isZero();
            assertThat(bulkhead.metrics().asyncActive()).isZero();
        });
    }
}
