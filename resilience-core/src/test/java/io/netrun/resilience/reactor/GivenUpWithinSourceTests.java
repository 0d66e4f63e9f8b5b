package io.netrun.resilience.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.Guard;
import io.netrun.resilience.Pipeline;
import io.netrun.resilience.Policy;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.bulkhead.BulkheadConfig;
import io.netrun.resilience.fallback.Fallback;
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
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import org.slf4j.MDC;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;

/**
 * Attempts that are given up while their source waits within {@code subscribe} on a worker: no policy has a future of
 * them yet.
 */
@org.junit.jupiter.api.Timeout(60)
class GivenUpWithinSourceTests {

    private static final Duration DELAY = Duration.ofSeconds(1);
    private static final Duration LIMIT = Duration.ofMinutes(1);

    private final ManualTicker ticker = new ManualTicker();
    private final Timeout timeout =
            Timeout.of("t", TimeoutConfig.builder().duration(LIMIT).build(), ticker);
    private final Retry retry =
            Retry.of("r", RetryConfig.builder().baseDelay(DELAY).build(), ticker);
    private final Hedge hedge = Hedge.of("h", HedgeConfig.builder().delay(DELAY).build(), ticker);
    private final Bulkhead bulkhead =
            Bulkhead.of("b", BulkheadConfig.builder().maxConcurrent(1).build(), ticker);

    private final CompletableFuture<String> held = new CompletableFuture<>();
    private final AtomicInteger subscriptions = new AtomicInteger();
    private final AtomicReference<Subscriber<? super String>> first = new AtomicReference<>();
    private final CountDownLatch waiting = new CountDownLatch(1);
    private final CountDownLatch cancelled = new CountDownLatch(1);
    private final CountDownLatch returned = new CountDownLatch(1);
    private final List<Thread> emitting = new CopyOnWriteArrayList<>();
    private final List<Object> received = new CopyOnWriteArrayList<>();
    private final List<String> contexts = new CopyOnWriteArrayList<>();

    @AfterEach
    void release() {
        cancelled.countDown();
        MDC.clear();
    }

