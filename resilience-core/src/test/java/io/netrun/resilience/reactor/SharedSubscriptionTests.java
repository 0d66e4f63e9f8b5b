package io.netrun.resilience.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.ContextPropagation;
import io.netrun.resilience.Deadline;
import io.netrun.resilience.Guard;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.test.ManualTicker;
import io.netrun.resilience.timeout.Timeout;
import io.netrun.resilience.timeout.TimeoutConfig;
import io.netrun.resilience.timeout.TimeoutExceededException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.adapter.JdkFlowAdapter;
import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.core.Scannable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;
import reactor.util.context.Context;

/** A protected source that several subscribers share belongs to the call of none of them. */
@org.junit.jupiter.api.Timeout(60)
class SharedSubscriptionTests {

    private final ManualTicker ticker = new ManualTicker();
    private final Timeout timeout = Timeout.of("first", TimeoutConfig.defaults(), ticker);
    private final Sinks.One<String> answer = Sinks.one();
    private final AtomicInteger loads = new AtomicInteger();
    private final AtomicInteger cancels = new AtomicInteger();
    private final List<Object> first = new CopyOnWriteArrayList<>();
    private final List<Object> second = new CopyOnWriteArrayList<>();

    private final Mono<String> load = answer.asMono()
            .doOnSubscribe(subscription -> loads.incrementAndGet())
            .doOnCancel(cancels::incrementAndGet);

    /** Reactor's operators that share a source, and operators between them and the protected source. */
    enum Sharing {
        CACHE(Mono::cache),
        CACHE_FOR(source -> source.cache(Duration.ofHours(1))),
        CACHE_BY_RESULT(source -> source.cache(v -> Duration.ofHours(1), e -> Duration.ZERO, () -> Duration.ZERO)),
        CACHE_UNTIL_INVALID(source -> source.cacheInvalidateIf(value -> false)),
        CACHE_WHILE_VALID(source -> source.cacheInvalidateWhen(value -> Mono.never())),
        SHARE(Mono::share),
        FLUX_CACHE(source -> source.flux().cache().next()),
        FLUX_SHARE(source -> source.flux().share().next()),
        PUBLISH(source -> source.flux().publish().autoConnect().next()),
        PUBLISH_COUNTED(source ->
                source.flux().publish().refCount(1, Duration.ofHours(1)).next()),
        REPLAY(source ->
                source.flux().replay(1).refCount(1, Duration.ofHours(1)).next()),
        MAPPED(source -> source.map(value -> value).filter(value -> true).cache()),
        FLAT_MAPPED(source -> Mono.just(1).hide().flatMap(one -> source).cache()),
        ZIPPED(source -> Mono.zip(source, Mono.just(1), (value, one) -> value).cache()),
        ELSEWHERE(source -> source.subscribeOn(Schedulers.boundedElastic())
                .publishOn(Schedulers.parallel())
                .cache()),
        RESUMED(source -> Mono.<String>error(new IOException())
                .onErrorResume(failure -> source)
                .cache()),
        MERGED(source -> Flux.merge(source, Mono.never()).cache(1).next()),
        CONCATENATED(source ->
                Flux.just(1, 2).hide().concatMap(number -> source).cache().next()),
        AFTER_A_TIMEOUT(
                source -> Mono.<String>never().timeout(Mono.empty(), source).cache()),
        AFTER_A_TIMEOUT_OF_A_STREAM(source -> Flux.<String>never()
                .timeout(Mono.empty(), tick -> Mono.never(), source)
                .cache()
                .next()),
        PARALLEL(source -> source.flux()
                .parallel(2)
                .runOn(Schedulers.parallel())
                .sequential()
                .next()
                .cache()),
        REDUCED(source -> source.flux().parallel(2).reduce(String::concat).cache()),
        SORTED(source ->
                source.flux().parallel(2).sorted(String::compareTo).next().cache()),
        CONDITION(source -> Flux.just("answer")
                .filterWhen(value -> source.hasElement())
                .next()
                .cache()),
        PUBLISHED_TO(source -> source.publish(value -> value).cache()),
        PUBLISHED_TO_STREAM(
                source -> source.flux().publish(Function.identity()).next().cache()),
        /** Operators of other libraries, whose subscribers are none of Reactor's. */
        FOREIGN(source -> JdkFlowAdapter.flowPublisherToFlux(JdkFlowAdapter.publisherToFlowPublisher(source))
                .next()
                .cache()),
        SINK(source -> Flux.defer(() -> {
                    Sinks.Many<String> sink = Sinks.many().multicast().onBackpressureBuffer();
                    return sink.asFlux().mergeWith(source);
                })
                .next()
                .cache());

