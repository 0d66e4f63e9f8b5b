package io.netrun.resilience.fallback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.Guard;
import io.netrun.resilience.LimitFixture;
import io.netrun.resilience.Pipeline;
import io.netrun.resilience.reactor.ReactorGuard;
import io.netrun.resilience.timeout.Timeout;
import io.netrun.resilience.timeout.TimeoutExceededException;
import io.netrun.resilience.timeout.TimeoutThread;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** How a failed call counts: once, by what its caller gets. */
@org.junit.jupiter.api.Timeout(60)
class FallbackOutcomeTests {

    private static final FallbackMetrics RECOVERED = new FallbackMetrics(1, 0, 0, 0);
    private static final FallbackMetrics FAILED = new FallbackMetrics(0, 1, 0, 0);
    private static final FallbackMetrics PASSED = new FallbackMetrics(0, 0, 1, 0);

    private final IOException first = new IOException("first");
    private final IllegalStateException second = new IllegalStateException("second");
    private final CompletableFuture<Object> stage = new CompletableFuture<>();
    private final LimitFixture limits = new LimitFixture();
    private final List<FallbackEvent> events = new CopyOnWriteArrayList<>();
    private final List<Throwable> dropped = new CopyOnWriteArrayList<>();

    @AfterEach
    void release() {
        limits.release.countDown();
        Thread.interrupted();
    }

    enum Mode {
        ASYNC,
        MONO,
        FLUX
    }

    /** What a handler returns, which fails with what it is given. */
    enum Failing {
        STAGE {
            @Override
            Object with(Throwable failure) {
                return CompletableFuture.failedFuture(failure);
            }
        },
        STAGE_OF_ANOTHER_STAGE {
            @Override
            Object with(Throwable failure) {
                return CompletableFuture.failedFuture(failure).thenApply(value -> value);
            }
        },
        MINIMAL_STAGE {
            @Override
            Object with(Throwable failure) {
                return CompletableFuture.failedStage(failure);
            }
        },
        MONO {
            @Override
            Object with(Throwable failure) {
                return Mono.error(failure);
            }
        },
        FLUX_AFTER_AN_ELEMENT {
            @Override
            Object with(Throwable failure) {
                return Flux.concat(Flux.just("one"), Flux.error(failure));
            }
        };

        abstract Object with(Throwable failure);

        boolean fits(Mode mode) {
            return switch (this) {
                case STAGE, STAGE_OF_ANOTHER_STAGE, MINIMAL_STAGE -> true;
                case MONO -> mode != Mode.ASYNC;
                case FLUX_AFTER_AN_ELEMENT -> mode == Mode.FLUX;
            };
        }
    }

    static Stream<Arguments> failing() {
        return Stream.of(Mode.values())
                .flatMap(mode -> Stream.of(Failing.values())
                        .filter(failing -> failing.fits(mode))
                        .map(failing -> Arguments.of(mode, failing)));
    }

    @ParameterizedTest
    @MethodSource("failing")
    void handlerWhoseResultFailsShouldCountAsFailed(Mode mode, Failing failing) {
        Fallback fallback = fallback(() -> failing.with(second));
        assertThat(catchThrowable(start(mode, fallback)::join)).hasRootCause(second);
        assertThat(fallback.metrics()).isEqualTo(FAILED);
        assertThat(events).singleElement().satisfies(event -> {
            FallbackEvent.Failed failed = (FallbackEvent.Failed) event;
            assertThat(failed.failure()).isSameAs(first);
            assertThat(failed.thrown()).isSameAs(second);
        });
    }

