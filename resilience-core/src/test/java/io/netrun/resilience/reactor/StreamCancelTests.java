package io.netrun.resilience.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.Pipeline;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitBreakerConfig;
import io.netrun.resilience.circuitbreaker.Detection;
import io.netrun.resilience.hedge.Hedge;
import io.netrun.resilience.hedge.HedgeConfig;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.test.ManualTicker;
import io.netrun.resilience.timeout.Timeout;
import io.netrun.resilience.timeout.TimeoutConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;
import reactor.test.publisher.TestPublisher;

/** Subscribers that leave: before, while and after a source emits, which may be while it is subscribed to. */
@org.junit.jupiter.api.Timeout(60)
class StreamCancelTests {

    private static final Duration LONG = Duration.ofSeconds(20);

    private final ManualTicker ticker = new ManualTicker();
    private final CircuitBreaker breaker = CircuitBreaker.of("c", CircuitBreakerConfig.defaults(), ticker);
    private final Bulkhead bulkhead = Bulkhead.of("b", c -> c.maxConcurrent(1).maxQueue(0));
    private final Timeout timeout = Timeout.of("t", TimeoutConfig.defaults(), ticker);
    private final Hedge hedge = Hedge.of("h", HedgeConfig.defaults(), ticker);
    private final Pipeline pipeline = Pipeline.of(timeout, bulkhead, Retry.of("r"), hedge, breaker);
    private final AtomicInteger emitted = new AtomicInteger();

    /** Ways of reading a stream in part, each of which leaves it. */
    enum Reader {
        NEXT(Flux::next),
        TAKE(stream -> stream.take(1)),
        TAKE_UNTIL(stream -> stream.takeUntil(element -> true)),
        TAKE_WHILE(stream -> stream.takeWhile(element -> element < 2)),
        ANY(stream -> stream.any(element -> element == 1)),
        ELEMENT_AT(stream -> stream.elementAt(0)),
        LEFT_FROM_ANOTHER_THREAD(stream -> stream.takeUntilOther(Mono.delay(Duration.ofMillis(5)))),
        FAILING(stream -> stream.map(element -> 1 / (element - 1)).onErrorComplete());

        private final Function<Flux<Integer>, Publisher<?>> read;

        Reader(Function<Flux<Integer>, Publisher<?>> read) {
            this.read = read;
        }
    }

    static Stream<Arguments> readersOfSources() {
        return Stream.of(SourceKind.values())
                .flatMap(kind -> Stream.of(Reader.values()).map(reader -> Arguments.of(kind, reader)));
    }

    private Flux<Integer> endless() {
        return Flux.<Integer, Integer>generate(() -> 1, (number, sink) -> {
            emitted.incrementAndGet();
            sink.next(number);
            return number + 1;
        });
    }

    @ParameterizedTest
    @MethodSource("readersOfSources")
    void cancelShouldReachAnEndlessSource(SourceKind kind, Reader reader) {
        Flux<Integer> guarded = ReactorGuard.of(pipeline).flux(kind.of(endless()));
        Flux.from(reader.read.apply(guarded)).blockLast(LONG);
        await().until(() -> bulkhead.metrics().asyncActive() == 0);
        await().until(() -> hedge.metrics().active() == 0);
    }

    @Test
    void sourceReadInPartShouldEmitNoMoreThanIsRead() {
        ReactorGuard.of(breaker).flux(endless()).next().block(LONG);
        assertThat(emitted).hasValue(1);
    }

    @Test
    void retriedSourceShouldBeLeftOnAWorkerToo() {
        AtomicInteger attempts = new AtomicInteger();
        Retry retry = Retry.of("r", c -> c.baseDelay(Duration.ofMillis(1)));
        Flux<Integer> source =
                Flux.defer(() -> attempts.incrementAndGet() == 1 ? Flux.error(new IOException()) : endless());
        assertThat(ReactorGuard.of(Pipeline.of(bulkhead, retry)).flux(source).blockFirst(LONG))
                .isEqualTo(1);
        await().until(() -> bulkhead.metrics().asyncActive() == 0);
    }

    @Test
    void subscriberThatLeavesAtOnceShouldMakeNoCall() {
        ReactorGuard guard = ReactorGuard.of(bulkhead);
        guard.flux(endless()).subscribe(leavingAtOnce());
        guard.mono(endless().next()).subscribe(leavingAtOnce());
        assertThat(emitted).hasValue(0);
        assertThat(bulkhead.metrics().totalAccepted()).isZero();
    }

    private static <T> BaseSubscriber<T> leavingAtOnce() {
        return new BaseSubscriber<>() {
            @Override
            protected void hookOnSubscribe(Subscription subscription) {
                cancel();
            }
        };
    }