    /** Waits within subscribe until it is cancelled. */
    private void waitForCancel(Subscriber<? super String> subscriber) {
        subscriber.onSubscribe(new Subscription() {
            @Override
            public void request(long n) {}

            @Override
            public void cancel() {
                contexts.add(String.valueOf(MDC.get("user")));
                cancelled.countDown();
            }
        });
        waiting.countDown();
        try {
            cancelled.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        returned.countDown();
    }

    private static void fail(Subscriber<? super String> subscriber) {
        subscriber.onSubscribe(Operators.emptySubscription());
        subscriber.onError(new IOException());
    }

    private void beSilent(Subscriber<? super String> subscriber) {
        subscriber.onSubscribe(Operators.emptySubscription());
        first.set(subscriber);
    }

    private boolean isFirst() {
        return subscriptions.incrementAndGet() == 1;
    }

    /** Why an attempt is made on a worker. */
    enum Way {
        RETRIED,
        HEDGED,
        QUEUED,
        RECOVERED
    }

    private Policy policy(Way way) {
        return switch (way) {
            case RETRIED -> retry;
            case HEDGED -> hedge;
            case QUEUED -> bulkhead;
            case RECOVERED -> Fallback.of("f", c -> c.handle(failure -> waitingSource()));
        };
    }

    private Flux<String> waitingSource() {
        Publisher<String> source = this::waitForCancel;
        return Flux.from(source);
    }

    private Publisher<String> source(Way way) {
        return switch (way) {
            case RETRIED ->
                subscriber -> {
                    if (isFirst()) {
                        fail(subscriber);
                    } else {
                        waitForCancel(subscriber);
                    }
                };
            case HEDGED ->
                subscriber -> {
                    if (isFirst()) {
                        beSilent(subscriber);
                    } else {
                        waitForCancel(subscriber);
                    }
                };
            case QUEUED -> this::waitForCancel;
            case RECOVERED -> this::beSilent;
        };
    }

    /** Lets the attempt begin that waits within its subscription. */
    private void proceed(Way way) throws InterruptedException {
        switch (way) {
            case RETRIED, HEDGED -> {
                await().until(() -> ticker.scheduledCount() > 1);
                ticker.advance(DELAY);
            }
            case QUEUED -> held.complete("free");
            case RECOVERED -> {
                Subscriber<? super String> subscriber = first.get();
                Thread emitter = new Thread(() -> subscriber.onError(new IOException()));
                emitting.add(emitter);
                emitter.start();
            }
        }
        assertThat(waiting.await(30, TimeUnit.SECONDS)).isTrue();
    }

    private Publisher<String> guarded(Guard guard, Publisher<String> source, boolean mono) {
        ReactorGuard reactor = ReactorGuard.of(guard);
        return mono ? reactor.mono(Mono.fromDirect(source)) : reactor.flux(source);
    }

    static Stream<Arguments> waysOfBothKinds() {
        return Stream.of(Way.values()).flatMap(way -> Stream.of(Arguments.of(way, true), Arguments.of(way, false)));
    }

    private void subscribe(Publisher<String> guarded) {
        Flux.from(guarded).subscribe(received::add, received::add);
    }

    private void assertThatTheSourceIsCancelled() throws InterruptedException {
        assertThat(returned.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(contexts).containsExactly("caller");
        assertThat(bulkhead.metrics().asyncActive()).isZero();
    }

    @ParameterizedTest
    @MethodSource("waysOfBothKinds")
    void limitShouldCancelTheSource(Way way, boolean mono) throws InterruptedException {
        MDC.put("user", "caller");
        if (way == Way.QUEUED) {
            bulkhead.callAsync(() -> held);
        }
        subscribe(guarded(Pipeline.of(timeout, policy(way)), source(way), mono));
        proceed(way);
        ticker.advance(LIMIT);
        await().until(() -> !received.isEmpty());
        assertThat(received).singleElement().isInstanceOf(TimeoutExceededException.class);
        assertThatTheSourceIsCancelled();
    }

    @ParameterizedTest
    @MethodSource("waysOfBothKinds")
    void limitOfAnAsyncCallAroundShouldCancelTheSource(Way way, boolean mono) throws InterruptedException {
        MDC.put("user", "caller");
        if (way == Way.QUEUED) {
            bulkhead.callAsync(() -> held);
        }
        Publisher<String> guarded = guarded(policy(way), source(way), mono);
        CompletableFuture<String> reading =
                timeout.callAsync(() -> Flux.from(guarded).next().toFuture());
        proceed(way);
        ticker.advance(LIMIT);
        assertThat(reading).failsWithin(Duration.ofSeconds(20));
        assertThatTheSourceIsCancelled();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void attemptThatIsFasterShouldCancelTheSource(boolean mono) throws InterruptedException {
        MDC.put("user", "caller");
        subscribe(guarded(Pipeline.of(timeout, hedge), source(Way.HEDGED), mono));
        proceed(Way.HEDGED);
        first.get().onNext("first");
        first.get().onComplete();
        await().until(() -> !received.isEmpty());
        assertThat(received).containsExactly("first");
        assertThatTheSourceIsCancelled();
    }

    // ---- suppliers and handlers that return after the end of their call

    /** Who gives up the call. */
    enum End {
        LIMIT,
        READER
    }

    static Stream<Arguments> endsOfBothKinds() {
        return Stream.of(End.values()).flatMap(end -> Stream.of(Arguments.of(end, true), Arguments.of(end, false)));
    }

    private String awaitRelease() {
        waiting.countDown();
        try {
            cancelled.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        return "released";
    }

    private void giveUp(End end, Disposable subscription) {
        if (end == End.LIMIT) {
            ticker.advance(LIMIT);
            await().until(() -> !received.isEmpty());
        } else {
            subscription.dispose();
        }
    }

    @ParameterizedTest
    @MethodSource("endsOfBothKinds")
    void sourceOfALateSupplierShouldNotBegin(End end, boolean mono) throws InterruptedException {
        ReactorGuard guard = ReactorGuard.of(Pipeline.of(timeout, retry));
        Supplier<Flux<String>> supplier = () -> {
            if (isFirst()) {
                return Flux.error(new IOException());
            }
            awaitRelease();
            returned.countDown();
            return begun();
        };
        Flux<String> guarded = mono ? guard.mono(() -> supplier.get().next()).flux() : guard.flux(supplier);
        Disposable subscription = guarded.subscribe(received::add, received::add);
        assertNothingBeginsAfter(Way.RETRIED, end, subscription);
    }

    @ParameterizedTest
    @MethodSource("endsOfBothKinds")
    void sourceOfALateHandlerShouldNotBegin(End end, boolean mono) throws InterruptedException {
        Fallback fallback = Fallback.of(
                "f",
                c -> c.handle(failure -> {
                    awaitRelease();
                    returned.countDown();
                    return begun();
                }));
        Publisher<String> guarded = guarded(Pipeline.of(timeout, fallback), this::beSilent, mono);
        Disposable subscription = Flux.from(guarded).subscribe(received::add, received::add);
        assertNothingBeginsAfter(Way.RECOVERED, end, subscription);
    }

    /** A source of which the test learns whether it has begun. */
    private Flux<String> begun() {
        return Flux.defer(() -> {
            received.add("begun");
            return Flux.just("value");
        });
    }

    private void assertNothingBeginsAfter(Way way, End end, Disposable subscription) throws InterruptedException {
        proceed(way);
        giveUp(end, subscription);
        List<Object> before = List.copyOf(received);
        cancelled.countDown();
        assertThat(returned.await(20, TimeUnit.SECONDS)).isTrue();
        awaitWorkers();
        assertThat(received).isEqualTo(before);
    }

    /** The thread that ran the supplier or the handler does what follows it before it ends, or becomes idle. */
    private void awaitWorkers() {
        await().until(() -> emitting.stream().noneMatch(Thread::isAlive) && !isInSource());
    }

    private static boolean isInSource() {
        return Thread.getAllStackTraces().values().stream()
                .flatMap(Stream::of)
                .anyMatch(frame -> frame.getClassName().endsWith("reactor.MonoCall")
                        || frame.getClassName().endsWith("reactor.FluxCall"));
    }
}
