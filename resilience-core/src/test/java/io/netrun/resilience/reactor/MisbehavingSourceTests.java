package io.netrun.resilience.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.Pipeline;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.fallback.Fallback;
import io.netrun.resilience.hedge.Hedge;
import io.netrun.resilience.retry.OnExhausted;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.timeout.Timeout;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;

/**
 * Sources that break the rules of Reactive Streams, and failures of every kind: the subscriber is notified of the end,
 * and nothing stays acquired.
 */
@org.junit.jupiter.api.Timeout(60)
class MisbehavingSourceTests {

    private final CircuitBreaker breaker = CircuitBreaker.of("c", c -> c.failureThreshold(1_000));
    private final Bulkhead bulkhead = Bulkhead.of("b");
    private final Pipeline pipeline = Pipeline.of(Timeout.of("t"), bulkhead, breaker);
    private final List<String> received = new CopyOnWriteArrayList<>();

    @BeforeEach
    void keepDroppedErrorsQuiet() {
        Hooks.onErrorDropped(dropped -> {});
    }

    @AfterEach
    void nothingShouldBeHeld() {
        Hooks.resetOnErrorDropped();
        assertThat(bulkhead.metrics().asyncActive()).isZero();
    }

    private void subscribe(Publisher<String> guarded) {
        Flux.from(guarded)
                .subscribe(
                        received::add,
                        failure -> received.add(String.valueOf(failure.getMessage())),
                        () -> received.add("COMPLETE"));
    }

    private static Publisher<String> playing(Consumer<Subscriber<? super String>> play) {
        return subscriber -> {
            subscriber.onSubscribe(Operators.emptySubscription());
            play.accept(subscriber);
        };
    }