    @Test
    void subscriberThatLeavesWithinAMonoShouldCancelIt() {
        AtomicReference<Disposable> leaving = new AtomicReference<>();
        TestPublisher<Integer> source = TestPublisher.create();
        Disposable reading = ReactorGuard.of(pipeline)
                .mono(source.mono().doOnNext(value -> leaving.get().dispose()))
                .subscribe();
        leaving.set(reading);
        source.next(1);
        await().until(() -> bulkhead.metrics().asyncActive() == 0);
        assertThat(breaker.metrics().totalFailed()).isZero();
    }

    // ---- what it counts as

    @ParameterizedTest
    @EnumSource(SourceKind.class)
    void streamBegunAndLeftShouldCountAsSuccess(SourceKind kind) {
        ReactorGuard guard = ReactorGuard.of(pipeline);
        for (Reader reader : List.of(Reader.NEXT, Reader.TAKE, Reader.TAKE_UNTIL)) {
            Flux.from(reader.read.apply(guard.flux(kind.of(endless())))).blockLast(LONG);
            await().until(() -> bulkhead.metrics().asyncActive() == 0);
        }
        assertThat(breaker.metrics().totalSucceeded()).isEqualTo(3);
        assertThat(breaker.metrics().totalCancelled()).isZero();
    }

    @Test
    void streamLeftBeforeItsFirstElementShouldCountAsCancelled() {
        ReactorGuard.of(pipeline).flux(Flux.never()).subscribe().dispose();
        assertThat(breaker.metrics().totalCancelled()).isEqualTo(1);
        assertThat(breaker.metrics().totalSucceeded()).isZero();
    }

    @ParameterizedTest
    @EnumSource(SourceKind.class)
    void halfOpenCircuitShouldCloseWithStreamsReadInPart(SourceKind kind) {
        halfOpen();
        for (int i = 0; i < 3; i++) {
            ReactorGuard.of(breaker).flux(kind.of(endless())).blockFirst(LONG);
        }
        await().until(() -> breaker.state() == CircuitBreaker.State.CLOSED);
    }

    @Test
    void longGoodStreamShouldNotBeTakenForAnOverdueTrial() {
        halfOpen();
        TestPublisher<Integer> prices = TestPublisher.create();
        ReactorGuard.of(breaker).flux(prices).subscribe();
        prices.next(1);
        ticker.advance(Duration.ofHours(1));
        assertThat(breaker.call(() -> "let in")).isEqualTo("let in");
        assertThat(breaker.metrics().totalFailed()).isEqualTo(5);
    }

    @Test
    void trialThatFailsAfterElementsShouldReopenTheCircuit() {
        halfOpen();
        TestPublisher<Integer> prices = TestPublisher.create();
        ReactorGuard.of(breaker).flux(prices).subscribe(price -> {}, failure -> {});
        prices.next(1);
        prices.error(new IOException("broken"));
        assertThat(breaker.state()).isEqualTo(CircuitBreaker.State.OPEN);
        assertThat(breaker.metrics().totalFailed()).isEqualTo(6);
    }

    @Test
    void longGoodStreamShouldNotCountAsSlow() {
        CircuitBreaker slow = CircuitBreaker.of(
                "slow",
                CircuitBreakerConfig.builder()
                        .detection(Detection.COUNT_WINDOW)
                        .slowCallDuration(Duration.ofSeconds(1))
                        .build(),
                ticker);
        TestPublisher<Integer> prices = TestPublisher.create();
        ReactorGuard.of(slow).flux(prices).subscribe();
        prices.next(1);
        ticker.advance(Duration.ofHours(1));
        prices.complete();
        assertThat(slow.metrics().totalSucceeded()).isEqualTo(1);
        assertThat(slow.metrics().totalSlow()).isZero();
    }

    private void halfOpen() {
        for (int i = 0; i < 5; i++) {
            ReactorGuard.of(breaker).flux(Flux.error(new IOException())).subscribe(e -> {}, failure -> {});
        }
        assertThat(breaker.state()).isEqualTo(CircuitBreaker.State.OPEN);
        ticker.advance(Duration.ofMinutes(1));
    }

    // ---- sources that do not heed it

    @Test
    void cancelThatThrowsShouldReleaseEverything() {
        Publisher<Integer> source = subscriber -> subscriber.onSubscribe(new Subscription() {
            @Override
            public void request(long n) {}

            @Override
            public void cancel() {
                throw new IllegalStateException("cannot be cancelled");
            }
        });
        ReactorGuard guard = ReactorGuard.of(Pipeline.of(bulkhead, breaker));
        guard.flux(source).subscribe().dispose();
        guard.mono(Mono.from(source)).subscribe().dispose();
        assertThat(bulkhead.metrics().asyncActive()).isZero();
        assertThat(bulkhead.metrics().totalAccepted()).isEqualTo(2);
        assertThat(breaker.metrics().totalCancelled()).isEqualTo(2);
    }