        private final Function<Mono<String>, Mono<String>> of;

        Sharing(Function<Mono<String>, Mono<String>> of) {
            this.of = of;
        }
    }

    private Disposable read(Mono<String> source, List<Object> seen) {
        return source.subscribe(seen::add, seen::add);
    }

    private void assertThatTheSecondReaderGetsTheAnswer(Mono<String> shared) {
        read(shared, second);
        await().until(() -> loads.get() > 0);
        assertThat(second).isEmpty();
        answer.tryEmitValue("answer");
        await().until(() -> !second.isEmpty());
        assertThat(second).containsExactly("answer");
        assertThat(cancels).hasValue(0);
    }

    /** Hooks for each operator, as agents and libraries set them. */
    enum Instrumentation {
        NONE(subscriber -> subscriber),
        HIDING(Inserted::new),
        HIDING_WITH_ITS_CONTEXT(InsertedWithContext::new),
        REVEALING(Revealed::new);

        private final UnaryOperator<CoreSubscriber<Object>> inserted;

        Instrumentation(UnaryOperator<CoreSubscriber<Object>> inserted) {
            this.inserted = inserted;
        }

        private void install() {
            Function<? super Publisher<Object>, ? extends Publisher<Object>> lift =
                    Operators.lift((publisher, next) -> inserted.apply(next));
            Hooks.onEachOperator("test", lift);
        }
    }

    private static class Inserted implements CoreSubscriber<Object> {

        final CoreSubscriber<Object> next;

        Inserted(CoreSubscriber<Object> next) {
            this.next = next;
        }

        @Override
        public Context currentContext() {
            return next.currentContext();
        }

        @Override
        public void onSubscribe(Subscription subscription) {
            next.onSubscribe(subscription);
        }

        @Override
        public void onNext(Object value) {
            next.onNext(value);
        }

        @Override
        public void onError(Throwable failure) {
            next.onError(failure);
        }

        @Override
        public void onComplete() {
            next.onComplete();
        }
    }

    private static final class InsertedWithContext extends Inserted {

        private final Context context;

        InsertedWithContext(CoreSubscriber<Object> next) {
            super(next);
            this.context = next.currentContext();
        }

        @Override
        public Context currentContext() {
            return context;
        }
    }

    private static final class Revealed extends Inserted implements Scannable {

        Revealed(CoreSubscriber<Object> next) {
            super(next);
        }

        @Override
        @SuppressWarnings("rawtypes") // as declared
        public @Nullable Object scanUnsafe(Attr key) {
            return key == Attr.ACTUAL ? next : null;
        }
    }

    @AfterEach
    void removeHooks() {
        Hooks.resetOnEachOperator("test");
        Hooks.resetOnLastOperator("test");
    }

    static Stream<Arguments> instrumentedSharing() {
        return Stream.of(Instrumentation.values())
                .flatMap(hook -> Stream.of(Sharing.values()).map(sharing -> Arguments.of(hook, sharing)));
    }

    @ParameterizedTest
    @MethodSource("instrumentedSharing")
    void limitOfTheFirstReaderShouldNotEndTheSharedCall(Instrumentation hook, Sharing sharing) {
        hook.install();
        Mono<String> shared =
                sharing.of.apply(ReactorGuard.of(CircuitBreaker.of("c")).mono(load));
        read(ReactorGuard.of(timeout).mono(() -> shared), first);
        await().until(() -> loads.get() == 1);
        read(shared, second);
        ticker.advance(Duration.ofMinutes(1));
        await().until(() -> !first.isEmpty());
        assertThat(first).singleElement().isInstanceOf(TimeoutExceededException.class);
        assertThatTheSecondReaderGetsTheAnswer(Mono.never());
    }

