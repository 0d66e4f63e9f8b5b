package io.netrun.resilience.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.Guard;
import io.netrun.resilience.LimitFixture;
import io.netrun.resilience.Pipeline;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitBreakerConfig;
import io.netrun.resilience.hedge.Hedge;
import io.netrun.resilience.hedge.HedgeConfig;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.retry.RetryConfig;
import io.netrun.resilience.retry.RetryMetrics;
import io.netrun.resilience.test.ManualTicker;
import io.netrun.resilience.timeout.Timeout;
import io.netrun.resilience.timeout.TimeoutConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import reactor.core.Disposable;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Readers that leave while a source emits, or blocks, within its subscription: what the policies hold is settled at
 * that moment, before the readers go on, though the policies have got no future of the call yet.
 */
@org.junit.jupiter.api.Timeout(60)
class LeftWithinSourceTests {

    private static final Duration LONG = Duration.ofSeconds(20);

    private final ManualTicker ticker = new ManualTicker();
    private final Bulkhead bulkhead = Bulkhead.of("b", c -> c.maxConcurrent(1).maxQueue(0));
    private final CircuitBreaker breaker = CircuitBreaker.of(
            "c",
            CircuitBreakerConfig.builder()
                    .failureThreshold(5)
                    .halfOpenMaxCalls(1)
                    .successThreshold(2)
                    .build(),
            ticker);
    private final Timeout timeout = Timeout.of("t", TimeoutConfig.defaults(), ticker);
    private final Retry retry =
            Retry.of("r", RetryConfig.builder().baseDelay(Duration.ofSeconds(1)).build(), ticker);
    private final Hedge hedge = Hedge.of("h", HedgeConfig.defaults(), ticker);

    /** Sources that emit on the thread that subscribes or requests. */
    enum Source {
        JUST(() -> Flux.just(1, 2)),
        ENDLESS(() -> Flux.generate(sink -> sink.next(1))),
        LOOP(() -> Flux.create(sink -> {
            while (!sink.isCancelled()) {
                sink.next(1);
            }
        })),
        WITHOUT_DEMAND(() -> Flux.from(subscriber -> {
            subscriber.onSubscribe(new Deaf(() -> {}));
            subscriber.onNext(1);
            subscriber.onNext(2);
            subscriber.onComplete();
        })),
        FAILING_WHEN_LEFT(() -> failingWhenLeft()),
        CONCATENATED(() -> Flux.concat(Flux.empty(), Mono.just(1), Flux.just(2, 3)));

        private final Supplier<Flux<Integer>> stream;

        Source(Supplier<Flux<Integer>> stream) {
            this.stream = stream;
        }
    }

    /** Does not heed a cancel. */
    private record Deaf(Runnable onFirstRequest, AtomicBoolean requested) implements Subscription {

        Deaf(Runnable onFirstRequest) {
            this(onFirstRequest, new AtomicBoolean());
        }

        @Override
        public void request(long n) {
            if (requested.compareAndSet(false, true)) {
                onFirstRequest.run();
            }
        }

        @Override
        public void cancel() {}
    }

    private static Flux<Integer> failingWhenLeft() {
        Publisher<Integer> source = LeftWithinSourceTests::emitAndFail;
        return Flux.from(source);
    }

    private static void emitAndFail(Subscriber<? super Integer> subscriber) {
        subscriber.onSubscribe(new Deaf(() -> {
            subscriber.onNext(1);
            subscriber.onError(new IOException("late"));
        }));
    }

    /** Ways of reading a stream in part. */
    enum Reader {
        NEXT(Flux::next),
        TAKE(stream -> stream.take(1).last()),
        TAKE_UNTIL(stream -> stream.takeUntil(element -> true).last()),
        HAS_ELEMENTS(Flux::hasElements),
        ELEMENT_AT(stream -> stream.elementAt(0));

        private final Function<Flux<Integer>, Mono<?>> read;

        Reader(Function<Flux<Integer>, Mono<?>> read) {
            this.read = read;
        }
    }

    static Stream<Arguments> readersOfSources() {
        return Stream.of(Source.values())
                .flatMap(source -> Stream.of(Reader.values()).map(reader -> Arguments.of(source, reader)));
    }

    private List<Guard> guards() {
        return List.of(
                bulkhead,
                Pipeline.of(bulkhead, breaker),
                Pipeline.of(breaker, bulkhead),
                Pipeline.of(timeout, retry, bulkhead, hedge, breaker),
                Pipeline.of(hedge, timeout, bulkhead, retry));
    }