    @Test
    void cancelThatBlocksShouldNotKeepATimeoutFromTheSubscriber() throws InterruptedException {
        CountDownLatch blocked = new CountDownLatch(1);
        CountDownLatch failed = new CountDownLatch(1);
        Flux<Integer> source = Flux.<Integer>never().doOnCancel(() -> awaitQuietly(blocked));
        ReactorGuard.of(timeout).flux(source).subscribe(e -> {}, failure -> failed.countDown());
        ticker.advance(Duration.ofSeconds(5));
        assertThat(failed.await(20, TimeUnit.SECONDS)).isTrue();
        blocked.countDown();
    }

    @Test
    void loserWhoseCancelBlocksShouldNotDelayTheWinner() {
        CountDownLatch blocked = new CountDownLatch(1);
        TestPublisher<Integer> second = TestPublisher.create();
        AtomicInteger attempts = new AtomicInteger();
        Flux<Integer> source = Flux.defer(() -> attempts.incrementAndGet() == 1
                ? Flux.<Integer>never().doOnCancel(() -> awaitQuietly(blocked))
                : second.flux());
        Mono<List<Integer>> all =
                ReactorGuard.of(hedge).flux(source).collectList().cache();
        all.subscribe();
        ticker.advance(Duration.ofMillis(500));
        await().until(second::wasSubscribed);
        second.next(1, 2).complete();
        assertThat(all.block(LONG)).containsExactly(1, 2);
        blocked.countDown();
    }

    @Test
    void abandonedAttemptThatEmitsAfterAllShouldReachNobody() {
        List<Sinks.Many<String>> sources = List.of(
                Sinks.many().multicast().directBestEffort(),
                Sinks.many().multicast().directBestEffort());
        AtomicInteger attempts = new AtomicInteger();
        TestPublisher<String> deaf = TestPublisher.createNoncompliant(TestPublisher.Violation.CLEANUP_ON_TERMINATE);
        Retry retry = Retry.of("r", c -> c.baseDelay(Duration.ZERO));
        Flux<String> source = Flux.defer(() -> attempts.incrementAndGet() == 1
                ? Flux.from(subscriber -> deaf.subscribe(uncancelled(subscriber)))
                : sources.get(1).asFlux());
        List<String> received = new CopyOnWriteArrayList<>();
        ReactorGuard.of(Pipeline.of(retry, timeout))
                .flux(source)
                .subscribe(received::add, failure -> received.add(failure.toString()), () -> received.add("COMPLETE"));
        ticker.advance(Duration.ofSeconds(5));
        await().until(() -> sources.get(1).currentSubscriberCount() == 1);
        deaf.next("of the abandoned one");
        deaf.error(new IOException("of the abandoned one"));
        sources.get(1).tryEmitNext("of the second");
        sources.get(1).tryEmitComplete();
        await().untilAsserted(() -> assertThat(received).containsExactly("of the second", "COMPLETE"));
    }

    /** A subscriber whose cancel its source never sees. */
    private static <T> CoreSubscriber<T> uncancelled(Subscriber<? super T> subscriber) {
        return new CoreSubscriber<>() {
            @Override
            public void onSubscribe(Subscription subscription) {
                subscriber.onSubscribe(new Subscription() {
                    @Override
                    public void request(long n) {
                        subscription.request(n);
                    }

                    @Override
                    public void cancel() {}
                });
            }

            @Override
            public void onNext(T element) {
                subscriber.onNext(element);
            }

            @Override
            public void onError(Throwable failure) {
                subscriber.onError(failure);
            }

            @Override
            public void onComplete() {
                subscriber.onComplete();
            }
        };
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void streamLeftForAnotherShouldCountAsSuccess() {
        TestPublisher<Integer> source = TestPublisher.create();
        Sinks.Many<Flux<Integer>> choice = Sinks.many().unicast().onBackpressureBuffer();
        choice.asFlux().switchMap(chosen -> chosen).subscribe();
        choice.tryEmitNext(ReactorGuard.of(pipeline).flux(source));
        source.next(1);
        choice.tryEmitNext(Flux.empty());
        source.assertWasCancelled();
        assertThat(breaker.metrics().totalSucceeded()).isEqualTo(1);
        assertThat(bulkhead.metrics().asyncActive()).isZero();
    }

    @Test
    void connectedStreamThatIsDisconnectedShouldCountAsSuccess() {
        TestPublisher<Integer> source = TestPublisher.create();
        Flux<Integer> shared = ReactorGuard.of(pipeline).flux(source).publish().refCount(1);
        Disposable reading = shared.publishOn(Schedulers.immediate()).subscribe();
        source.next(1);
        reading.dispose();
        source.assertWasCancelled();
        assertThat(breaker.metrics().totalSucceeded()).isEqualTo(1);
    }
}
