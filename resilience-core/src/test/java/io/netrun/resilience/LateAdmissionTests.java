package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.bulkhead.BulkheadPools;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitBreakerConfig;
import io.netrun.resilience.hedge.Hedge;
import io.netrun.resilience.hedge.HedgeConfig;
import io.netrun.resilience.ratelimiter.RateLimiter;
import io.netrun.resilience.ratelimiter.RateLimiterConfig;
import io.netrun.resilience.reactor.ReactorGuard;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.retry.RetryConfig;
import io.netrun.resilience.test.ManualTicker;
import io.netrun.resilience.timeout.Timeout;
import io.netrun.resilience.timeout.TimeoutConfig;
import io.netrun.resilience.timeout.TimeoutExceededException;
import io.netrun.resilience.timeout.TimeoutThread;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Calls that end while one of their attempts stands in a circuit's admission, in a listener that blocks: the attempt is
 * not made when the listener returns.
 */
@org.junit.jupiter.api.Timeout(60)
class LateAdmissionTests {

    private static final Duration OPEN = Duration.ofSeconds(1);
    private static final Duration DELAY = Duration.ofSeconds(2);
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final ManualTicker ticker = new ManualTicker();
    private final CircuitBreaker breaker = circuit();
    private final Bulkhead inner = Bulkhead.of("inner");
    private final AtomicInteger bodies = new AtomicInteger();
    private final CountDownLatch admitting = new CountDownLatch(1);
    private final CountDownLatch release = new CountDownLatch(1);
    private final CountDownLatch passed = new CountDownLatch(1);
    private final CompletableFuture<String> ended = new CompletableFuture<>();
    private volatile @Nullable Thread late;

    LateAdmissionTests() {
        breaker.onStateChange((from, to) -> {
            if (to == CircuitBreaker.State.HALF_OPEN) {
                late = Thread.currentThread();
                admitting.countDown();
                LimitFixture.awaitUninterruptibly(release);
            }
        });
    }

    @AfterEach
    void releaseAll() {
        release.countDown();
    }

    /** What an attempt waits for before it begins on a worker. */
    enum Wait {
        RETRY,
        HEDGE,
        QUEUE,
        RATE_LIMITER
    }

    enum Mode {
        SYNC,
        ASYNC,
        MONO,
        FLUX
    }

    /** How the call ends. */
    enum End {
        CANCEL,
        CANCEL_WITHOUT_A_LIMIT,
        LIMIT,
        LIMIT_OF_ANOTHER_GUARD;

        boolean isCancel() {
            return this == CANCEL || this == CANCEL_WITHOUT_A_LIMIT;
        }
    }

    static Stream<Arguments> calls() {
        return Stream.of(Wait.values())
                .flatMap(wait -> Stream.of(Mode.values())
                        .flatMap(mode -> Stream.of(End.values())
                                .filter(end -> mode != Mode.SYNC || end != End.CANCEL_WITHOUT_A_LIMIT)
                                .map(end -> Arguments.of(wait, mode, end))));
    }

