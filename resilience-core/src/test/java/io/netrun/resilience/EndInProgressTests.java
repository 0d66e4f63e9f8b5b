package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.bulkhead.BulkheadConfig;
import io.netrun.resilience.bulkhead.BulkheadFullException;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitBreakerEvent;
import io.netrun.resilience.fallback.Fallback;
import io.netrun.resilience.fallback.FallbackEvent;
import io.netrun.resilience.hedge.Hedge;
import io.netrun.resilience.hedge.HedgeConfig;
import io.netrun.resilience.reactor.ReactorGuard;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.retry.RetryEvent;
import io.netrun.resilience.timeout.Timeout;
import io.netrun.resilience.timeout.TimeoutConfig;
import io.netrun.resilience.timeout.TimeoutEvent;
import io.netrun.resilience.timeout.TimeoutThread;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

/**
 * A cancel or a timeout that comes while another thread is ending an inner call, and is held up in code of the user.
 * What the caller attached to its future finds everything released, and the call counted once.
 */
@org.junit.jupiter.api.Timeout(60)
class EndInProgressTests {

    private static final Duration DELAY = Duration.ofSeconds(1);

    private final LimitFixture limits = new LimitFixture();
    private final Bulkhead outer = Bulkhead.of("outer");
    private final CountDownLatch held = new CountDownLatch(1);
    private final List<CompletableFuture<String>> bodies = new CopyOnWriteArrayList<>();

    @AfterEach
    void release() {
        limits.release.countDown();
    }

    /** How the caller's future ends meanwhile. */
    enum WayOut {
        CANCEL,
        LIMIT,
        /** The limit is in another guard, within whose call this one is made. */
        LIMIT_AROUND
    }

    /** What is held up while its event is delivered. */
    enum Ending {
        EXHAUSTED(RetryEvent.Exhausted.class) {
            @Override
            Policy policy() {
                return Retry.of("retry", c -> c.maxAttempts(1));
            }
        },
        OPENED(CircuitBreakerEvent.StateChanged.class) {
            @Override
            Policy policy() {
                return CircuitBreaker.of("circuit", c -> c.failureThreshold(1));
            }
        },
        RECOVERED(FallbackEvent.Recovered.class) {
            @Override
            Policy policy() {
                return Fallback.of("fallback", c -> c.value("else"));
            }
        };

        private final Class<? extends ResilienceEvent> event;

        Ending(Class<? extends ResilienceEvent> event) {
            this.event = event;
        }

        abstract Policy policy();
    }

    static Stream<Arguments> endings() {
        return Stream.of(WayOut.values())
                .flatMap(way -> Stream.of(Ending.values()).map(ending -> Arguments.of(way, ending)));
    }

    @ParameterizedTest
    @MethodSource("endings")
    void permitShouldBeFreeThoughAListenerHoldsTheEnd(WayOut way, Ending ending) {
        Call call = new Call(way, outer, blocking(ending.policy(), ending.event));
        call.failOnAnotherThread(0);
        assertThat(call.leave()).isEqualTo("0 permits");
    }

    @ParameterizedTest
    @EnumSource
    void permitOfAMonoShouldBeFreeThoughAListenerHoldsTheEnd(WayOut way) {
        Retry retry = blocking(Retry.of("retry", c -> c.maxAttempts(1)), RetryEvent.Exhausted.class);
        Mono<String> source = Mono.defer(() -> Mono.fromFuture(body()));
        Pipeline pipeline = Pipeline.of(outer, retry);
        Timeout limit = limits.timeout(TimeoutThread.AUTO);
        Mono<String> mono = switch (way) {
            case CANCEL -> ReactorGuard.of(pipeline).mono(source);
            case LIMIT -> ReactorGuard.of(Pipeline.of(limit, outer, retry)).mono(source);
            case LIMIT_AROUND ->
                ReactorGuard.of(limit).mono(ReactorGuard.of(pipeline).mono(source));
        };
        CompletableFuture<String> seen = new CompletableFuture<>();
        Disposable subscription = mono.subscribe(value -> {}, failure -> seen.complete(permits()));
        failOnAnotherThread(bodies.get(0));
        if (way == WayOut.CANCEL) {
            subscription.dispose();
            seen.complete(permits());
        } else {
            limits.ticker.advance(LimitFixture.LIMIT);
        }
        assertThat(seen).succeedsWithin(LimitFixture.LONG).isEqualTo("0 permits");
        assertThat(retry.metrics().totalExhausted() + retry.metrics().totalCancelled())
                .isEqualTo(1);
    }

