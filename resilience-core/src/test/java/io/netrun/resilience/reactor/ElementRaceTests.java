package io.netrun.resilience.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.Guard;
import io.netrun.resilience.Pipeline;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitBreakerConfig;
import io.netrun.resilience.fallback.Fallback;
import io.netrun.resilience.hedge.Hedge;
import io.netrun.resilience.hedge.HedgeConfig;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.test.ManualTicker;
import io.netrun.resilience.timeout.Timeout;
import io.netrun.resilience.timeout.TimeoutConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;

/** Elements that come as their call ends: each reaches the subscriber or its discard hook, and no other. */
@org.junit.jupiter.api.Timeout(120)
class ElementRaceTests {

    private static final Duration LIMIT = Duration.ofSeconds(5);

    private final ManualTicker ticker = new ManualTicker();
    private final Timeout timeout = Timeout.of("t", TimeoutConfig.defaults(), ticker);
    private final Fallback fallback = Fallback.of("f", c -> c.value("instead"));
    private final Hedge hedge = Hedge.of("h", HedgeConfig.defaults(), ticker);
    private final CircuitBreaker breaker = CircuitBreaker.of(
            "c",
            CircuitBreakerConfig.builder()
                    .failureThreshold(1)
                    .successThreshold(1)
                    .openDuration(Duration.ofSeconds(1))
                    .build(),
            ticker);
    private final Reader reader = new Reader();

    /** A subscriber without an operator before it, and with hooks. */
    private static final class Reader implements CoreSubscriber<Object> {

        private final List<Object> received = new CopyOnWriteArrayList<>();
        private final List<Object> discarded = new CopyOnWriteArrayList<>();
        private final List<Object> dropped = new CopyOnWriteArrayList<>();
        private final CountDownLatch ended = new CountDownLatch(1);
        private final Context context = Context.of(
                "reactor.onDiscard.local", (Consumer<Object>) discarded::add,
                "reactor.onNextDropped.local", (Consumer<Object>) dropped::add);
        private volatile Subscription subscription;

        @Override
        public Context currentContext() {
            return context;
        }

