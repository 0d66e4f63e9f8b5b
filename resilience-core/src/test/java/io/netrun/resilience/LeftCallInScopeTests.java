package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.fallback.Fallback;
import io.netrun.resilience.hedge.Hedge;
import io.netrun.resilience.reactor.ReactorGuard;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.timeout.Timeout;
import io.netrun.resilience.timeout.TimeoutThread;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Mono;

/** An asynchronous call that its holder leaves, within a call around it that goes on. */
@org.junit.jupiter.api.Timeout(120)
class LeftCallInScopeTests {

    private final LimitFixture limits = new LimitFixture();
    private final Bulkhead bulkhead =
            Bulkhead.of("within", c -> c.maxConcurrent(1).maxQueue(0));
    private final CompletableFuture<String> source = new CompletableFuture<>();

    /** Holds what makes a call around until the test ends. */
    private final CountDownLatch end = new CountDownLatch(1);

    private final List<Thread> threads = new ArrayList<>();

    @AfterEach
    void endThreads() throws InterruptedException {
        end.countDown();
        for (Thread each : threads) {
            each.join();
        }
    }

    enum Around {
        NOTHING,
        TIMEOUT,
        TIMEOUT_ON_CALLER,
        TIMEOUT_ON_WORKER,
        HEDGE,
        MONO,
        CIRCUIT_IN_TIMEOUT
    }

    private Timeout timeout(TimeoutThread thread) {
        return limits.timeout(thread);
    }

    /** Returns what runs within another call, which goes on. */
    private <T> T within(Around around, CheckedSupplier<T, Exception> body) throws Exception {
        CompletableFuture<T> made = new CompletableFuture<>();
        CompletableFuture<String> goesOn = new CompletableFuture<>();
        CheckedSupplier<CompletableFuture<String>, Exception> async = () -> {
            made.complete(body.get());
            return goesOn;
        };
        switch (around) {
            case NOTHING -> {
                return body.get();
            }
            case TIMEOUT -> timeout(TimeoutThread.WORKER).callAsync(async);
            case CIRCUIT_IN_TIMEOUT ->
                Pipeline.of(timeout(TimeoutThread.WORKER), CircuitBreaker.of("around"))
                        .callAsync(async);
            case HEDGE -> Hedge.of("around", c -> c.delay(Duration.ofHours(1))).callAsync(async);
            case MONO ->
                ReactorGuard.of(timeout(TimeoutThread.WORKER))
                        .mono(Mono.defer(() -> {
                            try {
                                return Mono.fromFuture(async.get());
                            } catch (Exception failure) {
                                return Mono.error(failure);
                            }
                        }))
                        .subscribe();
            default -> {
                Timeout timeout =
                        timeout(around == Around.TIMEOUT_ON_CALLER ? TimeoutThread.CALLER : TimeoutThread.WORKER);
                Thread thread = new Thread(() -> {
                    try {
                        timeout.run(() -> {
                            made.complete(body.get());
                            end.await();
                        });
                    } catch (Exception failure) {
                        made.completeExceptionally(failure);
                    }
                });
                threads.add(thread);
                thread.start();
            }
        }
        return made.join();
    }

    private CompletableFuture<String> innerCall() {
        return bulkhead.callAsync(() -> source);
    }

    private void assertThatTheInnerCallEnds() {
        await().atMost(LimitFixture.LONG).until(source::isCancelled);
        await().atMost(LimitFixture.LONG).until(() -> bulkhead.metrics().asyncActive() == 0);
    }

    static Stream<Arguments> guardsInScopes() {
        return Stream.of(Around.values())
                .flatMap(around -> Stream.concat(
                                RunningCallInScopeTests.guardsWithoutALimit(),
                                Stream.of(
                                        Timeout.of("left", c -> c.duration(Duration.ofHours(1))),
                                        Hedge.of("left", c -> c.delay(Duration.ofHours(1)))))
                        .map(guard -> Arguments.of(around, guard)));
    }