    @ParameterizedTest
    @MethodSource("calls")
    void attemptShouldNotBeginAfterTheEndOfItsCall(Wait wait, Mode mode, End end) {
        Timeout timeout = timeout(TimeoutThread.WORKER);
        Policy waiting = policy(wait);
        Layer entry = waiting.around(new Watched(inner.around(breaker.around(Layer.DIRECT))));
        CompletableFuture<Object> holder = prepare(wait, waiting);
        Layer limited = timeout.around(entry);
        Runnable cancel = switch (end) {
            case CANCEL, LIMIT -> start(mode, () -> limited, null, wait);
            case CANCEL_WITHOUT_A_LIMIT -> start(mode, () -> entry, null, wait);
            case LIMIT_OF_ANOTHER_GUARD -> start(mode, () -> entry, timeout, wait);
        };
        if (waiting instanceof Bulkhead queue) {
            ExecutionMode.soon()
                    .atMost(LimitFixture.LONG)
                    .until(() -> queue.metrics().asyncQueued() + queue.metrics().syncQueued() == 1);
            holder.complete("released");
        }
        ExecutionMode.soon()
                .atMost(LimitFixture.LONG)
                .until(() -> breaker.metrics().totalFailed() == 1);
        ExecutionMode.soon().atMost(LimitFixture.LONG).until(() -> {
            ticker.advanceToNext(DELAY);
            return admitting.getCount() == 0;
        });
        if (end.isCancel()) {
            cancel.run();
        } else {
            ticker.advance(LIMIT);
        }
        ExecutionMode.soon().atMost(LimitFixture.LONG).until(ended::isDone);
        int before = bodies.get();
        release.countDown();
        LimitFixture.awaitLatch(passed);
        assertThat(bodies).hasValue(before).hasValue(wait == Wait.RETRY || wait == Wait.HEDGE ? 1 : 0);
        assertThat(breaker.state()).isEqualTo(CircuitBreaker.State.HALF_OPEN);
        assertThat(breaker.metrics().halfOpenCalls()).isZero();
        assertThat(breaker.metrics().totalSucceeded()).isZero();
        int first = wait == Wait.HEDGE ? 1 : 0; // it hangs until the end
        assertThat(breaker.metrics().totalCancelled()).isEqualTo(1 + (end.isCancel() ? first : 0));
        assertThat(breaker.metrics().totalFailed()).isEqualTo(1 + (end.isCancel() ? 0 : first));
        ExecutionMode.soon()
                .atMost(LimitFixture.LONG)
                .until(() -> inner.metrics().asyncActive() + inner.metrics().syncActive() == 0);
    }

    @Test
    void callOnItsCallersThreadShouldNotBeginAfterTheLimit() {
        CircuitBreaker circuit = circuit();
        circuit.onStateChange((from, to) -> {
            if (to == CircuitBreaker.State.HALF_OPEN) {
                awaitInterrupt();
            }
        });
        open(circuit);
        ticker.advance(OPEN);
        Pipeline pipeline = Pipeline.of(timeout(TimeoutThread.CALLER), circuit);
        CompletableFuture<Throwable> call =
                CompletableFuture.supplyAsync(() -> catchThrowable(() -> pipeline.run(bodies::incrementAndGet)));
        LimitFixture.awaitLatch(admitting);
        ticker.advance(LIMIT);
        assertThat(call)
                .succeedsWithin(LimitFixture.LONG)
                .satisfies(thrown -> assertThat(thrown).isInstanceOf(TimeoutExceededException.class));
        assertThat(bodies).hasValue(0);
        assertThat(circuit.metrics().halfOpenCalls()).isZero();
        assertThat(circuit.metrics().totalCancelled()).isEqualTo(1);
        assertThat(circuit.metrics().totalFailed()).isEqualTo(1);
    }

    /** The limit interrupts the thread after it has given up the call. */
    private void awaitInterrupt() {
        admitting.countDown();
        try {
            assertThat(release.await(60, TimeUnit.SECONDS)).isFalse();
        } catch (InterruptedException limit) {
            // the listener returns
        }
    }

    // ---- helpers

    private CircuitBreaker circuit() {
        return CircuitBreaker.of(
                "c",
                CircuitBreakerConfig.builder()
                        .failureThreshold(1)
                        .openDuration(OPEN)
                        .build(),
                ticker);
    }

    private Timeout timeout(TimeoutThread thread) {
        return Timeout.of(
                "t", TimeoutConfig.builder().duration(LIMIT).thread(thread).build(), ticker);
    }

    private Policy policy(Wait wait) {
        return switch (wait) {
            case RETRY ->
                Retry.of(
                        "r",
                        RetryConfig.builder()
                                .maxAttempts(2)
                                .baseDelay(DELAY)
                                .jitter(false)
                                .build(),
                        ticker);
            case HEDGE ->
                Hedge.of("h", HedgeConfig.builder().delay(DELAY).maxAttempts(2).build(), ticker);
            case QUEUE -> Bulkhead.of("q", c -> c.maxConcurrent(1).pools(BulkheadPools.SHARED));
            case RATE_LIMITER ->
                RateLimiter.of(
                        "l",
                        RateLimiterConfig.builder()
                                .limit(1)
                                .period(DELAY)
                                .burst(1)
                                .maxWait(LIMIT)
                                .build(),
                        ticker);
        };
    }

