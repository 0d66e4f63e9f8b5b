package io.netrun.resilience.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.Pipeline;
import io.netrun.resilience.Policy;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
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
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;

/**
 * What reaches no subscriber reaches the subscriber's discard hook, once: it may be a buffer that has to be released.
 */
@org.junit.jupiter.api.Timeout(60)
class DiscardTests {

    private static final Duration LONG = Duration.ofSeconds(20);

    /** Equal to every other one: what matters is which it is. */
    private static final class Buffer {

        private final String name;

        Buffer(String name) {
            this.name = name;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Buffer;
        }

        @Override
        public int hashCode() {
            return 0;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private final ManualTicker ticker = new ManualTicker();
    private final Hedge hedge = Hedge.of("h", HedgeConfig.defaults(), ticker);
    private final Timeout timeout = Timeout.of("t", TimeoutConfig.defaults(), ticker);
    private final Pipeline pipeline =
            Pipeline.of(timeout, Bulkhead.of("b"), Retry.of("r"), hedge, CircuitBreaker.of("c"));
    private final List<String> discarded = new CopyOnWriteArrayList<>();
    private final List<String> received = new CopyOnWriteArrayList<>();
    private final List<DeafSource> sources = new CopyOnWriteArrayList<>();

    /** A source that emits whatever it is asked for, and does not heed a cancel. */
    private static final class DeafSource {

        private final CoreSubscriber<? super Buffer> subscriber;

        /** Runs when it is cancelled. */
        private volatile Runnable answer = () -> {};

        DeafSource(CoreSubscriber<? super Buffer> subscriber) {
            this.subscriber = subscriber;
            subscriber.onSubscribe(new Subscription() {
                @Override
                public void request(long n) {}

                @Override
                public void cancel() {
                    answer.run();
                }
            });
        }

        void emit(String name) {
            subscriber.onNext(new Buffer(name));
        }

        /** Emits when it is cancelled: the value ends the attempt, but comes too late for the call. */
        void emitWhenCancelled(String name) {
            answer = () -> emit(name);
        }

        void complete() {
            subscriber.onComplete();
        }
    }

    private Flux<Buffer> deafStream() {
        return new Flux<>() {
            @Override
            public void subscribe(CoreSubscriber<? super Buffer> subscriber) {
                sources.add(new DeafSource(subscriber));
            }
        };
    }

    private Mono<Buffer> deafMono() {
        return new Mono<>() {
            @Override
            public void subscribe(CoreSubscriber<? super Buffer> subscriber) {
                sources.add(new DeafSource(subscriber));
            }
        };
    }

    private Disposable subscribe(Flux<Buffer> guarded) {
        return guarded.contextWrite(context -> Operators.enableOnDiscard(context, this::discard))
                .subscribe(
                        buffer -> received.add(buffer.toString()),
                        failure -> received.add(failure.getClass().getSimpleName()));
    }

    private void discard(Object buffer) {
        discarded.add(buffer.toString());
    }

    private void awaitSources(int count) {
        await().until(() -> sources.size() == count);
    }

    // ---- streams

    @Test
    void elementsOfALoserShouldBeDiscarded() {
        subscribe(ReactorGuard.of(pipeline).flux(deafStream()));
        ticker.advance(Duration.ofMillis(500));
        awaitSources(2);
        sources.get(1).emit("winner's");
        sources.get(0).emit("loser's first");
        sources.get(0).emit("loser's second");
        sources.get(1).emit("winner's second");
        sources.get(1).complete();
        sources.get(0).emit("loser's third");
        assertThat(received).containsExactly("winner's", "winner's second");
        assertThat(discarded).containsExactly("loser's first", "loser's second", "loser's third");
    }

    @Test
    void elementsAfterALimitShouldBeDiscarded() {
        subscribe(ReactorGuard.of(pipeline).flux(deafStream()));
        sources.get(0).emit("in time");
        ticker.advance(Duration.ofSeconds(5));
        await().until(() -> received.size() == 2);
        sources.get(0).emit("late");
        assertThat(received).containsExactly("in time", "TimeoutExceededException");
        assertThat(discarded).containsExactly("late");
    }

    @Test
    void elementsAfterACancelShouldBeDiscarded() {
        Disposable reading = subscribe(ReactorGuard.of(pipeline).flux(deafStream()));
        sources.get(0).emit("read");
        reading.dispose();
        sources.get(0).emit("late");
        assertThat(received).containsExactly("read");
        assertThat(discarded).containsExactly("late");
    }

    @Test
    void elementsThatWaitForARequestShouldBeDiscardedWithACancel() {
        BaseSubscriber<Buffer> slow = new BaseSubscriber<>() {
            @Override
            protected void hookOnSubscribe(Subscription subscription) {
                request(1);
            }
        };
        ReactorGuard.of(pipeline)
                .flux(deafStream())
                .contextWrite(context -> Operators.enableOnDiscard(context, this::discard))
                .subscribe(slow);
        sources.get(0).emit("asked for");
        sources.get(0).emit("not asked for");
        slow.cancel();
        assertThat(discarded).containsExactly("not asked for");
    }

    @Test
    void elementOfASubscriberThatFailsShouldBeItsOwnMatter() {
        List<Throwable> failures = new CopyOnWriteArrayList<>();
        ReactorGuard.of(pipeline)
                .flux(deafStream())
                .contextWrite(context -> Operators.enableOnDiscard(context, this::discard))
                .subscribe(
                        buffer -> {
                            throw new IllegalStateException("no use for it");
                        },
                        failures::add);
        sources.get(0).emit("first");
        sources.get(0).emit("second");
        assertThat(failures).singleElement().isInstanceOf(IllegalStateException.class);
        assertThat(discarded).containsExactly("second");
    }

    // ---- one value

    @Test
    void valueOfALoserShouldBeDiscarded() {
        subscribe(ReactorGuard.of(pipeline).mono(deafMono()).flux());
        ticker.advance(Duration.ofMillis(500));
        awaitSources(2);
        sources.get(1).emit("winner's");
        sources.get(0).emit("loser's");
        assertThat(received).containsExactly("winner's");
        assertThat(discarded).containsExactly("loser's");
    }

    @Test
    void valueAfterALimitShouldBeDiscarded() {
        subscribe(ReactorGuard.of(pipeline).mono(deafMono()).flux());
        ticker.advance(Duration.ofSeconds(5));
        await().until(() -> received.size() == 1);
        sources.forEach(source -> source.emit("late"));
        assertThat(received).containsExactly("TimeoutExceededException");
        assertThat(discarded).hasSameSizeAs(sources).containsOnly("late");
    }

    @Test
    void valueAfterACancelShouldBeDiscarded() {
        Disposable reading =
                subscribe(ReactorGuard.of(pipeline).mono(deafMono()).flux());
        reading.dispose();
        sources.get(0).emit("late");
        assertThat(received).isEmpty();
        assertThat(discarded).containsExactly("late");
    }

    @Test
    void valueOfASubscriberThatLeavesWithinTheSourceShouldBeDiscarded() {
        Disposable.Swap reading = Disposables.swap();
        reading.update(subscribe(ReactorGuard.of(pipeline)
                .mono(deafMono().doOnNext(value -> reading.dispose()))
                .flux()));
        sources.get(0).emit("late");
        assertThat(received).isEmpty();
        assertThat(discarded).containsExactly("late");
    }

    @Test
    void secondValueOfASourceOfOneShouldBeDiscarded() {
        subscribe(ReactorGuard.of(pipeline).mono(deafMono()).flux());
        sources.get(0).emit("first");
        sources.get(0).emit("second");
        assertThat(received).containsExactly("first");
        assertThat(discarded).containsExactly("second");
    }

    @Test
    void valueThatARetryDidNotAcceptShouldBeDiscarded() {
        AtomicInteger attempts = new AtomicInteger();
        Retry picky = Retry.of(
                "r",
                c -> c.baseDelay(Duration.ZERO)
                        .failureResult(result -> result.toString().equals("bad")));
        Mono<Buffer> source = Mono.fromSupplier(() -> new Buffer(attempts.incrementAndGet() == 1 ? "bad" : "good"));
        subscribe(ReactorGuard.of(picky).mono(source).flux());
        await().untilAsserted(() -> assertThat(received).containsExactly("good"));
        await().untilAsserted(() -> assertThat(discarded).containsExactly("bad"));
    }

    @Test
    void valueOfAFallbackShouldReachItsSubscriberAndNoHook() {
        Buffer instead = new Buffer("instead");
        for (Object given : List.of(instead, Mono.just(instead), CompletableFuture.completedFuture(instead))) {
            Fallback fallback = Fallback.of("f", c -> c.value(given));
            subscribe(ReactorGuard.of(fallback)
                    .mono(Mono.<Buffer>error(new IOException()))
                    .flux());
        }
        assertThat(received).containsExactly("instead", "instead", "instead");
        assertThat(discarded).isEmpty();
    }

    // ---- results within the failures of an inner guard

    /** What becomes of the failure of a retry that did not accept two results. */
    enum Outcome {
        PASSED(List.of("RetryExhaustedException"), List.of("bad 1")),
        REPLACED(List.of("instead"), List.of("bad 1", "bad 2")),
        TAKEN_FROM_THE_FAILURE(List.of("bad 2"), List.of("bad 1")),
        TAKEN_INTO_A_STREAM(List.of("bad 2"), List.of("bad 1"));

        private final List<String> received;
        private final List<String> discarded;

        Outcome(List<String> received, List<String> discarded) {
            this.received = received;
            this.discarded = discarded;
        }
    }

    static Stream<Arguments> outcomesOfGuards() {
        return Stream.of(Outcome.values())
                .flatMap(outcome -> Stream.of("one pipeline", "Mono around", "Flux around")
                        .map(guards -> Arguments.of(outcome, guards)));
    }

    private Policy around(Outcome outcome) {
        return switch (outcome) {
            case PASSED -> CircuitBreaker.of("around");
            case REPLACED -> Fallback.of("f", c -> c.value(new Buffer("instead")));
            case TAKEN_FROM_THE_FAILURE -> Fallback.of("f", c -> c.handle(CarriedResult::of));
            case TAKEN_INTO_A_STREAM ->
                Fallback.of("f", c -> c.handle(failure -> Mono.just(CarriedResult.of(failure))));
        };
    }

    @ParameterizedTest
    @MethodSource("outcomesOfGuards")
    void resultWithinAFailureShouldReachItsReaderOrTheHook(Outcome outcome, String guards) {
        AtomicInteger attempts = new AtomicInteger();
        Mono<Buffer> source = Mono.fromSupplier(() -> new Buffer("bad " + attempts.incrementAndGet()));
        Retry retry = Retry.of(
                "inner", c -> c.maxAttempts(2).baseDelay(Duration.ZERO).failureResult(Buffer.class, result -> true));
        Policy around = around(outcome);
        subscribe(
                switch (guards) {
                    case "one pipeline" ->
                        ReactorGuard.of(Pipeline.of(around, retry)).mono(source).flux();
                    case "Mono around" ->
                        ReactorGuard.of(around)
                                .mono(ReactorGuard.of(retry).mono(source))
                                .flux();
                    default ->
                        ReactorGuard.of(around).flux(ReactorGuard.of(retry).mono(source));
                });
        await().untilAsserted(() -> assertThat(received).isEqualTo(outcome.received));
        await().untilAsserted(() -> assertThat(discarded).isEqualTo(outcome.discarded));
    }

    // ---- hooks of policies

    @Test
    void hookForLateResultsShouldGetTheValueOfAMonoAndNothingOfAFlux() {
        List<String> late = new CopyOnWriteArrayList<>();
        hedge.onLateResult(value -> late.add("hedge: " + value));
        timeout.onLateResult(value -> late.add("timeout: " + value));

        subscribe(ReactorGuard.of(timeout).mono(deafMono()).flux());
        sources.get(0).emitWhenCancelled("slow");
        ticker.advance(timeout.config().duration());
        await().untilAsserted(() -> assertThat(received).containsExactly("TimeoutExceededException"));
        sources.clear();
        subscribe(ReactorGuard.of(hedge).mono(deafMono()).flux());
        ticker.advance(hedge.metrics().delay());
        awaitSources(2);
        sources.get(1).emitWhenCancelled("loser's");
        sources.get(0).emit("winner's");
        await().untilAsserted(() -> assertThat(late).containsExactly("timeout: slow", "hedge: loser's"));
        await().untilAsserted(() -> assertThat(discarded).containsExactly("slow", "loser's"));

        late.clear();
        sources.clear();
        subscribe(ReactorGuard.of(timeout).flux(deafStream()));
        sources.get(0).emitWhenCancelled("slow element");
        ticker.advance(timeout.config().duration());
        await().untilAsserted(() -> assertThat(discarded).contains("slow element"));
        sources.clear();
        subscribe(ReactorGuard.of(hedge).flux(deafStream()));
        ticker.advance(hedge.metrics().delay());
        awaitSources(2);
        sources.get(1).emitWhenCancelled("loser's element");
        sources.get(0).emit("winner's");
        sources.get(0).complete();
        await().untilAsserted(() -> assertThat(discarded).contains("loser's element"));
        assertThat(late).isEmpty();
    }
}
