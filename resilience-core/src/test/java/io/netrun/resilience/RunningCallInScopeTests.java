package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.fallback.Fallback;
import io.netrun.resilience.hedge.Hedge;
import io.netrun.resilience.ratelimiter.RateLimiter;
import io.netrun.resilience.reactor.ReactorGuard;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.timeout.Timeout;
import io.netrun.resilience.timeout.TimeoutExceededException;
import io.netrun.resilience.timeout.TimeoutThread;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** An asynchronous call that runs within a call of another guard, which is abandoned. */
@org.junit.jupiter.api.Timeout(120)
class RunningCallInScopeTests {

    private final LimitFixture limits = new LimitFixture();
    private final Timeout timeout = limits.timeout(TimeoutThread.WORKER);
    private final Bulkhead bulkhead = Bulkhead.of("b", c -> c.maxConcurrent(1).maxQueue(0));
    private final CircuitBreaker breaker = CircuitBreaker.of("c");
    private final Pipeline inner = Pipeline.of(Hedge.of("h"), Retry.of("r"), bulkhead, breaker);

    /** What the protected code within waits for, and what its holder sees. */
    private final InnerCalls calls = new InnerCalls();

    private final class InnerCalls {
        final CompletableFuture<String> body = new CompletableFuture<>();
        final Sinks.Many<String> elements = Sinks.many().multicast().directBestEffort();
        final List<Object> received = new ArrayList<>();
        final CompletableFuture<Throwable> end = new CompletableFuture<>();
    }

    enum Inside {
        FUTURE,
        MONO,
        FLUX,
        FLUX_AFTER_ITS_FIRST_ELEMENT
    }

    enum Around {
        WORKER,
        CALLER,
        ASYNC,
        MONO
    }

    enum Stop {
        LIMIT,
        HOLDER
    }

    /** Starts the inner call without awaiting it. */
    private void begin(Inside inside) {
        switch (inside) {
            case FUTURE ->
                inner.callAsync(() -> calls.body).whenComplete((value, failure) -> calls.end.complete(failure));
            case MONO ->
                subscribe(
                        ReactorGuard.of(inner).mono(Mono.fromFuture(calls.body)).flux());
            default -> {
                subscribe(
                        ReactorGuard.of(inner).flux(calls.elements.asFlux().doOnCancel(() -> calls.body.cancel(true))));
                if (inside == Inside.FLUX_AFTER_ITS_FIRST_ELEMENT) {
                    calls.elements.tryEmitNext("first").orThrow();
                }
            }
        }
    }

    private void subscribe(Flux<String> guarded) {
        guarded.subscribe(calls.received::add, calls.end::complete, () -> calls.end.complete(null));
    }

    private static void hang() throws InterruptedException {
        new CountDownLatch(1).await();
    }

    /** Makes a call that begins another one, and abandons it while that runs. */
    private void abandon(Around around, Stop stop, Runnable begin) throws Exception {
        CompletableFuture<Boolean> begun = new CompletableFuture<>();
        CheckedSupplier<String, Exception> sync = () -> {
            begin.run();
            begun.complete(true);
            hang();
            return "";
        };
        Supplier<CompletableFuture<String>> async = () -> {
            begin.run();
            begun.complete(true);
            return new CompletableFuture<>();
        };
        switch (around) {
            case WORKER, CALLER -> {
                Timeout outer = around == Around.WORKER ? timeout : limits.timeout(TimeoutThread.CALLER);
                Thread caller = new Thread(() -> catchThrowable(() -> outer.call(sync)));
                caller.start();
                begun.join();
                end(stop, caller::interrupt);
                caller.join();
            }
            case ASYNC -> {
                CompletableFuture<String> outer = timeout.callAsync(async::get);
                end(stop, () -> outer.cancel(true));
                await().atMost(LimitFixture.LONG).until(outer::isDone);
            }
            default -> {
                CompletableFuture<Throwable> failure = new CompletableFuture<>();
                Disposable outer =
                        ReactorGuard.of(timeout).mono(Mono.fromFuture(async)).subscribe(value -> {}, failure::complete);
                end(stop, outer::dispose);
                if (stop == Stop.LIMIT) {
                    assertThat(failure).succeedsWithin(LimitFixture.LONG).isInstanceOf(TimeoutExceededException.class);
                }
            }
        }
    }

    private void end(Stop stop, Runnable leave) {
        if (stop == Stop.LIMIT) {
            limits.ticker.advance(LimitFixture.LIMIT);
        } else {
            leave.run();
        }
    }