    @ParameterizedTest
    @MethodSource("instrumentedSharing")
    void firstReaderThatLeavesShouldNotEndTheSharedCallEither(Instrumentation hook, Sharing sharing) {
        hook.install();
        Mono<String> shared =
                sharing.of.apply(ReactorGuard.of(CircuitBreaker.of("c")).mono(load));
        CompletableFuture<String> reading = timeout.callAsync(shared::toFuture);
        await().until(() -> loads.get() == 1);
        read(shared, second);
        reading.cancel(true);
        assertThatTheSecondReaderGetsTheAnswer(Mono.never());
    }

    @ParameterizedTest
    @EnumSource
    void limitAroundABlockingReaderShouldNotEndTheSharedCall(Instrumentation hook) {
        hook.install();
        Mono<String> shared = ReactorGuard.of(CircuitBreaker.of("c")).mono(load).cache();
        CompletableFuture<String> reading = CompletableFuture.supplyAsync(() -> timeout.call(shared::block));
        await().until(() -> loads.get() == 1);
        await().until(() -> ticker.scheduledCount() > 0);
        ticker.advance(Duration.ofMinutes(1));
        assertThat(reading).failsWithin(Duration.ofSeconds(20));
        assertThatTheSecondReaderGetsTheAnswer(shared);
        assertThat(loads).hasValue(1);
    }

    /** It ends with its cancel instead, which comes from the reader before that one continues. */
    @ParameterizedTest
    @EnumSource
    void callOfOneReaderShouldEndWithItUnderAnyHook(Instrumentation hook) {
        hook.install();
        CircuitBreaker breaker = CircuitBreaker.of("c");
        Mono<String> source = ReactorGuard.of(breaker).mono(load).map(value -> value);
        read(ReactorGuard.of(timeout).mono(() -> source), first);
        ticker.advance(Duration.ofMinutes(1));
        await().until(() -> !first.isEmpty());
        assertThat(cancels).hasValue(1);
        assertThat(breaker.metrics().totalFailed()).isEqualTo(1);
        read(ReactorGuard.of(timeout).mono(() -> source), first).dispose();
        assertThat(cancels).hasValue(2);
        assertThat(breaker.metrics().totalCancelled()).isEqualTo(1);
        assertThat(breaker.metrics().totalFailed()).isEqualTo(1);
    }

    /** Operators that name no next subscriber, but pass a request for the context on. */
    enum Hidden {
        LIFTED(source -> source.map(value -> value)),
        FLAT_MAPPED(source -> Mono.just(1).hide().flatMap(one -> source).map(value -> value)),
        AFTER_A_TIMEOUT(source -> Mono.<String>never().timeout(Mono.empty(), source)),
        AFTER_A_TIMEOUT_OF_A_STREAM(source -> Flux.<String>never()
                .timeout(Mono.empty(), tick -> Mono.never(), source)
                .next()),
        PARALLEL(source -> source.flux().parallel(2).sequential().next()),
        CONDITION(source ->
                Flux.just("answer").filterWhen(value -> source.hasElement()).next());

        private final Function<Mono<String>, Mono<String>> of;

        Hidden(Function<Mono<String>, Mono<String>> of) {
            this.of = of;
        }
    }

    static Stream<Arguments> instrumentedHidden() {
        return Stream.of(Instrumentation.NONE, Instrumentation.HIDING, Instrumentation.REVEALING)
                .flatMap(hook -> Stream.of(Hidden.values()).map(hidden -> Arguments.of(hook, hidden)));
    }