    @ParameterizedTest
    @MethodSource("guardsInScopes")
    void callsOfItsBodyShouldEndWhenItIsLeft(Around around, Guard guard) throws Exception {
        List<Consumer<CompletableFuture<String>>> ways = List.of(
                left -> left.cancel(true),
                left -> left.cancel(false),
                left -> left.complete("instead"),
                left -> left.completeExceptionally(new IllegalStateException()));
        for (Consumer<CompletableFuture<String>> way : ways) {
            LeftCallInScopeTests each = new LeftCallInScopeTests();
            way.accept(each.within(
                    around,
                    () -> guard.callAsync(() -> {
                        each.innerCall();
                        return new CompletableFuture<>();
                    })));
            each.assertThatTheInnerCallEnds();
            each.endThreads();
        }
    }

    /** What a body makes the inner call in. */
    enum Between {
        CALL,
        TWO_CALLS,
        CALL_AFTER_ANOTHER_ONE,
        CALL_OF_A_LATER_ATTEMPT,
        CALL_THAT_HAS_WAITED,
        MONO,
        SYNC_CIRCUIT,
        SYNC_RETRY,
        SYNC_TIMEOUT_ON_CALLER,
        SYNC_TIMEOUT_ON_WORKER,
        SYNC_HEDGE,
        SYNC_FALLBACK
    }

    private CompletableFuture<String> callThatIsLeft(Between between) throws Exception {
        Guard plain = Pipeline.of();
        CheckedSupplier<CompletableFuture<String>, Exception> call = () -> {
            innerCall();
            return new CompletableFuture<>();
        };
        return switch (between) {
            case CALL -> plain.callAsync(call);
            case TWO_CALLS ->
                plain.callAsync(
                        () -> Retry.of("r").callAsync(() -> Bulkhead.of("b").callAsync(call)));
            case CALL_AFTER_ANOTHER_ONE ->
                plain.callAsync(() -> {
                    plain.callAsync(() -> CompletableFuture.completedFuture("ended"));
                    plain.callAsync(CompletableFuture::new);
                    return call.get();
                });
            case CALL_OF_A_LATER_ATTEMPT -> {
                AtomicInteger attempts = new AtomicInteger();
                CountDownLatch begun = new CountDownLatch(1);
                CompletableFuture<String> retried = Retry.of("r", c -> c.baseDelay(Duration.ofMillis(1)))
                        .callAsync(() -> {
                            if (attempts.incrementAndGet() == 1) {
                                throw new IllegalStateException();
                            }
                            CompletableFuture<String> attempt = call.get();
                            begun.countDown();
                            return attempt;
                        });
                LimitFixture.awaitLatch(begun);
                yield retried;
            }
            case CALL_THAT_HAS_WAITED -> {
                Bulkhead busy = Bulkhead.of("busy", c -> c.maxConcurrent(1).maxQueue(1));
                CompletableFuture<String> first = new CompletableFuture<>();
                CountDownLatch begun = new CountDownLatch(1);
                busy.callAsync(() -> first);
                CompletableFuture<String> waiting = busy.callAsync(() -> {
                    CompletableFuture<String> own = call.get();
                    begun.countDown();
                    return own;
                });
                first.complete("");
                LimitFixture.awaitLatch(begun);
                yield waiting;
            }
            case MONO ->
                plain.callAsync(() -> ReactorGuard.of(Retry.of("r"))
                        .mono(Mono.fromFuture(() -> {
                            innerCall();
                            return new CompletableFuture<String>();
                        }))
                        .toFuture());
            case SYNC_CIRCUIT -> within(CircuitBreaker.of("c"), call);
            case SYNC_RETRY -> {
                AtomicInteger attempts = new AtomicInteger();
                yield within(Retry.of("r", c -> c.baseDelay(Duration.ofNanos(1))), () -> {
                    if (attempts.incrementAndGet() == 1) {
                        throw new IllegalStateException();
                    }
                    return call.get();
                });
            }
            case SYNC_TIMEOUT_ON_CALLER -> within(timeout(TimeoutThread.CALLER), call);
            case SYNC_TIMEOUT_ON_WORKER -> within(timeout(TimeoutThread.WORKER), call);
            case SYNC_HEDGE -> within(Hedge.of("h", c -> c.delay(Duration.ofHours(1))), call);
            case SYNC_FALLBACK -> within(Fallback.of("f", c -> c.value("")), call);
        };
    }