    static Stream<Arguments> cases() {
        List<Arguments> cases = new ArrayList<>();
        for (Inside inside : Inside.values()) {
            for (Around around : Around.values()) {
                for (Stop stop : Stop.values()) {
                    // A body on its caller's thread receives the interrupt itself, and ends the call by what it throws.
                    if (around != Around.CALLER || stop == Stop.LIMIT) {
                        cases.add(Arguments.of(inside, around, stop));
                    }
                }
            }
        }
        return cases.stream();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void runningCallShouldEndWithTheCallAroundIt(Inside inside, Around around, Stop stop) throws Exception {
        abandon(around, stop, () -> begin(inside));
        // A worker cancels the inner call. The caller of the outer one waits for that, but not for long.
        await().atMost(LimitFixture.LONG).until(() -> bulkhead.metrics().asyncActive() == 0);
        assertThat(calls.end).succeedsWithin(LimitFixture.LONG).isInstanceOf(CancellationException.class);
        await().atMost(LimitFixture.LONG).until(calls.body::isCancelled);
        int before = calls.received.size();
        calls.elements.tryEmitNext("late");
        calls.elements.tryEmitComplete();
        assertThat(calls.received).hasSize(before);
        long first = inside == Inside.FLUX_AFTER_ITS_FIRST_ELEMENT ? 1 : 0;
        assertThat(breaker.metrics().totalFailed()
                        + breaker.metrics().totalCancelled()
                        + breaker.metrics().totalSucceeded())
                .isEqualTo(1);
        assertThat(breaker.metrics().totalSucceeded()).isLessThanOrEqualTo(first);
    }

    @ParameterizedTest
    @EnumSource
    void callShouldEndWithTheInterruptOfItsCaller(Inside inside) throws Exception {
        Timeout outer = limits.timeout(TimeoutThread.CALLER);
        CountDownLatch begun = new CountDownLatch(1);
        Thread caller = new Thread(() -> catchThrowable(() -> outer.call(() -> {
            begin(inside);
            begun.countDown();
            hang();
            return "";
        })));
        caller.start();
        LimitFixture.awaitLatch(begun);
        caller.interrupt();
        caller.join();
        assertThat(calls.end).succeedsWithin(LimitFixture.LONG).isInstanceOf(CancellationException.class);
        await().atMost(LimitFixture.LONG).until(() -> bulkhead.metrics().asyncActive() == 0);
    }

    @Test
    void callShouldGoOnAfterAnotherFailureOfTheCallAround() {
        Timeout outer = limits.timeout(TimeoutThread.CALLER);
        catchThrowable(() -> outer.call(() -> {
            begin(Inside.FUTURE);
            throw new IllegalStateException("not awaited");
        }));
        calls.body.complete("result");
        assertThat(calls.end).isCompletedWithValue(null);
    }

    @Test
    void losersOfAHedgeShouldKeepNoPermitOfAnotherGuard() throws Exception {
        Bulkhead shared = Bulkhead.of("shared", c -> c.maxConcurrent(10));
        Hedge hedge = Hedge.of("outer", c -> c.delay(Duration.ofMillis(1)));
        AtomicInteger attempts = new AtomicInteger();
        for (int i = 0; i < 3; i++) {
            int winner = attempts.get() + 2;
            CountDownLatch begun = new CountDownLatch(1); // a call that a loser begins after its end is its own
            assertThat(hedge.call(() -> {
                        if (attempts.incrementAndGet() == winner) {
                            begun.await();
                            return shared.callAsync(() -> CompletableFuture.completedFuture("won"))
                                    .get();
                        }
                        return shared.callAsync(() -> {
                                    begun.countDown();
                                    return new CompletableFuture<String>();
                                })
                                .get();
                    }))
                    .isEqualTo("won");
            await().atMost(LimitFixture.LONG).until(() -> shared.metrics().asyncActive() == 0);
        }
    }

    @Test
    void attemptsThatTimeOutShouldKeepNoPermitOfAnotherGuard() {
        Pipeline outer = Pipeline.of(
                Retry.of(
                        "r",
                        c -> c.maxAttempts(3).baseDelay(Duration.ofMillis(1)).exceptions(Exception.class)),
                Timeout.of("t", c -> c.duration(Duration.ofMillis(20))));
        AtomicInteger made = new AtomicInteger(); // an attempt whose time is over before it begins is not made
        AtomicInteger rejected = new AtomicInteger();
        catchThrowable(() -> outer.call(() -> {
            made.incrementAndGet();
            CompletableFuture<String> call = bulkhead.callAsync(CompletableFuture::new);
            if (call.isCompletedExceptionally()) {
                rejected.incrementAndGet();
            }
            return call.get();
        }));
        assertThat(bulkhead.metrics().totalAccepted()).isEqualTo(made.get()).isPositive();
        assertThat(rejected).hasValue(0);
        await().atMost(LimitFixture.LONG).until(() -> bulkhead.metrics().asyncActive() == 0);
    }

    @Test
    void cancelThatBlocksShouldNotDelayTheCallAround() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        try {
            CompletableFuture<String> deaf = new CompletableFuture<>() {
                @Override
                public boolean cancel(boolean mayInterruptIfRunning) {
                    LimitFixture.awaitUninterruptibly(release);
                    return false;
                }
            };
            CompletableFuture<String> outer = timeout.callAsync(() -> {
                bulkhead.callAsync(() -> deaf);
                bulkhead.callAsync(() -> deaf);
                return new CompletableFuture<>();
            });
            limits.ticker.advance(LimitFixture.LIMIT);
            assertThat(outer).failsWithin(LimitFixture.LONG);
        } finally {
            release.countDown();
        }
    }

