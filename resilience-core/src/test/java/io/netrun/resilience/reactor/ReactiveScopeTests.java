package io.netrun.resilience.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.AdaptedCall;
import io.netrun.resilience.Deadline;
import io.netrun.resilience.Pipeline;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitBreakerConfig;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.retry.RetryConfig;
import io.netrun.resilience.test.ManualTicker;
import io.netrun.resilience.timeout.Timeout;
import io.netrun.resilience.timeout.TimeoutConfig;
import io.netrun.resilience.timeout.TimeoutThread;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * A protected call within another one, in pipelines that know nothing of each other: one's limit is the other's too.
 */
@org.junit.jupiter.api.Timeout(60)
class ReactiveScopeTests {

    private static final Duration LIMIT = Duration.ofSeconds(5);

    private final ManualTicker ticker = new ManualTicker();
    private final Timeout timeout = Timeout.of("t", TimeoutConfig.defaults(), ticker);
    private final CircuitBreaker breaker = CircuitBreaker.of(
            "c", CircuitBreakerConfig.builder().failureThreshold(3).build(), ticker);
    private final List<Throwable> failures = new CopyOnWriteArrayList<>();
    private final AtomicInteger subscriptions = new AtomicInteger();

    /** Ways from the source of the outer call to the inner one, over other threads and without. */
    enum Path {
        DIRECT(inner -> inner),
        SUBSCRIBED_ELSEWHERE(inner -> inner.subscribeOn(Schedulers.boundedElastic())),
        PUBLISHED_ELSEWHERE(
                inner -> Flux.just(1).publishOn(Schedulers.parallel()).concatMap(one -> inner)),
        FLAT_MAPPED(inner -> Mono.delay(Duration.ofMillis(1)).flatMapMany(tick -> inner)),
        SWITCHED(inner -> Flux.<String>error(new IOException()).onErrorResume(failure -> inner)),
        THEN(inner -> Mono.delay(Duration.ofMillis(1)).thenMany(inner)),
        ZIPPED(inner -> Flux.zip(inner, Flux.just("x"), (left, right) -> left));

        private final Function<Flux<String>, Flux<String>> to;

        Path(Function<Flux<String>, Flux<String>> to) {
            this.to = to;
        }
    }

    static Stream<Arguments> pathsOfBothKinds() {
        return Stream.of(Path.values())
                .flatMap(path -> Stream.of(
                        Arguments.of(path, true, true),
                        Arguments.of(path, true, false),
                        Arguments.of(path, false, true),
                        Arguments.of(path, false, false)));
    }

    private Flux<String> counted(Flux<String> source) {
        return source.doOnSubscribe(subscription -> subscriptions.incrementAndGet());
    }

    /** The inner call within the outer one, each a Mono or a Flux. */
    private Flux<String> nested(Pipeline inner, Path path, boolean outerMono, boolean innerMono) {
        ReactorGuard guard = ReactorGuard.of(inner);
        Flux<String> source = counted(Flux.never());
        Flux<String> protectedSource = innerMono ? guard.mono(source.next()).flux() : guard.flux(source);
        Flux<String> way = path.to.apply(protectedSource);
        ReactorGuard outer = ReactorGuard.of(timeout);
        return outerMono ? outer.mono(way.next()).flux() : outer.flux(way);
    }

    @ParameterizedTest
    @MethodSource("pathsOfBothKinds")
    void outerTimeoutShouldCountAsAFailureOfTheInnerCircuit(Path path, boolean outerMono, boolean innerMono) {
        for (int call = 1; call <= 3; call++) {
            int calls = call;
            nested(Pipeline.of(breaker), path, outerMono, innerMono).subscribe(value -> {}, failures::add);
            await().until(() -> subscriptions.get() == calls);
            ticker.advance(LIMIT);
            await().until(() -> failures.size() == calls);
        }
        assertThat(breaker.metrics().totalFailed()).isEqualTo(3);
        assertThat(breaker.metrics().totalCancelled()).isZero();
        assertThat(breaker.state()).isEqualTo(CircuitBreaker.State.OPEN);
    }

    @Test
    void subscriberThatLeavesShouldCountAsCancelledInTheInnerCircuit() {
        nested(Pipeline.of(breaker), Path.DIRECT, true, false).subscribe().dispose();
        assertThat(breaker.metrics().totalCancelled()).isEqualTo(1);
        assertThat(breaker.metrics().totalFailed()).isZero();
    }

    @ParameterizedTest
    @MethodSource("pathsOfBothKinds")
    void innerRetryShouldNotOutlastTheOuterTimeout(Path path, boolean outerMono, boolean innerMono) {
        Retry retry = Retry.of(
                "r", RetryConfig.builder().baseDelay(Duration.ofSeconds(30)).build(), ticker);
        ReactorGuard inner = ReactorGuard.of(retry);
        Flux<String> failing = counted(Flux.error(new IOException()));
        Flux<String> way = path.to.apply(innerMono ? inner.mono(failing.next()).flux() : inner.flux(failing));
        ReactorGuard outer = ReactorGuard.of(timeout);
        (outerMono ? outer.mono(way.next()).flux() : outer.flux(way)).subscribe(value -> {}, failures::add);
        await().until(() -> failures.size() == 1);
        assertThat(subscriptions).hasValue(1);
        assertThat(failures.get(0)).hasMessageContaining("time");
    }