    @ParameterizedTest
    @MethodSource("instrumentedHidden")
    void callOfOneReaderShouldKnowItsLimit(Instrumentation hook, Hidden hidden) {
        hook.install();
        List<Deadline> scopes = new CopyOnWriteArrayList<>();
        Mono<String> source = Mono.defer(() -> {
            scopes.add(Deadline.current());
            return load;
        });
        Mono<String> way =
                hidden.of.apply(ReactorGuard.of(CircuitBreaker.of("c")).mono(source));
        read(ReactorGuard.of(timeout).mono(() -> way), first);
        assertThat(scopes)
                .singleElement()
                .satisfies(scope -> assertThat(scope.remainingNanos())
                        .isLessThanOrEqualTo(timeout.config().duration().toNanos()));
        ticker.advance(Duration.ofMinutes(1));
        await().until(() -> !first.isEmpty());
        assertThat(cancels).hasValue(1);
    }

    /** The limit of the first reader is past, but it is not why the last one leaves. */
    @ParameterizedTest
    @EnumSource
    void lastReaderThatLeavesShouldCancelTheSharedCall(Instrumentation hook) {
        hook.install();
        CircuitBreaker breaker = CircuitBreaker.of("c");
        Flux<String> shared =
                ReactorGuard.of(breaker).flux(load.flux()).publish().refCount();
        ReactorGuard.of(timeout).flux(() -> shared).subscribe(first::add, first::add);
        Disposable last = shared.subscribe();
        ticker.advance(Duration.ofMinutes(1));
        await().until(() -> !first.isEmpty());
        assertThat(cancels).hasValue(0);
        last.dispose();
        assertThat(cancels).hasValue(1);
        assertThat(breaker.metrics().totalCancelled()).isEqualTo(1);
        assertThat(breaker.metrics().totalFailed()).isZero();
    }

    @ParameterizedTest
    @MethodSource("io.netrun.resilience.reactor.EveryGuard#guards")
    void readerAfterTheLimitShouldGetTheAnswer(Guard guard) {
        Mono<String> shared = ReactorGuard.of(guard).mono(load).cache();
        read(ReactorGuard.of(timeout).mono(() -> shared), first);
        ticker.advance(Duration.ofMinutes(1));
        await().until(() -> !first.isEmpty());
        assertThatTheSecondReaderGetsTheAnswer(shared);
        assertThat(loads).hasValue(1);
    }

    @ParameterizedTest
    @MethodSource("io.netrun.resilience.reactor.EveryGuard#guards")
    void firstReaderThatLeavesShouldNotEndTheSharedCall(Guard around) {
        Mono<String> shared = ReactorGuard.of(CircuitBreaker.of("c")).mono(load).cache();
        read(ReactorGuard.of(around).mono(() -> shared), first).dispose();
        assertThatTheSecondReaderGetsTheAnswer(shared);
    }

    @Test
    void sharedStreamShouldGoOnWithoutItsFirstReader() {
        Sinks.Many<String> source = Sinks.many().unicast().onBackpressureBuffer();
        Flux<String> shared = ReactorGuard.of(CircuitBreaker.of("c"))
                .flux(source.asFlux().doOnCancel(cancels::incrementAndGet))
                .publish()
                .autoConnect();
        ReactorGuard.of(timeout).flux(() -> shared).subscribe(first::add, first::add);
        shared.subscribe(second::add);
        source.tryEmitNext("a");
        ticker.advance(Duration.ofMinutes(1));
        await().until(() -> first.size() == 2);
        source.tryEmitNext("b");
        assertThat(second).containsExactly("a", "b");
        assertThat(cancels).hasValue(0);
    }

    @ParameterizedTest
    @MethodSource("io.netrun.resilience.reactor.EveryGuard#guards")
    void asyncCallThatIsLeftShouldNotEndTheSharedCall(Guard around) {
        Mono<String> shared = ReactorGuard.of(CircuitBreaker.of("c")).mono(load).cache();
        CompletableFuture<String> reading = around.callAsync(shared::toFuture);
        reading.cancel(true);
        assertThatTheSecondReaderGetsTheAnswer(shared);
    }