    /** Makes a call whose body makes another one in a sync call. */
    private static CompletableFuture<String> within(
            Guard sync, CheckedSupplier<CompletableFuture<String>, Exception> call) {
        return Pipeline.of().callAsync(() -> {
            sync.run(call::get);
            return new CompletableFuture<>();
        });
    }

    static Stream<Arguments> callsInScopes() {
        return Stream.of(Around.values())
                .flatMap(around -> Stream.of(Between.values()).map(between -> Arguments.of(around, between)));
    }

    @ParameterizedTest
    @MethodSource("callsInScopes")
    void callsWithinOthersShouldEndWhenTheirCallIsLeft(Around around, Between between) throws Exception {
        CompletableFuture<String> left = within(around, () -> callThatIsLeft(between));
        assertThat(bulkhead.metrics().asyncActive()).isEqualTo(1);
        left.cancel(true);
        assertThatTheInnerCallEnds();
    }

    @ParameterizedTest
    @EnumSource
    void callsOfItsBodyShouldGoOnAfterItsEnd(Around around) throws Exception {
        CompletableFuture<String> own = new CompletableFuture<>();
        CompletableFuture<String> ended = within(
                around,
                () -> Retry.of("r").callAsync(() -> {
                    innerCall();
                    return own;
                }));
        own.complete("result");
        ended.cancel(true);
        assertThat(ended).isCompletedWithValue("result");
        assertThat(bulkhead.metrics().asyncActive()).isEqualTo(1);
        source.complete("");
        assertThat(bulkhead.metrics().asyncActive()).isZero();
    }

    @Test
    void callsOfItsBodyShouldEndWithTheLimitAfterItsEnd() throws Exception {
        CompletableFuture<String> own = new CompletableFuture<>();
        within(
                Around.TIMEOUT,
                () -> Retry.of("r").callAsync(() -> {
                    innerCall();
                    return own;
                }));
        own.complete("result");
        limits.ticker.advance(LimitFixture.LIMIT);
        assertThatTheInnerCallEnds();
    }

    /** A call between an outer and an inner one. */
    enum Middle {
        ENDED,
        FAILED,
        RECOVERED,
        ENDED_LATER,
        LIMITED,
        TWO
    }

    /** Makes a call that starts the inner one and ends without it. */
    private void makeMiddle(Middle middle, CompletableFuture<String> later) {
        CircuitBreaker breaker = CircuitBreaker.of("middle");
        Supplier<CompletionStage<String>> body = () -> {
            innerCall();
            return later;
        };
        switch (middle) {
            case ENDED ->
                breaker.callAsync(() -> {
                    innerCall();
                    return CompletableFuture.completedFuture("ended");
                });
            case FAILED ->
                breaker.callAsync(() -> {
                    innerCall();
                    throw new IllegalStateException();
                });
            case RECOVERED ->
                Fallback.of("f", c -> c.handle(failure -> "instead")).callAsync(() -> {
                    innerCall();
                    return CompletableFuture.failedFuture(new IllegalStateException());
                });
            case ENDED_LATER -> breaker.callAsync(body::get);
            case LIMITED -> Pipeline.of(timeout(TimeoutThread.WORKER), breaker).callAsync(body::get);
            case TWO -> breaker.callAsync(() -> Retry.of("r").callAsync(body::get));
        }
    }