    @ParameterizedTest
    @MethodSource("failing")
    void resultThatFailsAsTheCallDidShouldCountAsPassed(Mode mode, Failing failing) {
        Fallback fallback = fallback(() -> failing.with(first));
        assertThat(catchThrowable(start(mode, fallback)::join)).hasRootCause(first);
        assertThat(fallback.metrics()).isEqualTo(PASSED);
        assertThat(events).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void callShouldCountAsTheStageOfItsHandlerEnds(Mode mode) {
        Fallback fallback = fallback(() -> stage);
        CompletableFuture<?> call = start(mode, fallback);
        assertThat(fallback.metrics()).isEqualTo(new FallbackMetrics(0, 0, 0, 0));
        stage.complete("substitute");
        assertThat(call).isDone().isNotCompletedExceptionally();
        assertThat(fallback.metrics()).isEqualTo(RECOVERED);
        assertThat(events).singleElement().isInstanceOf(FallbackEvent.Recovered.class);
    }

    /** How a call ends before its handler does. */
    enum End {
        CANCEL,
        LIMIT,
        LIMIT_OF_ANOTHER_GUARD
    }

    static Stream<Arguments> ends() {
        return Stream.of(Mode.values()).flatMap(mode -> Stream.of(End.values()).map(end -> Arguments.of(mode, end)));
    }

    @ParameterizedTest
    @MethodSource("ends")
    void callThatEndsBeforeItsHandlersStageShouldCountAsPassed(Mode mode, End end) {
        Fallback fallback = fallback(() -> stage);
        Timeout timeout = limits.timeout(TimeoutThread.WORKER);
        CompletableFuture<?> call = switch (end) {
            case CANCEL -> start(mode, fallback);
            case LIMIT -> start(mode, Pipeline.of(timeout, fallback));
            case LIMIT_OF_ANOTHER_GUARD ->
                timeout.callAsync(() -> start(mode, fallback).thenApply(value -> value));
        };
        CompletableFuture<FallbackMetrics> atTheEnd = call.handle((value, failure) -> fallback.metrics());
        if (end == End.CANCEL) {
            call.cancel(true); // Reactor's future ends before it cancels its subscription
            assertThat(fallback.metrics()).isEqualTo(PASSED);
        } else {
            limits.ticker.advance(LimitFixture.LIMIT);
            assertThat(atTheEnd).succeedsWithin(LimitFixture.LONG).isEqualTo(PASSED);
        }
        stage.complete("late");
        assertThat(fallback.metrics()).isEqualTo(PASSED);
        assertThat(events).isEmpty();
        assertThat(dropped).isEmpty();
    }

    @Test
    void syncCallThatTimesOutInItsHandlerShouldCountAsPassed() {
        Fallback fallback = fallback(() -> {
            limits.hangDeaf();
            return "late";
        });
        Timeout timeout = limits.timeout(TimeoutThread.WORKER);
        Throwable thrown = limits.exceed(() -> Pipeline.of(timeout, fallback).run(() -> {
            throw first;
        }));
        assertThat(thrown).isInstanceOf(TimeoutExceededException.class);
        assertThat(fallback.metrics()).isEqualTo(PASSED);
        limits.release.countDown();
        await().until(() -> timeout.metrics().abandoned() == 0);
        assertThat(fallback.metrics()).isEqualTo(PASSED);
        assertThat(events).isEmpty();
    }

    @Test
    void asyncCallThatTimesOutInItsHandlerShouldCountAsPassed() {
        CountDownLatch left = new CountDownLatch(1);
        Fallback fallback = fallback(() -> {
            limits.hangDeaf();
            return "late";
        });
        CompletableFuture<Object> own = new CompletableFuture<>();
        CompletableFuture<Object> call =
                Pipeline.of(limits.timeout(TimeoutThread.WORKER), fallback).callAsync(() -> own);
        new Thread(() -> {
                    own.completeExceptionally(first);
                    left.countDown();
                })
                .start();
        LimitFixture.awaitLatch(limits.running);
        limits.ticker.advance(LimitFixture.LIMIT);
        assertThat(catchThrowable(call::join)).hasCauseInstanceOf(TimeoutExceededException.class);
        assertThat(fallback.metrics()).isEqualTo(PASSED);
        limits.release.countDown();
        LimitFixture.awaitLatch(left);
        assertThat(fallback.metrics()).isEqualTo(PASSED);
        assertThat(events).isEmpty();
    }

    @Test
    void handlerThatIsInterruptedShouldCountAsPassed() {
        Fallback fallback = Fallback.of(
                "test",
                c -> c.handler(new FallbackHandler(IOException.class, (failure, call) -> {
                    throw new InterruptedException();
                })));
        fallback.on(FallbackEvent.class, events::add);
        assertThat(catchThrowable(() -> fallback.run(() -> {
                    throw first;
                })))
                .isInstanceOf(InterruptedException.class);
        assertThat(fallback.metrics()).isEqualTo(PASSED);
        assertThat(events).isEmpty();
    }

    @Test
    void substituteStreamReadInPartShouldCountAsRecovered() {
        Fallback fallback = fallback(() -> Flux.concat(Flux.just("one"), Flux.never()));
        AtomicReference<Object> read = new AtomicReference<>();
        Disposable reading = ReactorGuard.of(fallback).flux(Flux.error(first)).subscribe(read::set);
        assertThat(read).hasValue("one");
        assertThat(fallback.metrics()).isEqualTo(new FallbackMetrics(0, 0, 0, 0));
        reading.dispose();
        assertThat(fallback.metrics()).isEqualTo(RECOVERED);
        await().until(() -> events.size() == 1);
    }

    private Fallback fallback(Supplier<Object> handler) {
        Fallback fallback = Fallback.of("test", c -> c.handle(IOException.class, failure -> handler.get()));
        fallback.on(FallbackEvent.class, events::add);
        return fallback;
    }

    private CompletableFuture<?> start(Mode mode, Guard guard) {
        return switch (mode) {
            case ASYNC -> guard.callAsync(() -> CompletableFuture.failedFuture(first));
            case MONO -> watched(ReactorGuard.of(guard).mono(Mono.error(first)));
            case FLUX ->
                watched(ReactorGuard.of(guard)
                        .flux(Flux.error(first))
                        .takeLast(1)
                        .next());
        };
    }

    /** Collects what would be logged as an error that no subscriber has received. */
    private CompletableFuture<Object> watched(Mono<Object> call) {
        Consumer<Throwable> hook = dropped::add;
        return call.contextWrite(context -> context.put("reactor.onErrorDropped.local", hook))
                .toFuture();
    }
}