    @Test
    void nextAttemptShouldFindTheCallOfTheOneBefore() {
        Mono<String> shared = ReactorGuard.of(CircuitBreaker.of("c")).mono(load).cache();
        Retry retry =
                Retry.of("r", c -> c.maxAttempts(2).baseDelay(Duration.ZERO).failure(thrown -> true));
        read(ReactorGuard.of(retry).mono(() -> ReactorGuard.of(timeout).mono(() -> shared)), first);
        ticker.advance(timeout.config().duration()); // and no further: the next attempt may have begun meanwhile
        await().until(() -> ticker.scheduledCount() == 1);
        answer.tryEmitValue("answer");
        await().until(() -> !first.isEmpty());
        assertThat(first).containsExactly("answer");
        assertThat(loads).hasValue(1);
    }

    /** The operators that share it cancel it when nobody is left. */
    @Test
    void lastReaderShouldEndTheSharedCall() {
        Bulkhead bulkhead = Bulkhead.of("b", c -> c.maxConcurrent(1));
        Flux<String> shared =
                ReactorGuard.of(bulkhead).flux(load.flux()).publish().refCount();
        Disposable one = shared.subscribe();
        Disposable other = ReactorGuard.of(timeout).flux(() -> shared).subscribe();
        one.dispose();
        assertThat(bulkhead.metrics().asyncActive()).isEqualTo(1);
        other.dispose();
        assertThat(cancels).hasValue(1);
        await().until(() -> bulkhead.metrics().asyncActive() == 0);
    }

    @Test
    void callsWithinASharedCallShouldKnowNoLimitOfItsReader() {
        List<Deadline> scopes = new CopyOnWriteArrayList<>();
        Mono<Boolean> source = Mono.fromCallable(() -> scopes.add(Deadline.current()));
        Mono<Boolean> shared =
                ReactorGuard.of(CircuitBreaker.of("c")).mono(source).cache();
        ReactorGuard.of(timeout).mono(() -> shared).block();
        assertThat(scopes)
                .singleElement()
                .satisfies(scope -> assertThat(scope.remainingNanos()).isEqualTo(Long.MAX_VALUE));
    }

    /** A subscription of one reader is in its scope, whatever operators of several sources are between. */
    @Test
    void callOfOneReaderBesideASharedOneShouldEndWithIt() {
        CircuitBreaker own = CircuitBreaker.of("own");
        Mono<String> shared = ReactorGuard.of(CircuitBreaker.of("c")).mono(load).cache();
        Mono<String> both = Mono.zip(shared, ReactorGuard.of(own).mono(Mono.<String>never()), String::concat);
        read(ReactorGuard.of(timeout).mono(() -> both), first);
        ticker.advance(Duration.ofMinutes(1));
        await().until(() -> !first.isEmpty());
        assertThat(own.metrics().totalFailed()).isEqualTo(1);
        assertThatTheSecondReaderGetsTheAnswer(shared);
    }

    // ---- futures, of which only the caller knows that they are shared

    @Test
    void futureMadeOutsideTheScopeShouldOutliveItsFirstCaller() {
        CircuitBreaker breaker = CircuitBreaker.of("c");
        CompletableFuture<String> source = new CompletableFuture<>();
        Map<String, CompletableFuture<String>> cache = new ConcurrentHashMap<>();
        CompletableFuture<String> reading = timeout.callAsync(() -> cache.computeIfAbsent(
                        "key", key -> ContextPropagation.outsideScope(() -> breaker.callAsync(() -> source)))
                .copy());
        ticker.advance(Duration.ofMinutes(1));
        assertThat(reading).failsWithin(Duration.ofSeconds(20));
        CompletableFuture<String> later = cache.get("key");
        assertThat(later).isNotDone();
        source.complete("answer");
        assertThat(later).isCompletedWithValue("answer");
        assertThat(breaker.metrics().totalFailed()).isZero();
    }

    @Test
    void codeOutsideTheScopeShouldLeaveTheScopeOfItsThreadUnchanged() {
        List<Deadline> scopes = new CopyOnWriteArrayList<>();
        timeout.run(() -> {
            scopes.add(Deadline.current());
            scopes.add(ContextPropagation.outsideScope(Deadline::current));
            scopes.add(Deadline.current());
        });
        assertThat(scopes.get(1)).isSameAs(Deadline.NONE);
        assertThat(scopes.get(2)).isSameAs(scopes.get(0)).isNotSameAs(Deadline.NONE);
    }
}