    /** Makes the next call wait, with an open circuit. Returns what holds the permit of a queue. */
    private CompletableFuture<Object> prepare(Wait wait, Policy waiting) {
        CompletableFuture<Object> holder = new CompletableFuture<>();
        if (wait == Wait.QUEUE) {
            waiting.callAsync(() -> holder);
            open(breaker);
            ticker.advance(OPEN);
        } else if (wait == Wait.RATE_LIMITER) {
            waiting.run(() -> {});
            open(breaker);
        }
        return holder;
    }

    private static void open(CircuitBreaker circuit) {
        catchThrowable(() -> circuit.run(() -> {
            throw new IOException("down");
        }));
    }

    /** The first attempt of a retry fails, and that of a hedge hangs while the circuit opens. */
    private CompletableFuture<String> body(Wait wait) {
        if (bodies.incrementAndGet() == 1 && wait == Wait.RETRY) {
            return CompletableFuture.failedFuture(new IOException("down"));
        }
        if (bodies.get() == 1 && wait == Wait.HEDGE) {
            open(breaker);
        }
        return new CompletableFuture<>();
    }

    /** Starts the call. Returns what cancels it. */
    private Runnable start(Mode mode, Guard guard, @Nullable Timeout around, Wait wait) {
        return switch (mode) {
            case SYNC -> {
                CheckedSupplier<String, Exception> body = () -> body(wait).get();
                Thread caller = new Thread(() -> {
                    catchThrowable(() -> {
                        if (around == null) {
                            guard.call(body);
                        } else {
                            around.call(() -> guard.call(body));
                        }
                    });
                    ended.complete("ended");
                });
                caller.start();
                yield caller::interrupt;
            }
            case ASYNC -> {
                CompletableFuture<String> call = around == null
                        ? guard.callAsync(() -> body(wait))
                        : around.callAsync(() -> guard.callAsync(() -> body(wait)));
                call.whenComplete((value, failure) -> ended.complete("ended"));
                yield () -> call.cancel(true);
            }
            case MONO -> {
                Mono<String> source = Mono.defer(() -> Mono.fromFuture(body(wait)));
                Mono<String> within = ReactorGuard.of(guard).mono(source);
                yield subscribe(
                        around == null
                                ? within.flux()
                                : ReactorGuard.of(around).mono(within).flux());
            }
            case FLUX -> {
                Flux<String> source = Flux.defer(() -> Mono.fromFuture(body(wait)));
                Flux<String> within = ReactorGuard.of(guard).flux(source);
                yield subscribe(
                        around == null ? within : ReactorGuard.of(around).flux(within));
            }
        };
    }

    private Runnable subscribe(Flux<String> call) {
        Disposable reading =
                call.subscribe(value -> {}, failure -> ended.complete("failed"), () -> ended.complete("completed"));
        return () -> {
            reading.dispose();
            ended.complete("left");
        };
    }

    /** Records that the attempt that stood in the admission has gone through all layers. */
    private final class Watched implements Layer {

        private final Layer next;

        Watched(Layer next) {
            this.next = next;
        }

        @Override
        public <T extends @Nullable Object, X extends Throwable> T call(CheckedSupplier<T, X> body, Deadline deadline)
                throws X {
            try {
                return next.call(body, deadline);
            } finally {
                passed();
            }
        }

        @Override
        public <T extends @Nullable Object> CompletableFuture<T> callAsync(
                CheckedSupplier<? extends CompletionStage<T>, ?> body, Deadline deadline) {
            try {
                return next.callAsync(body, deadline);
            } finally {
                passed();
            }
        }

        private void passed() {
            if (Thread.currentThread() == late) {
                passed.countDown();
            }
        }
    }
}