    @ParameterizedTest
    @EnumSource(Middle.class)
    void callsOfACallThatHasEndedShouldEndWithTheOneAroundIt(Middle middle) throws Exception {
        for (Around around : List.of(Around.NOTHING, Around.TIMEOUT, Around.TIMEOUT_ON_WORKER)) {
            LeftCallInScopeTests each = new LeftCallInScopeTests();
            CompletableFuture<String> later = new CompletableFuture<>();
            CompletableFuture<String> outer = each.within(
                    around,
                    () -> CircuitBreaker.of("outer").callAsync(() -> {
                        each.makeMiddle(middle, later);
                        return new CompletableFuture<>();
                    }));
            later.complete("ended");
            assertThat(each.bulkhead.metrics().asyncActive()).isEqualTo(1);
            outer.cancel(true);
            each.assertThatTheInnerCallEnds();
            each.endThreads();
        }
    }

    @ParameterizedTest
    @EnumSource(Middle.class)
    void callsOfACallThatHasEndedShouldOutliveTheEndOfTheOneAroundIt(Middle middle) throws Exception {
        CompletableFuture<String> later = new CompletableFuture<>();
        CompletableFuture<String> own = new CompletableFuture<>();
        CircuitBreaker.of("outer").callAsync(() -> {
            makeMiddle(middle, later);
            return own;
        });
        later.complete("ended");
        own.complete("result");
        assertThat(bulkhead.metrics().asyncActive()).isEqualTo(1);
        source.complete("inner");
        assertThat(bulkhead.metrics().asyncActive()).isZero();
    }

    /** Code of another call that the thread runs within a body. */
    enum Foreign {
        DEPENDENT,
        HANDLER,
        LATER_ATTEMPT,
        WAITING_CALL
    }

    /**
     * Makes a call that calls others as soon as a token ends.
     *
     * @param code makes the call
     */
    private static void callWithin(
            Foreign foreign, CompletableFuture<String> token, CheckedSupplier<CompletableFuture<String>, ?> code) {
        CompletableFuture<String> failing = token.thenApply(value -> {
            throw new IllegalStateException();
        });
        switch (foreign) {
            case DEPENDENT ->
                Pipeline.of().callAsync(() -> token).thenRun(() -> Pipeline.of().callAsync(code));
            case HANDLER ->
                Fallback.of("f", c -> c.handle(failure -> Pipeline.of().callAsync(code)))
                        .callAsync(() -> failing);
            case LATER_ATTEMPT -> {
                AtomicInteger attempts = new AtomicInteger();
                Retry.of("r", c -> c.baseDelay(Duration.ofNanos(1)))
                        .callAsync(() -> attempts.incrementAndGet() == 1
                                ? failing
                                : Pipeline.of().callAsync(code));
            }
            case WAITING_CALL -> {
                Bulkhead busy = Bulkhead.of("busy", c -> c.maxConcurrent(1).maxQueue(1));
                busy.callAsync(() -> token);
                busy.callAsync(code);
            }
        }
    }

    static Stream<Arguments> codeInScopes() {
        return Stream.of(Around.values())
                .flatMap(around -> Stream.of(Foreign.values()).map(foreign -> Arguments.of(around, foreign)));
    }

    @ParameterizedTest
    @MethodSource("codeInScopes")
    void callsOfOthersShouldGoOnWhenItIsLeft(Around around, Foreign foreign) throws Exception {
        CompletableFuture<String> ofAnother = new CompletableFuture<>();
        CountDownLatch begun = new CountDownLatch(1);
        CompletableFuture<String> left = within(around, () -> {
            CompletableFuture<String> token = new CompletableFuture<>();
            callWithin(foreign, token, () -> {
                begun.countDown();
                return ofAnother;
            });
            return Pipeline.of().callAsync(() -> {
                token.complete("");
                innerCall();
                return new CompletableFuture<>();
            });
        });
        LimitFixture.awaitLatch(begun);
        left.cancel(true);
        assertThatTheInnerCallEnds();
        assertThat(ofAnother).isNotDone();
    }
}