    static Stream<Arguments> sources() {
        return Stream.of(
                Arguments.of(
                        "throws in subscribe",
                        (Publisher<String>) subscriber -> {
                            throw new IllegalStateException("thrown");
                        },
                        List.of("thrown")),
                Arguments.of(
                        "throws after it has emitted",
                        playing(subscriber -> {
                            subscriber.onNext("one");
                            throw new IllegalStateException("thrown");
                        }),
                        List.of("one", "thrown")),
                Arguments.of(
                        "is subscribed to twice",
                        playing(subscriber -> {
                            subscriber.onSubscribe(Operators.emptySubscription());
                            subscriber.onNext("one");
                            subscriber.onComplete();
                        }),
                        List.of("one", "COMPLETE")),
                Arguments.of(
                        "emits after its end",
                        playing(subscriber -> {
                            subscriber.onNext("one");
                            subscriber.onComplete();
                            subscriber.onNext("two");
                            subscriber.onComplete();
                        }),
                        List.of("one", "COMPLETE")),
                Arguments.of(
                        "fails after its end",
                        playing(subscriber -> {
                            subscriber.onNext("one");
                            subscriber.onComplete();
                            subscriber.onError(new IOException("broken"));
                        }),
                        List.of("one", "COMPLETE")),
                Arguments.of(
                        "ends after its failure",
                        playing(subscriber -> {
                            subscriber.onError(new IOException("broken"));
                            subscriber.onComplete();
                            subscriber.onNext("one");
                        }),
                        List.of("broken")),
                Arguments.of(
                        "throws when it is asked",
                        (Publisher<String>) subscriber -> subscriber.onSubscribe(new Subscription() {
                            @Override
                            public void request(long n) {
                                throw new IllegalStateException("thrown");
                            }

                            @Override
                            public void cancel() {}
                        }),
                        List.of("thrown")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("sources")
    void streamShouldEndOnce(String how, Publisher<String> source, List<String> expected) {
        subscribe(ReactorGuard.of(pipeline).flux(source));
        assertThat(received).isEqualTo(expected);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("sources")
    void monoShouldEndOnce(String how, Publisher<String> source, List<String> expected) {
        subscribe(ReactorGuard.of(pipeline).mono(Mono.from(source)));
        List<String> asMono = expected.get(0).equals("one") ? List.of("one", "COMPLETE") : expected;
        assertThat(received).isEqualTo(asMono);
    }

    @Test
    void sourceThatEmitsOnTwoThreadsAtOnceShouldDeliverOneByOne() throws InterruptedException {
        int rows = 10_000;
        CountDownLatch ended = new CountDownLatch(1);
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger overlaps = new AtomicInteger();
        AtomicInteger count = new AtomicInteger();
        Publisher<Integer> source = subscriber -> {
            subscriber.onSubscribe(Operators.emptySubscription());
            Thread[] threads = new Thread[2];
            for (int i = 0; i < threads.length; i++) {
                threads[i] = new Thread(() -> {
                    for (int row = 0; row < rows; row++) {
                        subscriber.onNext(row);
                    }
                });
                threads[i].start();
            }
            CompletableFuture.runAsync(() -> {
                for (Thread thread : threads) {
                    join(thread);
                }
                subscriber.onComplete();
            });
        };
        ReactorGuard.of(pipeline)
                .flux(source)
                .subscribe(
                        row -> {
                            overlaps.addAndGet(inside.getAndIncrement());
                            count.incrementAndGet();
                            inside.decrementAndGet();
                        },
                        failure -> {},
                        ended::countDown);
        assertThat(ended.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(overlaps).hasValue(0);
        assertThat(count).hasValue(2 * rows);
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
        }
    }

    static Stream<Consumer<Subscriber<? super String>>> nullSignals() {
        return Stream.of(
                subscriber -> subscriber.onSubscribe(null),
                subscriber -> {
                    subscriber.onSubscribe(Operators.emptySubscription());
                    subscriber.onSubscribe(null);
                },
                subscriber -> {
                    subscriber.onSubscribe(Operators.emptySubscription());
                    subscriber.onError(null);
                });
    }

    @ParameterizedTest
    @MethodSource("nullSignals")
    void nullSignalShouldEndTheSubscriberOnce(Consumer<Subscriber<? super String>> play) {
        Hedge hedge = Hedge.of("h");
        List<Throwable> ends = new CopyOnWriteArrayList<>();
        for (Pipeline guard : List.of(pipeline, Pipeline.of(bulkhead, hedge))) {
            ReactorGuard reactor = ReactorGuard.of(guard);
            Publisher<String> source = play::accept;
            reactor.flux(source).subscribe(received::add, ends::add);
            reactor.mono(new Mono<String>() {
                        @Override
                        public void subscribe(CoreSubscriber<? super String> subscriber) {
                            play.accept(subscriber);
                        }
                    })
                    .subscribe(received::add, ends::add);
        }
        await().until(() -> ends.size() == 4
                && bulkhead.metrics().asyncActive() == 0
                && hedge.metrics().active() == 0);
        assertThat(ends).hasOnlyElementsOfType(NullPointerException.class);
        assertThat(received).isEmpty();
    }

    @Test
    void nullFromASupplierShouldFailTheCall() {
        subscribe(ReactorGuard.of(pipeline).mono(() -> null));
        subscribe(ReactorGuard.of(pipeline).flux(() -> null));
        assertThat(received).hasSize(2);
        assertThat(breaker.metrics().totalFailed()).isEqualTo(2);
    }

    // ---- failures as they are

    static Stream<Throwable> failures() {
        return Stream.of(
                new IOException("plain"),
                new CompletionException("without a cause", null),
                new CompletionException("with a cause", new IOException("cause")),
                new ExecutionException("with a cause", new IOException("cause")),
                new CancellationException("of the source's own"),
                new StackOverflowError("deep"),
                new Exception());
    }

    @ParameterizedTest
    @MethodSource("failures")
    void failureOfASourceShouldReachTheSubscriberAsItIs(Throwable failure) {
        Retry once =
                Retry.of("r", c -> c.maxAttempts(2).baseDelay(Duration.ZERO).onExhausted(OnExhausted.RETHROW));
        for (Pipeline guard : List.of(Pipeline.of(), Pipeline.of(breaker), pipeline, Pipeline.of(once, breaker))) {
            List<Throwable> ends = new CopyOnWriteArrayList<>();
            ReactorGuard reactor = ReactorGuard.of(guard);
            reactor.mono(Mono.error(failure)).subscribe(value -> {}, ends::add);
            reactor.flux(Flux.error(failure)).subscribe(value -> {}, ends::add);
            await().until(() -> ends.size() == 2);
            assertThat(ends).allSatisfy(end -> assertThat(end).isSameAs(failure));
        }
    }

    static Stream<Function<Throwable, Object>> fallbacks() {
        return Stream.of(
                CompletableFuture::failedFuture,
                failure -> CompletableFuture.failedFuture(failure).thenApply(Function.identity()),
                Mono::error);
    }

    @ParameterizedTest
    @MethodSource("fallbacks")
    void failureOfAFallbackShouldReachTheSubscriberAsItIs(Function<Throwable, Object> promise) {
        IOException second = new IOException("second");
        Fallback fallback = Fallback.of("f", c -> c.value(promise.apply(second)));
        List<Throwable> ends = new CopyOnWriteArrayList<>();
        ReactorGuard guard = ReactorGuard.of(fallback);
        guard.mono(Mono.error(new IOException("first"))).subscribe(value -> {}, ends::add);
        guard.flux(Flux.error(new IOException("first"))).subscribe(value -> {}, ends::add);
        assertThat(ends).hasSize(2).allSatisfy(end -> assertThat(end).isSameAs(second));
    }

    /** As one that allocates while the heap is full. */
    @Test
    void sourceThatCouldNotBeCancelledShouldBeCancelledLater() {
        AtomicInteger failures = new AtomicInteger(3);
        CountDownLatch cancelled = new CountDownLatch(1);
        Publisher<String> source = subscriber -> subscriber.onSubscribe(new Subscription() {

            @Override
            public void request(long n) {}

            @Override
            public void cancel() {
                if (failures.getAndDecrement() > 0) {
                    throw new OutOfMemoryError("full");
                }
                cancelled.countDown();
            }
        });
        ReactorGuard.of(pipeline).mono(Mono.from(source)).subscribe().dispose();
        await().until(() -> cancelled.getCount() == 0);
        assertThat(bulkhead.metrics().asyncActive()).isZero();
    }

    // ---- sources that throw and go on

    /** A source whose first subscription throws, and goes on as soon as there is another one. */
    private final class ThrowsAndGoesOn implements Publisher<String> {

        private final AtomicBoolean cancelled = new AtomicBoolean();
        private @Nullable Subscriber<? super String> first;

        @Override
        public void subscribe(Subscriber<? super String> subscriber) {
            Subscriber<? super String> before = first;
            if (before == null) {
                first = subscriber;
                subscriber.onSubscribe(new Subscription() {
                    @Override
                    public void request(long n) {}

                    @Override
                    public void cancel() {
                        cancelled.set(true);
                    }
                });
                throw new IllegalStateException("thrown");
            }
            before.onNext("of the first");
            subscriber.onSubscribe(Operators.emptySubscription());
            subscriber.onNext("of the second");
            subscriber.onComplete();
        }
    }

    @Test
    void streamThatThrowsAndGoesOnShouldBeRetried() {
        subscribe(ReactorGuard.of(Retry.of("again", c -> c.baseDelay(Duration.ZERO)))
                .flux(new ThrowsAndGoesOn()));
        await().until(() -> received.size() == 2);
        assertThat(received).containsExactly("of the second", "COMPLETE");
    }

    @Test
    void streamThatThrowsAndGoesOnShouldBeReplaced() {
        ThrowsAndGoesOn source = new ThrowsAndGoesOn();
        subscribe(ReactorGuard.of(Fallback.of("f", c -> c.handle(failure -> source)))
                .flux(source));
        assertThat(received).containsExactly("of the second", "COMPLETE");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void sourceThatThrowsAndGoesOnShouldBeCancelled(boolean mono) {
        ThrowsAndGoesOn source = new ThrowsAndGoesOn();
        ReactorGuard guard = ReactorGuard.of(bulkhead);
        subscribe(mono ? guard.mono(Mono.fromDirect(source)) : guard.flux(source));
        assertThat(received).containsExactly("thrown");
        assertThat(source.cancelled).isTrue();
    }

    // ---- sources that throw after they have reported their end

    static Stream<Arguments> endsBeforeTheThrow() {
        Consumer<Subscriber<? super String>> value = subscriber -> subscriber.onNext("one");
        Consumer<Subscriber<? super String>> end = Subscriber::onComplete;
        Consumer<Subscriber<? super String>> failure = subscriber -> subscriber.onError(new IOException("broken"));
        return Stream.of(
                        Arguments.of("value", true, value, List.of("one", "COMPLETE")),
                        Arguments.of("value, end", true, value.andThen(end), List.of("one", "COMPLETE")),
                        Arguments.of("value, end", false, value.andThen(end), List.of("one", "COMPLETE")),
                        Arguments.of("end", true, end, List.of("COMPLETE")),
                        Arguments.of("end", false, end, List.of("COMPLETE")),
                        Arguments.of("failure", true, failure, List.of("broken")),
                        Arguments.of("failure", false, failure, List.of("broken")),
                        Arguments.of("value, failure", false, value.andThen(failure), List.of("one", "broken")))
                .flatMap(each -> Stream.of(false, true)
                        .map(retried ->
                                Arguments.of(each.get()[0], each.get()[1], each.get()[2], each.get()[3], retried)));
    }

    @ParameterizedTest
    @MethodSource("endsBeforeTheThrow")
    void sourceThatThrowsAfterItsEndShouldHaveEndedWithIt(
            String name,
            boolean mono,
            Consumer<Subscriber<? super String>> play,
            List<String> expected,
            boolean retried) {
        List<Throwable> dropped = new CopyOnWriteArrayList<>();
        List<Object> discarded = new CopyOnWriteArrayList<>();
        Hooks.onErrorDropped(dropped::add);
        AtomicInteger subscriptions = new AtomicInteger();
        Publisher<String> source = playing(play.andThen(subscriber -> {
            subscriptions.incrementAndGet();
            throw new IllegalStateException("thrown");
        }));
        Retry retry = Retry.of("r", c -> c.exceptions(IllegalStateException.class));
        ReactorGuard guard = ReactorGuard.of(retried ? Pipeline.of(retry, breaker) : pipeline);
        subscribe((mono ? guard.mono(Mono.fromDirect(source)).flux() : guard.flux(source))
                .doOnDiscard(Object.class, discarded::add));
        assertThat(received).isEqualTo(expected);
        assertThat(discarded).isEmpty();
        assertThat(subscriptions).hasValue(1);
        assertThat(dropped)
                .singleElement()
                .satisfies(thrown -> assertThat(thrown).hasMessage("thrown"));
        assertThat(breaker.metrics().totalFailed()).isEqualTo(expected.contains("broken") ? 1 : 0);
        assertThat(breaker.metrics().totalSucceeded()).isEqualTo(expected.contains("broken") ? 0 : 1);
    }

    // ---- subscribers that throw

    /** A subscriber without Reactor's help, which throws at one of its signals. */
    private class Throwing implements Subscriber<String> {

        private final String at;
        private final boolean fatal;

        Throwing(String at) {
            this(at, false);
        }

        Throwing(String at, boolean fatal) {
            this.at = at;
            this.fatal = fatal;
        }

        private void receive(String signal) {
            received.add(signal);
            if (signal.equals(at)) {
                if (fatal) {
                    throw new InternalError("subscriber");
                }
                throw new IllegalStateException("subscriber");
            }
        }

        @Override
        public void onSubscribe(Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(String element) {
            receive(element);
        }

        @Override
        public void onError(Throwable failure) {
            receive("ERROR");
        }

        @Override
        public void onComplete() {
            receive("COMPLETE");
        }
    }

    static Stream<Arguments> throwingSubscribers() {
        return Stream.of(
                Arguments.of("one", List.of("one"), Flux.just("one", "two")),
                Arguments.of("two", List.of("one", "two"), Flux.just("one", "two", "three")),
                Arguments.of("COMPLETE", List.of("one", "COMPLETE"), Flux.just("one")),
                Arguments.of("ERROR", List.of("ERROR"), Flux.error(new IOException())));
    }

    @ParameterizedTest
    @MethodSource("throwingSubscribers")
    void exceptionOfASubscriberShouldNotDisappear(String at, List<String> signals, Flux<String> source) {
        List<Throwable> dropped = new CopyOnWriteArrayList<>();
        Hooks.onErrorDropped(dropped::add);
        ReactorGuard.of(pipeline).flux(source).subscribe((Subscriber<String>) new Throwing(at));
        assertThat(dropped)
                .singleElement()
                .satisfies(thrown -> assertThat(thrown)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessage("subscriber"));
        assertThat(received).isEqualTo(signals);
    }

    @Test
    void exceptionOfASubscriberOfAMonoShouldNotDisappear() {
        List<Throwable> dropped = new CopyOnWriteArrayList<>();
        Hooks.onErrorDropped(dropped::add);
        ReactorGuard.of(pipeline).mono(Mono.just("one")).subscribe((Subscriber<String>) new Throwing("one"));
        assertThat(dropped)
                .singleElement()
                .satisfies(thrown -> assertThat(thrown).hasMessage("subscriber"));
        assertThat(received).containsExactly("one");
    }

    /** Plain sources throw it on as well. */
    @ParameterizedTest
    @MethodSource("throwingSubscribers")
    void fatalErrorOfASubscriberShouldReachTheSubscribingThread(String at, List<String> signals, Flux<String> source) {
        ReactorGuard guard = ReactorGuard.of(pipeline);
        ReactorGuard outer = ReactorGuard.of(CircuitBreaker.of("outer"));
        for (Flux<String> each : List.of(source, guard.flux(source), outer.flux(guard.flux(source)))) {
            received.clear();
            assertThatThrownBy(() -> each.subscribe((Subscriber<String>) new Throwing(at, true)))
                    .isInstanceOf(InternalError.class)
                    .hasMessage("subscriber");
            assertThat(received).isEqualTo(signals);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"one", "COMPLETE", "ERROR"})
    void fatalErrorOfASubscriberOfAMonoShouldBeThrownOn(String at) {
        Mono<String> source = at.equals("ERROR") ? Mono.error(new IOException()) : Mono.just("one");
        Mono<String> guarded = ReactorGuard.of(pipeline).mono(source);
        assertThatThrownBy(() -> guarded.subscribe((Subscriber<String>) new Throwing(at, true)))
                .isInstanceOf(InternalError.class);
        assertThat(received).endsWith(at);
    }

    @ParameterizedTest
    @CsvSource({"one,true", "one,false", "COMPLETE,true", "COMPLETE,false", "ERROR,true", "ERROR,false"})
    void fatalErrorOfASubscriberShouldReachTheEmittingThread(String at, boolean mono) {
        List<Throwable> dropped = new CopyOnWriteArrayList<>();
        Hooks.onErrorDropped(dropped::add);
        AtomicReference<Subscriber<? super String>> emitter = new AtomicReference<>();
        Publisher<String> source = playing(emitter::set);
        ReactorGuard guard = ReactorGuard.of(pipeline);
        Publisher<String> guarded = mono ? guard.mono(Mono.fromDirect(source)) : guard.flux(source);
        guarded.subscribe(new Throwing(at, true));
        assertThatThrownBy(() -> {
                    if (at.equals("ERROR")) {
                        emitter.get().onError(new IOException());
                    } else {
                        emitter.get().onNext("one");
                        emitter.get().onComplete();
                    }
                })
                .isInstanceOf(InternalError.class)
                .hasMessage("subscriber");
        assertThat(received).endsWith(at);
        assertThat(dropped).isEmpty();
        emitter.get().onNext("late"); // it is thrown once
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void fatalErrorOfASubscriberShouldReachTheRequestingThread(boolean mono) {
        ReactorGuard guard = ReactorGuard.of(pipeline);
        Flux<String> source = Flux.just("one", "two");
        Publisher<String> guarded = mono ? guard.mono(source.next()) : guard.flux(source);
        AtomicReference<Subscription> requesting = new AtomicReference<>();
        guarded.subscribe(new Throwing("one", true) {
            @Override
            public void onSubscribe(Subscription subscription) {
                requesting.set(subscription);
            }
        });
        assertThatThrownBy(() -> requesting.get().request(1)).isInstanceOf(InternalError.class);
        assertThat(received).containsExactly("one");
    }
}