    @ParameterizedTest
    @MethodSource("readersOfSources")
    void permitsShouldBeFreeAsTheReaderGoesOn(Source source, Reader reader) {
        for (Guard each : guards()) {
            ReactorGuard guard = ReactorGuard.of(each);
            Mono<?> twice = reader.read
                    .apply(guard.flux(source.stream.get()))
                    .doOnSuccess(value ->
                            assertThat(bulkhead.metrics().asyncActive()).isZero())
                    .flatMap(value -> guard.mono(Mono.just("again")));
            assertThat(twice.block(LONG)).isEqualTo("again");
        }
        assertThat(bulkhead.metrics().asyncActive()).isZero();
        assertThat(breaker.metrics().totalSucceeded()).isEqualTo(6);
        assertThat(breaker.metrics().totalFailed()).isZero();
        assertThat(breaker.metrics().totalCancelled()).isZero();
    }

    @ParameterizedTest
    @EnumSource(Source.class)
    void permitsShouldBeFreeInOtherGuardsToo(Source source) {
        ReactorGuard outer = ReactorGuard.of(Pipeline.of(retry, breaker));
        ReactorGuard inner = ReactorGuard.of(bulkhead);
        Flux<Integer> guarded = outer.flux(inner.flux(source.stream.get()));
        assertThat(guarded.next().flatMap(value -> guarded.next()).block(LONG)).isEqualTo(1);
        assertThat(breaker.metrics().totalSucceeded()).isEqualTo(2);
        assertThat(bulkhead.metrics().asyncActive()).isZero();
    }