    @Test
    void callWithoutAnOuterOneShouldHaveAScopeWithoutALimit() {
        List<Deadline> scopes = new CopyOnWriteArrayList<>();
        Mono<String> source = Mono.deferContextual(context -> {
            scopes.add(context.get(Deadline.contextKey()));
            return Mono.just("x");
        });
        ReactorGuard.of(breaker).mono(source).block();
        assertThat(scopes)
                .singleElement()
                .satisfies(scope -> assertThat(scope.remainingNanos()).isEqualTo(Long.MAX_VALUE));
    }

    @Test
    void callAfterTheOuterOneShouldNotBeLimitedByIt() {
        List<Deadline> scopes = new CopyOnWriteArrayList<>();
        Mono<Boolean> source = Mono.fromCallable(() -> scopes.add(Deadline.current()));
        ReactorGuard.of(timeout)
                .mono(source)
                .then(ReactorGuard.of(breaker).mono(source))
                .block();
        assertThat(scopes).hasSize(2);
        assertThat(scopes.get(1).isWithin(scopes.get(0))).isFalse();
        assertThat(scopes.get(1).remainingNanos()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void syncCallWithinAMonoShouldBeInItsScope() {
        List<Deadline> scopes = new CopyOnWriteArrayList<>();
        ReactorGuard.of(timeout)
                .mono(Mono.fromCallable(() -> breaker.call(() -> scopes.add(Deadline.current()))))
                .block();
        assertThat(scopes).singleElement().isNotSameAs(Deadline.NONE);
    }

    @Test
    void monoWithinASyncCallShouldBeInItsScope() {
        Timeout caller = Timeout.of("t", c -> c.thread(TimeoutThread.CALLER));
        List<Deadline> scopes = new CopyOnWriteArrayList<>();
        caller.call(() -> ReactorGuard.of(breaker)
                .mono(Mono.fromCallable(() -> scopes.add(Deadline.current())))
                .block());
        assertThat(scopes).singleElement().isNotSameAs(Deadline.NONE);
    }

    // ---- calls of other kinds

    /** Asks the circuit of another pipeline, in the context that an attempt has. */
    private static final class Exchange extends AdaptedCall<String> {

        private final ContextView context;
        private final Function<Context, Mono<String>> attempt;

        Exchange(ContextView context, Function<Context, Mono<String>> attempt) {
            this.context = context;
            this.attempt = attempt;
        }

        @Override
        public CompletionStage<String> get() {
            return start(Deadline.current());
        }

        @Override
        public CompletionStage<String> start(Deadline scope) {
            Context inner = ReactorGuard.inScope(Context.of(context), scope);
            return attempt.apply(inner).contextWrite(inner).toFuture();
        }

        @Override
        public boolean isCommitted() {
            return false;
        }

        @Override
        public CompletionStage<String> adapt(@Nullable Object replacement) {
            return CompletableFuture.completedFuture((String) replacement);
        }
    }

    @Test
    void adaptedCallShouldHandItsScopeOn() {
        Mono<String> guarded = ReactorGuard.of(timeout)
                .adapted(context -> new Exchange(
                        context,
                        inner -> ReactorGuard.of(breaker)
                                .mono(counted(Flux.never()).next())
                                .subscribeOn(Schedulers.boundedElastic())));
        guarded.subscribe(value -> {}, failures::add);
        await().until(() -> subscriptions.get() == 1);
        ticker.advance(LIMIT);
        await().until(() -> failures.size() == 1);
        assertThat(breaker.metrics().totalFailed()).isEqualTo(1);
    }

    @Test
    void adaptedCallShouldStartAndBeCancelledWithEachSubscription() {
        CompletableFuture<String> own = new CompletableFuture<>();
        Mono<String> guarded = ReactorGuard.of(breaker)
                .adapted(context -> new Exchange(
                        context, inner -> Mono.<String>never().doOnCancel(() -> own.complete(context.get("user")))));
        assertThat(breaker.metrics().totalCancelled()).isZero();
        guarded.contextWrite(Context.of("user", "ada")).subscribe().dispose();
        assertThat(own).isCompletedWithValue("ada");
        assertThat(breaker.metrics().totalCancelled()).isEqualTo(1);
    }

    @Test
    void adaptedCallThatCannotBeMadeShouldFailItsSubscription() {
        ReactorGuard.of(breaker)
                .<String>adapted(context -> {
                    throw new IllegalStateException("no call");
                })
                .subscribe(value -> {}, failures::add);
        assertThat(failures).singleElement().isInstanceOf(IllegalStateException.class);
    }
}