    /** What is attached to the body's future later runs first. */
    @ParameterizedTest
    @EnumSource
    void permitShouldBeFreeThoughTheBodysFutureHoldsItsEnd(WayOut way) {
        Call call = new Call(way, outer);
        bodies.get(0).thenRun(this::block);
        new Thread(() -> bodies.get(0).complete("held")).start();
        LimitFixture.awaitLatchSpinning(held);
        assertThat(call.leave()).isEqualTo("0 permits");
    }

    /** The second attempt runs on as the first one ends. */
    @ParameterizedTest
    @EnumSource
    void slotShouldBeFreeThoughAListenerHoldsTheEndOfAnAttempt(WayOut way) {
        Hedge hedge = hedge();
        Bulkhead inner = Bulkhead.of("inner");
        Retry retry = blocking(Retry.of("retry", c -> c.maxAttempts(1)), RetryEvent.Exhausted.class);
        Call call = new Call(way, outer, hedge, inner, retry);
        passDelay();
        call.failOnAnotherThread(0);
        assertThat(call.leave(() -> hedge.metrics().active() + " slots, "
                        + inner.metrics().asyncActive() + " inner permits, " + permits()))
                .isEqualTo("0 slots, 0 inner permits, 0 permits");
        assertThat(retry.metrics().totalExhausted()).isEqualTo(1);
        assertThat(retry.metrics().totalCancelled()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void slotShouldBeFreeThoughTheFutureOfAnAttemptHoldsItsEnd(WayOut way) {
        Hedge hedge = hedge();
        Call call = new Call(way, outer, hedge);
        passDelay();
        bodies.get(1).exceptionally(failure -> {
            block();
            return "";
        });
        call.failOnAnotherThread(1);
        assertThat(call.leave(() -> hedge.metrics().active() + " slots, " + permits()))
                .isEqualTo("0 slots, 0 permits");
    }

    @Test
    void permitShouldBeFreeThoughAListenerHoldsTheTimeoutOfAnAttempt() {
        Timeout attempt = blocking(
                Timeout.of("attempt", TimeoutConfig.builder().duration(DELAY).build(), limits.ticker),
                TimeoutEvent.TimedOut.class);
        Call call = new Call(WayOut.CANCEL, outer, attempt);
        limits.ticker.advance(DELAY);
        LimitFixture.awaitLatchSpinning(held);
        assertThat(call.leave()).isEqualTo("0 permits");
    }

    /** The call that is being ended is not waited for by the thread that is ending it. */
    @Test
    void cancelWithinTheEndOfTheCallShouldReturn() {
        Hedge hedge = hedge();
        Call call = new Call(WayOut.CANCEL, outer, hedge);
        passDelay();
        bodies.get(0).whenComplete((value, failure) -> {
            if (failure != null) {
                call.future.cancel(true);
            }
        });
        bodies.get(1).complete("won");
        assertThat(call.future).isDone();
        assertThat(permits()).isEqualTo("0 permits");
        assertThat(hedge.metrics().active()).isZero();
    }

    /** One outcome for each call, which its caller sees and which is counted. */
    @RepeatedTest(30)
    void callCancelledAsItsWaitEndsShouldHaveOneOutcome() throws Exception {
        Bulkhead full = Bulkhead.of(
                "full",
                BulkheadConfig.builder()
                        .maxConcurrent(1)
                        .maxQueue(1)
                        .maxWait(DELAY)
                        .build(),
                limits.ticker);
        List<ResilienceEvent> events = new CopyOnWriteArrayList<>();
        full.onRejected(events::add);
        full.callAsync(this::body);
        CompletableFuture<String> waiting = full.callAsync(this::body);
        CyclicBarrier start = new CyclicBarrier(2);
        Thread rival = new Thread(() -> {
            awaitBarrier(start);
            limits.ticker.advance(DELAY);
        });
        rival.start();
        awaitBarrier(start);
        waiting.cancel(true);
        Throwable thrown = catchThrowable(() -> waiting.get(20, TimeUnit.SECONDS));
        rival.join();
        int rejected = thrown != null && thrown.getCause() instanceof BulkheadFullException ? 1 : 0;
        assertThat(events).hasSize(rejected);
        assertThat(full.metrics().totalRejected()).isEqualTo(rejected);
        assertThat(full.metrics().asyncQueued()).isZero();
    }

    private static void awaitBarrier(CyclicBarrier start) {
        try {
            start.await(20, TimeUnit.SECONDS);
        } catch (Exception broken) {
            throw new IllegalStateException(broken);
        }
    }

    private Hedge hedge() {
        return Hedge.of("hedge", HedgeConfig.builder().delay(DELAY).build(), limits.ticker);
    }

    private void passDelay() {
        limits.ticker.advance(DELAY);
        await().atMost(LimitFixture.LONG).until(() -> bodies.size() == 2);
    }

    private CompletableFuture<String> body() {
        CompletableFuture<String> body = new CompletableFuture<>();
        bodies.add(body);
        return body;
    }

    private String permits() {
        return outer.metrics().asyncActive() + " permits";
    }

    /**
     * Keeps its thread busy: if it waited, the end would be published after ten milliseconds, before the call is left.
     */
    private void block() {
        held.countDown();
        LimitFixture.awaitLatchSpinning(limits.release);
    }

    private <P extends Policy> P blocking(P policy, Class<? extends ResilienceEvent> event) {
        policy.on(event, received -> block());
        return policy;
    }

    private void failOnAnotherThread(CompletableFuture<String> body) {
        new Thread(() -> body.completeExceptionally(new IOException("down"))).start();
        LimitFixture.awaitLatchSpinning(held);
    }

    /** A call whose end is held up, and which is left then. */
    private final class Call {

        private final CompletableFuture<String> future;
        private final WayOut way;

        Call(WayOut way, Policy... policies) {
            this.way = way;
            Timeout limit = limits.timeout(TimeoutThread.AUTO);
            Pipeline pipeline = Pipeline.of(policies);
            this.future = switch (way) {
                case CANCEL -> pipeline.callAsync(EndInProgressTests.this::body);
                case LIMIT ->
                    Pipeline.of(Stream.concat(Stream.of(limit), Stream.of(policies))
                                    .toList())
                            .callAsync(EndInProgressTests.this::body);
                case LIMIT_AROUND -> limit.callAsync(() -> pipeline.callAsync(EndInProgressTests.this::body));
            };
        }

        void failOnAnotherThread(int body) {
            EndInProgressTests.this.failOnAnotherThread(bodies.get(body));
        }

        String leave() {
            return leave(EndInProgressTests.this::permits);
        }

        /** Leaves the call, and returns what is held as the caller's future ends. */
        String leave(Supplier<String> look) {
            CompletableFuture<String> seen = future.handle((value, failure) -> look.get());
            if (way == WayOut.CANCEL) {
                future.cancel(true);
            } else {
                limits.ticker.advance(LimitFixture.LIMIT);
            }
            assertThat(seen).succeedsWithin(LimitFixture.LONG);
            return seen.join();
        }
    }
}