        @Override
        public void onSubscribe(Subscription given) {
            subscription = given;
            given.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(Object element) {
            received.add(element);
        }

        @Override
        public void onError(Throwable failure) {
            received.add(failure.getClass().getSimpleName());
            ended.countDown();
        }

        @Override
        public void onComplete() {
            received.add("end");
            ended.countDown();
        }

        void awaitEnd() {
            try {
                assertThat(ended.await(30, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException interrupt) {
                throw new AssertionError(interrupt);
            }
        }
    }

    /** A source that emits on demand of a test, and once more as it is cancelled. */
    private static final class Source implements Publisher<Object> {

        private final List<Object> emitted = new CopyOnWriteArrayList<>();
        private final Object atCancel;
        private volatile Subscriber<? super Object> subscriber;

        Source(Object atCancel) {
            this.atCancel = atCancel;
        }

        @Override
        public void subscribe(Subscriber<? super Object> given) {
            subscriber = given;
            given.onSubscribe(new Subscription() {
                @Override
                public void request(long n) {}

                @Override
                public void cancel() {
                    emit(atCancel);
                }
            });
        }

        void emit(Object element) {
            emitted.add(element);
            subscriber.onNext(element);
        }
    }

    private void subscribe(boolean mono, Publisher<Object> source, Guard guard) {
        ReactorGuard reactor = ReactorGuard.of(guard);
        Publisher<Object> guarded = mono ? reactor.mono(Mono.fromDirect(source)) : reactor.flux(source);
        guarded.subscribe(reader);
    }

    // ---- limits

    @Test
    void limitBetweenTheFirstElementAndItsDeliveryShouldComeAfterIt() {
        halfOpen();
        Source source = new Source("at cancel");
        // The circuit closes with the first element; there the limit fires, and the fallback is asked, before it is
        // delivered.
        breaker.onStateChange((from, to) -> {
            if (to == CircuitBreaker.State.CLOSED) {
                ticker.advance(LIMIT);
                await().until(() -> fallback.metrics().totalPassed() == 1);
            }
        });
        subscribe(false, source, Pipeline.of(fallback, timeout, breaker));
        source.emit("first");
        reader.awaitEnd();
        assertThat(reader.received).containsExactly("first", "TimeoutExceededException");
        assertThat(reader.discarded).containsExactly("at cancel");
        assertThat(reader.dropped).isEmpty();
    }

    private void halfOpen() {
        ReactorGuard.of(breaker).flux(Flux.error(new IOException())).subscribe(e -> {}, failure -> {});
        ticker.advance(Duration.ofSeconds(1));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void elementThatComesAsTheLimitFiresShouldBeReplaced(boolean mono) {
        Source source = new Source("at cancel");
        // The circuit opens as the limit is exceeded, before the source is cancelled.
        breaker.onStateChange((from, to) -> source.emit("as it opens"));
        subscribe(mono, source, Pipeline.of(fallback, timeout, breaker));
        ticker.advance(LIMIT);
        reader.awaitEnd();
        assertThat(reader.received).containsExactly("instead", "end");
        await().untilAsserted(() -> assertThat(reader.discarded).containsExactlyInAnyOrderElementsOf(source.emitted));
        assertThat(reader.dropped).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void elementThatComesWithTheCancelOfALimitShouldBeDiscarded(boolean mono) {
        Source source = new Source("at cancel");
        subscribe(mono, source, Pipeline.of(timeout, hedge, breaker));
        ticker.advance(LIMIT);
        reader.awaitEnd();
        assertThat(reader.received).containsExactly("TimeoutExceededException");
        await().untilAsserted(() -> assertThat(reader.discarded).containsExactlyInAnyOrderElementsOf(source.emitted));
        assertThat(reader.dropped).isEmpty();
    }

    // ---- cancels

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void elementThatComesWithACancelShouldBeDiscarded(boolean mono) {
        Source source = new Source("at cancel");
        subscribe(mono, source, Pipeline.of(timeout, hedge, breaker));
        reader.subscription.cancel();
        source.emit("later");
        assertThat(reader.received).isEmpty();
        assertThat(reader.discarded).containsExactly("at cancel", "later");
        assertThat(reader.dropped).isEmpty();
        assertThat(breaker.metrics().totalCancelled()).isEqualTo(1);
    }

    @Test
    void streamLeftBeforeItsFirstElementShouldCountAsCancelled() {
        Source source = new Source("at cancel");
        AtomicReference<Subscription> subscription = new AtomicReference<>();
        CoreSubscriber<Object> slow = new CoreSubscriber<>() {
            @Override
            public Context currentContext() {
                return reader.context;
            }

            @Override
            public void onSubscribe(Subscription given) {
                subscription.set(given);
            }

            @Override
            public void onNext(Object element) {
                reader.onNext(element);
            }

            @Override
            public void onError(Throwable failure) {}

            @Override
            public void onComplete() {}
        };
        ReactorGuard.of(breaker).flux(source).subscribe(slow);
        source.emit("not asked for");
        subscription.get().cancel();
        assertThat(reader.received).isEmpty();
        assertThat(reader.discarded).containsExactlyInAnyOrder("not asked for", "at cancel");
        assertThat(breaker.metrics().totalCancelled()).isEqualTo(1);
        assertThat(breaker.metrics().totalSucceeded()).isZero();
    }

    // ---- losers, attempts that were left, fallbacks

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void elementThatComesWithTheCancelOfALoserShouldBeDiscarded(boolean mono) {
        Source loser = new Source("at cancel");
        Source winner = new Source("after its end");
        AtomicInteger attempts = new AtomicInteger();
        subscribe(
                mono,
                Flux.defer(() -> attempts.incrementAndGet() == 1 ? loser : winner),
                Pipeline.of(timeout, hedge, breaker));
        ticker.advance(Duration.ofMillis(500));
        await().until(() -> winner.subscriber != null);
        winner.emit("first");
        winner.subscriber.onComplete();
        reader.awaitEnd();
        assertThat(reader.received).containsExactly("first", "end");
        await().untilAsserted(() -> assertThat(reader.discarded).containsExactly("at cancel"));
        assertThat(reader.dropped).isEmpty();
    }

    @Test
    void valuesThatARetryDidNotAcceptShouldBeDiscardedButTheLast() {
        AtomicInteger attempts = new AtomicInteger();
        Retry picky =
                Retry.of("r", c -> c.maxAttempts(3).baseDelay(Duration.ZERO).failureResult(result -> true));
        subscribe(true, Mono.fromSupplier(() -> "value " + attempts.incrementAndGet()), picky);
        reader.awaitEnd();
        assertThat(reader.discarded).containsExactly("value 1", "value 2");
        assertThat(reader.dropped).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void valueOfAFallbacksStageShouldBeDiscardedOnceItsReaderHasLeft(boolean mono) {
        CompletableFuture<Object> stage = new CompletableFuture<>() {
            @Override
            public boolean cancel(boolean mayInterruptIfRunning) {
                return false;
            }
        };
        subscribe(mono, Flux.error(new IOException()), Fallback.of("f", c -> c.value(stage)));
        reader.subscription.cancel();
        stage.complete("late");
        assertThat(reader.received).isEmpty();
        assertThat(reader.discarded).containsExactly("late");
        assertThat(reader.dropped).isEmpty();
    }

    /** The handler's thread is in the handler as the reader leaves. */
    private void recoverAfterCancel(boolean mono, Object replacement) throws Exception {
        CountDownLatch handling = new CountDownLatch(1);
        CountDownLatch left = new CountDownLatch(1);
        Fallback slow = Fallback.of(
                "f",
                c -> c.handle(thrown -> {
                    handling.countDown();
                    try {
                        left.await();
                    } catch (InterruptedException interrupt) {
                        throw new AssertionError(interrupt);
                    }
                    return replacement;
                }));
        Thread caller = new Thread(() -> subscribe(mono, Flux.error(new IOException()), slow));
        caller.start();
        handling.await();
        await().until(() -> reader.subscription != null);
        reader.subscription.cancel();
        left.countDown();
        caller.join();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void valueOfAHandlerShouldBeDiscardedOnceItsReaderHasLeft(boolean mono) throws Exception {
        recoverAfterCancel(mono, "late");
        assertThat(reader.received).isEmpty();
        assertThat(reader.discarded).containsExactly("late");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void futureOfAHandlerShouldBeCancelledOnceItsReaderHasLeft(boolean mono) throws Exception {
        CompletableFuture<Object> stage = new CompletableFuture<>();
        recoverAfterCancel(mono, stage);
        assertThat(stage).isCancelled();
        assertThat(reader.received).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void resultOfAHandlersFutureShouldBeDiscardedOnceItsReaderHasLeft(boolean mono) throws Exception {
        recoverAfterCancel(mono, CompletableFuture.completedFuture("late"));
        assertThat(reader.received).isEmpty();
        assertThat(reader.discarded).containsExactly("late");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void publisherOfAHandlerShouldNotBeSubscribedToOnceItsReaderHasLeft(boolean mono) throws Exception {
        AtomicInteger subscriptions = new AtomicInteger();
        recoverAfterCancel(mono, Mono.just("late").doOnSubscribe(given -> subscriptions.incrementAndGet()));
        assertThat(reader.received).isEmpty();
        assertThat(subscriptions.get() - reader.discarded.size()).isZero(); // or its value is discarded
    }

    // ---- all at once

    enum End {
        LIMIT,
        CANCEL,
        LIMIT_WITH_FALLBACK,
        LOSER
    }

    private static final int ROUNDS = 1_000;

    @ParameterizedTest
    @EnumSource(End.class)
    void elementShouldReachSubscriberOrHookOnceInAnyRace(End end) throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            race(end, round % 2 == 0);
        }
    }

    private void race(End end, boolean mono) throws Exception {
        Reader racing = new Reader();
        ManualTicker clock = new ManualTicker();
        Timeout limit = Timeout.of("t", TimeoutConfig.defaults(), clock);
        Hedge two = Hedge.of("h", HedgeConfig.defaults(), clock);
        Guard guard = switch (end) {
            case LIMIT -> limit;
            case CANCEL -> Pipeline.of(limit, breaker);
            case LIMIT_WITH_FALLBACK -> Pipeline.of(fallback, limit);
            case LOSER -> two;
        };
        List<DeafSource> sources = new CopyOnWriteArrayList<>();
        Publisher<Object> source = subscriber -> sources.add(new DeafSource(subscriber));
        ReactorGuard reactor = ReactorGuard.of(guard);
        (mono ? reactor.mono(Mono.fromDirect(source)) : reactor.flux(source)).subscribe(racing);
        if (end == End.LOSER) {
            clock.advance(Duration.ofMillis(500));
            await().pollInterval(Duration.ofMillis(1)).until(() -> sources.size() == 2);
        }
        Runnable other = switch (end) {
            case LIMIT, LIMIT_WITH_FALLBACK -> () -> clock.advance(LIMIT);
            case CANCEL -> () -> racing.subscription.cancel();
            case LOSER -> () -> sources.get(1).emitAndComplete(new Element("second"));
        };
        Element element = new Element("first");
        CompletableFuture<Void> beside = CompletableFuture.runAsync(other);
        sources.get(0).emitAndComplete(element);
        beside.get(30, TimeUnit.SECONDS);
        if (end != End.CANCEL) {
            racing.awaitEnd();
        }
        int expected = end == End.LOSER ? 2 : 1;
        await().pollInterval(Duration.ofMillis(1))
                .until(() -> countElements(racing.received) + countElements(racing.discarded) >= expected);
        assertThat(countElements(racing.received) + countElements(racing.discarded))
                .isEqualTo(expected);
        assertThat(racing.dropped).isEmpty();
        if (end == End.LIMIT_WITH_FALLBACK && !racing.received.contains(element)) {
            assertThat(racing.received).containsExactly("instead", "end");
        }
        if (end == End.LOSER) {
            assertThat(racing.received).hasSize(2);
        }
    }

    private static long countElements(List<Object> list) {
        return list.stream().filter(Element.class::isInstance).count();
    }

    private static final class Element {

        private final String name;

        Element(String name) {
            this.name = name;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private record DeafSource(Subscriber<? super Object> subscriber) {

        DeafSource {
            subscriber.onSubscribe(new Subscription() {
                @Override
                public void request(long n) {}

                @Override
                public void cancel() {}
            });
        }

        void emitAndComplete(Object element) {
            subscriber.onNext(element);
            subscriber.onComplete();
        }
    }
}