    @ParameterizedTest
    @EnumSource(Source.class)
    void cancelInOnNextShouldReturnWithFreePermits(Source source) {
        AtomicInteger active = new AtomicInteger(-1);
        ReactorGuard.of(Pipeline.of(breaker, bulkhead))
                .flux(source.stream.get())
                .subscribe(new BaseSubscriber<>() {
                    @Override
                    protected void hookOnNext(Integer element) {
                        cancel();
                        active.set(bulkhead.metrics().asyncActive());
                    }
                });
        assertThat(active).hasValue(0);
        assertThat(breaker.metrics().totalSucceeded()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(Source.class)
    void trialShouldBeFreeAsTheReaderGoesOn(Source source) {
        for (int i = 0; i < 5; i++) {
            ReactorGuard.of(breaker).flux(Flux.error(new IOException())).subscribe(e -> {}, failure -> {});
        }
        ticker.advance(Duration.ofMinutes(1));
        Flux<Integer> guarded = ReactorGuard.of(breaker).flux(source.stream.get());
        assertThat(guarded.next().flatMap(value -> guarded.next()).block(LONG)).isEqualTo(1);
        assertThat(breaker.state()).isEqualTo(CircuitBreaker.State.CLOSED);
    }

    @ParameterizedTest
    @EnumSource(Source.class)
    void streamThatFailsAfterItWasLeftShouldCountAsSuccess(Source source) {
        ReactorGuard guard = ReactorGuard.of(Pipeline.of(retry, breaker));
        assertThat(guard.flux(source.stream.get().concatWith(failingWhenLeft())).blockFirst(LONG))
                .isEqualTo(1);
        assertThat(breaker.metrics().totalSucceeded()).isEqualTo(1);
        assertThat(breaker.metrics().totalFailed()).isZero();
        assertThat(retry.metrics().totalRetries()).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void retryShouldCountAReaderThatLeavesWhileItsSourceBlocks(boolean inRequest) {
        CountDownLatch blocked = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        Runnable block = () -> {
            blocked.countDown();
            LimitFixture.awaitUninterruptibly(released);
        };
        Publisher<Integer> source = subscriber -> {
            subscriber.onSubscribe(new Deaf(inRequest ? block : () -> {}));
            if (!inRequest) {
                block.run();
            }
            subscriber.onError(new IOException("late"));
        };
        BaseSubscriber<Integer> reader = new BaseSubscriber<>() {};
        Thread subscribing =
                new Thread(() -> ReactorGuard.of(retry).flux(source).subscribe(reader));
        subscribing.start();
        await().atMost(LONG).until(() -> blocked.getCount() == 0);
        reader.cancel();
        assertThat(retry.metrics().totalCancelled()).isEqualTo(1);
        released.countDown();
        await().atMost(LONG).until(() -> !subscribing.isAlive());
        assertThat(retry.metrics()).isEqualTo(new RetryMetrics(0, 0, 0, 0, 0, 1, 0));
    }

    // ---- attempts that begin on a worker

    @ParameterizedTest
    @EnumSource(Source.class)
    void permitsOfAFurtherAttemptShouldBeFreeAsTheReaderGoesOn(Source source) {
        AtomicInteger attempts = new AtomicInteger();
        AtomicInteger active = new AtomicInteger(-1);
        Flux<Integer> stream =
                Flux.defer(() -> attempts.incrementAndGet() == 1 ? Flux.error(new IOException()) : source.stream.get());
        CountDownLatch read = new CountDownLatch(1);
        ReactorGuard.of(Pipeline.of(retry, bulkhead, breaker))
                .flux(stream)
                .next()
                .doOnSuccess(value -> active.set(bulkhead.metrics().asyncActive()))
                .subscribe(value -> read.countDown());
        ticker.advance(Duration.ofSeconds(1));
        await().until(() -> read.getCount() == 0);
        assertThat(active).hasValue(0);
        assertThat(breaker.metrics().totalSucceeded()).isEqualTo(1);
        assertThat(breaker.metrics().totalFailed()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(Source.class)
    void permitOfACallThatWaitedShouldBeFreeAsTheReaderGoesOn(Source source) {
        Bulkhead queue = Bulkhead.of("q", c -> c.maxConcurrent(1).maxQueue(1));
        AtomicInteger active = new AtomicInteger(-1);
        CountDownLatch read = new CountDownLatch(1);
        Disposable first = ReactorGuard.of(queue).flux(Flux.never()).subscribe();
        ReactorGuard.of(queue)
                .flux(source.stream.get())
                .next()
                .doOnSuccess(value -> active.set(queue.metrics().asyncActive()))
                .subscribe(value -> read.countDown());
        first.dispose();
        await().until(() -> read.getCount() == 0);
        assertThat(active).hasValue(0);
        await().until(() -> queue.metrics().asyncActive() == 0);
    }

    @ParameterizedTest
    @EnumSource(Source.class)
    void permitsOfAHedgedStreamShouldBeFreeAsTheReaderGoesOn(Source source) {
        AtomicInteger attempts = new AtomicInteger();
        AtomicInteger active = new AtomicInteger(-1);
        Bulkhead two = Bulkhead.of("two", c -> c.maxConcurrent(2).maxQueue(0));
        CountDownLatch read = new CountDownLatch(1);
        ReactorGuard.of(Pipeline.of(hedge, two, breaker))
                .flux(Flux.defer(() -> attempts.incrementAndGet() == 1 ? Flux.never() : source.stream.get()))
                .next()
                .doOnSuccess(value -> active.set(two.metrics().asyncActive()))
                .subscribe(value -> read.countDown());
        ticker.advance(Duration.ofMillis(500));
        await().until(() -> read.getCount() == 0);
        assertThat(active).hasValue(0);
        assertThat(breaker.metrics().totalSucceeded()).isEqualTo(1);
        assertThat(breaker.metrics().totalCancelled()).isEqualTo(1);
        await().until(() -> hedge.metrics().active() == 0);
    }

    // ---- sources that block within their subscription

    @Test
    void streamLeftWhileItsSourceBlocksShouldBeSettledAtOnce() throws InterruptedException {
        leaveWhileItsSourceBlocks(guard -> guard.flux(blocking()));
    }

    @Test
    void monoLeftWhileItsSourceBlocksShouldBeSettledAtOnce() throws InterruptedException {
        leaveWhileItsSourceBlocks(guard -> guard.mono(blocking().singleOrEmpty()));
    }

    private final CountDownLatch blocks = new CountDownLatch(1);
    private final CountDownLatch goesOn = new CountDownLatch(1);
    private final CountDownLatch failed = new CountDownLatch(1);
    private final AtomicBoolean cancelled = new AtomicBoolean();

    private Flux<Integer> blocking() {
        return Flux.<Integer>from(subscriber -> {
                    subscriber.onSubscribe(new Deaf(() -> {}));
                    blocks.countDown();
                    awaitQuietly(goesOn);
                    subscriber.onError(new IOException("cancelled"));
                    failed.countDown();
                })
                .doOnCancel(() -> cancelled.set(true));
    }

    private void leaveWhileItsSourceBlocks(Function<ReactorGuard, Publisher<Integer>> call)
            throws InterruptedException {
        Scheduler deaf = Schedulers.fromExecutor(task -> new Thread(task).start());
        Disposable reading = Flux.from(call.apply(ReactorGuard.of(Pipeline.of(timeout, bulkhead, retry, breaker))))
                .subscribeOn(deaf)
                .subscribe(e -> {}, failure -> {});
        assertThat(blocks.await(20, TimeUnit.SECONDS)).isTrue();
        reading.dispose();
        assertThat(bulkhead.metrics().asyncActive()).isZero();
        assertThat(breaker.metrics().totalCancelled()).isEqualTo(1);
        assertThat(cancelled).isTrue();
        goesOn.countDown();
        assertThat(failed.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(breaker.metrics().totalCancelled()).isEqualTo(1);
        assertThat(breaker.metrics().totalFailed()).isZero();
        assertThat(bulkhead.metrics().asyncActive()).isZero();
        assertThat(retry.metrics().totalRetries()).isZero();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
        }
    }
}
