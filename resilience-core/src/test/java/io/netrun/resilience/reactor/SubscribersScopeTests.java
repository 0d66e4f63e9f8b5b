package io.netrun.resilience.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.ContextPropagation;
import io.netrun.resilience.Deadline;
import io.netrun.resilience.Guard;
import io.netrun.resilience.Pipeline;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.test.ManualTicker;
import io.netrun.resilience.timeout.Timeout;
import io.netrun.resilience.timeout.TimeoutConfig;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** What a subscriber does with the elements of a protected source is no part of that call. */
@org.junit.jupiter.api.Timeout(60)
class SubscribersScopeTests {

    private final ManualTicker ticker = new ManualTicker();
    private final Timeout limit = Timeout.of("list", TimeoutConfig.defaults(), ticker);
    private final CircuitBreaker details = CircuitBreaker.of("details");
    private final Sinks.One<String> answer = Sinks.one();
    private final Mono<String> detail = ReactorGuard.of(details).mono(answer.asMono());
    private final List<Object> seen = new CopyOnWriteArrayList<>();

    /** Operators behind a source, with a call for an element that outlives the subscription to the source. */
    enum Behind {
        FLAT_MAP((rows, detail) -> rows.take(1).flatMap(row -> detail)),
        CONCAT_MAP((rows, detail) -> rows.take(1).concatMap(row -> detail)),
        SEQUENTIAL((rows, detail) -> rows.take(1).flatMapSequential(row -> detail)),
        SWITCH_MAP((rows, detail) -> rows.take(1).switchMap(row -> detail)),
        UNTIL((rows, detail) -> rows.takeUntil(row -> true).concatMap(row -> detail)),
        DELAYING_ERRORS(
                (rows, detail) -> rows.concatMapDelayError(row -> detail).take(1)),
        NEXT((rows, detail) -> rows.next().flatMap(row -> detail).flux()),
        FUTURE((rows, detail) -> rows.take(1).flatMap(row -> Mono.fromFuture(detail.toFuture()))),
        ON_SUBSCRIBE((rows, detail) ->
                Flux.create(sink -> rows.take(1).subscribe(row -> detail.subscribe(sink::next, sink::error))));

        private final BiFunction<Flux<String>, Mono<String>, Flux<String>> of;

        Behind(BiFunction<Flux<String>, Mono<String>, Flux<String>> of) {
            this.of = of;
        }
    }

    private void assertThatTheDetailIsSeen() {
        assertThat(seen).isEmpty();
        answer.tryEmitValue("detail");
        await().until(() -> !seen.isEmpty());
        assertThat(seen.get(0)).isEqualTo("detail");
        assertThat(details.metrics().totalCancelled() + details.metrics().totalFailed())
                .isZero();
    }

    @ParameterizedTest
    @EnumSource
    void callBehindAProtectedSourceShouldOutliveIt(Behind behind) {
        Flux<String> rows = ReactorGuard.of(CircuitBreaker.of("list")).flux(Flux.just("a", "b", "c"));
        behind.of.apply(rows, detail).subscribe(seen::add, seen::add);
        assertThatTheDetailIsSeen();
    }

    @ParameterizedTest
    @MethodSource("io.netrun.resilience.reactor.EveryGuard#guards")
    void callBehindASourceThatIsCancelledShouldGoOn(Guard guard) {
        Flux<String> rows = ReactorGuard.of(guard).flux(Flux.just("a", "b", "c"));
        Behind.FLAT_MAP.of.apply(rows, detail).subscribe(seen::add, seen::add);
        assertThatTheDetailIsSeen();
    }

    @Test
    void limitOfASourceShouldNotReachTheCallsBehindIt() {
        Flux<String> rows = ReactorGuard.of(limit).flux(Flux.just("a").concatWith(Flux.never()));
        rows.concatMapDelayError(row -> detail).subscribe(seen::add, seen::add);
        ticker.advance(Duration.ofMinutes(1));
        await().until(() -> limit.metrics().totalTimedOut() == 1);
        assertThatTheDetailIsSeen();
    }

    /** The thread that emits may be making a call, which is none of the subscriber's. */
    @ParameterizedTest
    @EnumSource(names = {"FLAT_MAP", "CONCAT_MAP", "NEXT", "FUTURE"})
    void callBehindASourceShouldNotBelongToTheCallOfTheEmittingThread(Behind behind) {
        Sinks.Many<String> sink = Sinks.many().unicast().onBackpressureBuffer();
        Flux<String> rows = ReactorGuard.of(CircuitBreaker.of("list")).flux(sink.asFlux());
        behind.of.apply(rows, detail).subscribe(seen::add, seen::add);
        CompletableFuture<String> foreign = limit.callAsync(() -> {
            sink.tryEmitNext("a");
            sink.tryEmitComplete();
            return new CompletableFuture<>();
        });
        foreign.cancel(true);
        assertThatTheDetailIsSeen();
    }

    @Test
    void subscriberShouldKnowNoLimitOfItsSource() {
        AtomicLong remaining = new AtomicLong();
        ReactorGuard.of(limit)
                .flux(Flux.just("a"))
                .doOnNext(row -> remaining.set(Deadline.current().remainingNanos()))
                .blockLast();
        assertThat(remaining).hasValue(Long.MAX_VALUE);
    }

    @Test
    void subscriberShouldKnowTheLimitOfItsOwnCall() {
        AtomicLong remaining = new AtomicLong();
        Flux<String> rows = ReactorGuard.of(CircuitBreaker.of("list")).flux(Flux.just("a"));
        limit.run(() -> rows.doOnNext(row -> remaining.set(Deadline.current().remainingNanos()))
                .blockLast());
        assertThat(remaining.get()).isPositive().isLessThan(Long.MAX_VALUE);
    }

    @Test
    void sourceShouldBeInItsScopeWhenItsSubscriberRequests() {
        List<Long> remaining = new CopyOnWriteArrayList<>();
        Flux<Integer> source = Flux.generate(() -> 0, (state, sink) -> {
            remaining.add(Deadline.current().remainingNanos());
            sink.next(state);
            return state + 1;
        });
        ReactorGuard.of(limit).flux(source).limitRate(1).take(3).blockLast();
        assertThat(remaining).isNotEmpty().allMatch(nanos -> nanos < Long.MAX_VALUE);
    }

    /** Whatever is between, the call that is left ends what its body has started. */
    @ParameterizedTest
    @MethodSource("io.netrun.resilience.reactor.EveryGuard#guards")
    void callBehindASourceShouldEndWithTheCallThatHasSubscribedIt(Guard around) {
        Flux<String> rows = ReactorGuard.of(Bulkhead.of("list")).flux(Flux.just("a"));
        CompletableFuture<String> call = around.callAsync(() -> {
            CompletableFuture<String> first = new CompletableFuture<>();
            rows.flatMap(row -> detail).subscribe(first::complete);
            return first;
        });
        call.cancel(true);
        await().until(() -> details.metrics().totalCancelled() == 1);
    }

    @Test
    void threadShouldHaveItsOwnScopeAfterTheDelivery() {
        Pipeline list = Pipeline.of(limit, CircuitBreaker.of("list"));
        List<Deadline> scopes = new CopyOnWriteArrayList<>();
        Timeout.of("outer").run(() -> {
            scopes.add(Deadline.current());
            ContextPropagation.outsideScope(
                    () -> ReactorGuard.of(list).flux(Flux.just("a")).blockLast());
            scopes.add(Deadline.current());
        });
        assertThat(scopes.get(1)).isSameAs(scopes.get(0));
    }
}