    @Test
    void dependentsShouldRunInTheContextOfTheInnerCall() {
        CompletableFuture<Deadline> scope = new CompletableFuture<>();
        timeout.callAsync(() -> {
            bulkhead.callAsync(() -> calls.body).whenComplete((value, failure) -> scope.complete(Deadline.current()));
            return new CompletableFuture<>();
        });
        limits.ticker.advance(LimitFixture.LIMIT);
        assertThat(scope).succeedsWithin(LimitFixture.LONG).isEqualTo(Deadline.NONE);
    }

    // ---- no limit around the call

    static Stream<Guard> guardsWithoutALimit() {
        return Stream.of(
                Bulkhead.of("around"),
                Retry.of("around"),
                RateLimiter.of("around", c -> c.limit(100)),
                CircuitBreaker.of("around"),
                Fallback.of("around", c -> c.value("instead")),
                Pipeline.of(),
                Pipeline.of(Bulkhead.of("around"), Retry.of("around"), CircuitBreaker.of("around")));
    }

    @ParameterizedTest
    @MethodSource("guardsWithoutALimit")
    void callsWithinShouldEndWhenTheirFutureIsLeft(Guard around) {
        List<Consumer<CompletableFuture<String>>> ways = List.of(
                outer -> outer.cancel(true),
                outer -> outer.cancel(false),
                outer -> outer.complete("instead"),
                outer -> outer.completeExceptionally(new IllegalStateException()),
                outer -> outer.orTimeout(1, TimeUnit.MILLISECONDS),
                outer -> outer.obtrudeValue("instead"));
        for (Consumer<CompletableFuture<String>> way : ways) {
            breaker.reset();
            breaker.halfOpen();
            long cancelled = breaker.metrics().totalCancelled();
            CompletableFuture<String> first = new CompletableFuture<>();
            CompletableFuture<String> second = new CompletableFuture<>();
            CompletableFuture<String> outer = around.callAsync(() -> {
                CompletableFuture<String> ignored = breaker.callAsync(() -> first);
                return breaker.callAsync(() -> second).thenCombine(ignored, (a, b) -> a);
            });
            assertThat(breaker.metrics().halfOpenCalls()).isEqualTo(2);
            way.accept(outer);
            await().atMost(LimitFixture.LONG).until(() -> first.isCancelled() && second.isCancelled());
            await().atMost(LimitFixture.LONG)
                    .until(() -> breaker.metrics().halfOpenCalls() == 0
                            && breaker.metrics().totalCancelled() == cancelled + 2);
        }
        assertThat(Deadline.current()).isSameAs(Deadline.NONE);
    }

    @Test
    void callsWithinCallsShouldEndWhenAFutureIsLeft() {
        CompletableFuture<String> outer = Pipeline.of()
                .callAsync(() -> Retry.of("r")
                        .callAsync(() -> breaker.callAsync(() -> calls.body).thenApply(value -> value))
                        .thenApply(value -> value));
        outer.cancel(true);
        await().atMost(LimitFixture.LONG).until(calls.body::isCancelled);
        await().atMost(LimitFixture.LONG).until(() -> breaker.metrics().totalCancelled() == 1);
    }

    @ParameterizedTest
    @EnumSource
    void callShouldEndWhenTheFutureAroundItIsLeft(Inside inside) {
        CompletableFuture<String> outer = Pipeline.of().callAsync(() -> {
            begin(inside);
            return new CompletableFuture<>();
        });
        outer.cancel(true);
        assertThat(calls.end).succeedsWithin(LimitFixture.LONG).isInstanceOf(CancellationException.class);
        await().atMost(LimitFixture.LONG).until(() -> bulkhead.metrics().asyncActive() == 0);
    }

    @Test
    void callOfALaterAttemptShouldEndWhenTheFutureIsLeft() {
        Retry retry = Retry.of("r", c -> c.baseDelay(Duration.ofMillis(1)));
        AtomicInteger attempts = new AtomicInteger();
        CountDownLatch begun = new CountDownLatch(1);
        CompletableFuture<String> outer = retry.callAsync(() -> {
            if (attempts.incrementAndGet() < 3) {
                throw new IllegalStateException();
            }
            CompletableFuture<String> call = breaker.callAsync(() -> calls.body).thenApply(value -> value);
            begun.countDown();
            return call;
        });
        LimitFixture.awaitLatch(begun);
        outer.cancel(true);
        await().atMost(LimitFixture.LONG).until(calls.body::isCancelled);
        await().atMost(LimitFixture.LONG).until(() -> breaker.metrics().totalCancelled() == 1);
    }

    @Test
    void callShouldGoOnAfterTheEndOfTheFutureAroundIt() {
        CompletableFuture<String> own = new CompletableFuture<>();
        CompletableFuture<String> outer = Pipeline.of().callAsync(() -> {
            begin(Inside.FUTURE);
            return own;
        });
        own.complete("result");
        assertThat(outer).isCompletedWithValue("result");
        outer.cancel(true);
        calls.body.complete("later");
        assertThat(calls.end).isCompletedWithValue(null);
    }

    @Test
    void callBegunAfterTheBodyShouldBeItsOwn() {
        CompletableFuture<String> outer = Pipeline.of().callAsync(() -> {
            breaker.callAsync(CompletableFuture::new);
            return new CompletableFuture<>();
        });
        begin(Inside.FUTURE);
        outer.cancel(true);
        await().atMost(LimitFixture.LONG).until(() -> breaker.metrics().totalCancelled() == 1);
        calls.body.complete("result");
        assertThat(calls.end).isCompletedWithValue(null);
    }

    // ---- dependents of a call's future

    @Test
    void callOfADependentShouldEndWithTheCallAround() {
        CompletableFuture<String> token = new CompletableFuture<>();
        CompletableFuture<String> outer = timeout.callAsync(
                () -> Pipeline.of().callAsync(() -> token).thenCompose(value -> breaker.callAsync(() -> calls.body)));
        completeElsewhere(token);
        limits.ticker.advance(LimitFixture.LIMIT);
        assertThat(outer).failsWithin(LimitFixture.LONG);
        await().atMost(LimitFixture.LONG).until(calls.body::isCancelled);
        assertThat(breaker.metrics().totalFailed()).isEqualTo(1);
    }

    @Test
    void dependentShouldKnowTheLimitOfTheCallAround() {
        CompletableFuture<String> token = new CompletableFuture<>();
        CompletableFuture<Long> left = new CompletableFuture<>();
        timeout.callAsync(() -> bulkhead.callAsync(() -> token).thenApply(value -> {
            left.complete(Deadline.current().remainingNanos());
            return value;
        }));
        completeElsewhere(token);
        assertThat(left).isCompletedWithValue(LimitFixture.LIMIT.toNanos());
    }

    @Test
    void callOfADependentShouldEndWhenTheFutureIsLeft() {
        CompletableFuture<String> token = new CompletableFuture<>();
        CompletableFuture<String> outer = Pipeline.of()
                .callAsync(() -> Pipeline.of()
                        .callAsync(() -> token)
                        .thenCompose(value -> breaker.callAsync(() -> calls.body))
                        .thenApply(value -> value));
        completeElsewhere(token);
        outer.cancel(true);
        await().atMost(LimitFixture.LONG).until(calls.body::isCancelled);
        await().atMost(LimitFixture.LONG).until(() -> breaker.metrics().totalCancelled() == 1);
    }

    @Test
    void dependentOfAnUnlimitedCallShouldHaveNoForeignLimit() {
        CompletableFuture<String> token = new CompletableFuture<>();
        CompletableFuture<Deadline> scope = new CompletableFuture<>();
        Pipeline.of().callAsync(() -> token).thenRun(() -> scope.complete(Deadline.current()));
        timeout.callAsync(() -> {
            token.complete("");
            assertThat(Deadline.current()).isNotSameAs(Deadline.NONE);
            return new CompletableFuture<>();
        });
        assertThat(scope).isCompletedWithValue(Deadline.NONE);
    }

    /** Completes a future on a thread that makes no call. */
    private static void completeElsewhere(CompletableFuture<String> future) {
        CompletableFuture.runAsync(() -> future.complete("token")).join();
    }

    @Test
    void endedCallShouldNotBeKeptByTheCallAround() {
        CompletableFuture<String> outer = new CompletableFuture<>();
        List<WeakReference<Object>> results = new ArrayList<>();
        timeout.callAsync(() -> {
            CompletableFuture<Object> body = new CompletableFuture<>();
            bulkhead.callAsync(() -> body);
            Object result = new Object();
            results.add(new WeakReference<>(result));
            body.complete(result);
            return outer;
        });
        await().atMost(LimitFixture.LONG).until(() -> {
            System.gc();
            return results.get(0).refersTo(null);
        });
        outer.complete("");
    }
}
