package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.bulkhead.BulkheadConfig;
import io.netrun.resilience.bulkhead.BulkheadEvent;
import io.netrun.resilience.bulkhead.BulkheadFullException;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitBreakerConfig;
import io.netrun.resilience.circuitbreaker.CircuitBreakerEvent;
import io.netrun.resilience.fallback.Fallback;
import io.netrun.resilience.fallback.FallbackEvent;
import io.netrun.resilience.ratelimiter.RateLimitExceededException;
import io.netrun.resilience.ratelimiter.RateLimiter;
import io.netrun.resilience.ratelimiter.RateLimiterConfig;
import io.netrun.resilience.ratelimiter.RateLimiterEvent;
import io.netrun.resilience.reactor.ReactorGuard;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.retry.RetryBudget;
import io.netrun.resilience.retry.RetryEvent;
import io.netrun.resilience.timeout.TimeoutThread;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A listener that blocks, while it receives the event with which an asynchronous call ends, keeps neither that call
 * pending nor what is held around it.
 */
@org.junit.jupiter.api.Timeout(60)
class BlockingListenerTests {

    private final LimitFixture limits = new LimitFixture();
    private final Bulkhead outer = Bulkhead.of("outer");
    private final CountDownLatch listening = new CountDownLatch(1);
    private final CompletableFuture<String> own = new CompletableFuture<>();

    @AfterEach
    void release() {
        limits.release.countDown();
    }

    enum Mode {
        ASYNC,
        MONO,
        FLUX;

        CompletableFuture<String> start(Guard guard, CompletableFuture<String> own) {
            return switch (this) {
                case ASYNC -> guard.callAsync(() -> own);
                case MONO -> ReactorGuard.of(guard).mono(Mono.fromFuture(own)).toFuture();
                case FLUX ->
                    ReactorGuard.of(guard)
                            .flux(Flux.from(Mono.fromFuture(own)))
                            .next()
                            .toFuture();
            };
        }
    }

    /** The event with which a failed call ends. */
    enum Ending {
        EXHAUSTED {
            @Override
            Policy policy() {
                return Retry.of("retry", c -> c.maxAttempts(1));
            }

            @Override
            Class<? extends ResilienceEvent> event() {
                return RetryEvent.Exhausted.class;
            }
        },
        DENIED {
            @Override
            Policy policy() {
                RetryBudget budget = RetryBudget.of("spent");
                Retry spending = Retry.of(
                        "spending",
                        c -> c.budget(budget)
                                .maxAttempts(100)
                                .baseDelay(Duration.ZERO)
                                .jitter(false));
                assertThat(catchThrowable(() -> spending.run(() -> {
                            throw new IOException("down");
                        })))
                        .isNotNull();
                assertThat(spending.metrics().totalDenied()).isEqualTo(1);
                return Retry.of("retry", c -> c.budget(budget));
            }

            @Override
            Class<? extends ResilienceEvent> event() {
                return RetryEvent.Denied.class;
            }
        },
        CIRCUIT {
            @Override
            Policy policy() {
                return CircuitBreaker.of("circuit", c -> c.failureThreshold(1));
            }

            @Override
            Class<? extends ResilienceEvent> event() {
                return CircuitBreakerEvent.StateChanged.class;
            }
        },
        RECOVERED {
            @Override
            Policy policy() {
                return Fallback.of("fallback", c -> c.value("else"));
            }

            @Override
            Class<? extends ResilienceEvent> event() {
                return FallbackEvent.Recovered.class;
            }
        },
        HANDLER_FAILED {
            @Override
            Policy policy() {
                return Fallback.of(
                        "fallback",
                        c -> c.handle(failure -> {
                            throw new IllegalStateException("second");
                        }));
            }

            @Override
            Class<? extends ResilienceEvent> event() {
                return FallbackEvent.Failed.class;
            }
        };

        abstract Policy policy();

        abstract Class<? extends ResilienceEvent> event();
    }

    static Stream<Arguments> endings() {
        return Stream.of(Mode.values())
                .flatMap(mode -> Stream.of(Ending.values()).map(ending -> Arguments.of(mode, ending)));
    }

    @ParameterizedTest
    @MethodSource("endings")
    void callThatFailsShouldEndThoughAListenerBlocks(Mode mode, Ending ending) {
        Policy policy = ending.policy();
        CompletableFuture<String> call = mode.start(Pipeline.of(outer, blocking(policy, ending.event())), own);
        CompletableFuture<Integer> held =
                call.handle((value, failure) -> outer.metrics().asyncActive());
        failOnAnotherThread();
        LimitFixture.awaitLatch(listening);
        assertThat(held).succeedsWithin(LimitFixture.LONG).isEqualTo(0);
    }

    @Test
    void callThatHasWaitedTooLongShouldEndThoughAListenerBlocks() {
        Bulkhead full = Bulkhead.of(
                "full",
                BulkheadConfig.builder()
                        .maxConcurrent(1)
                        .maxQueue(1)
                        .maxWait(LimitFixture.LIMIT)
                        .build(),
                limits.ticker);
        full.callAsync(() -> own);
        CompletableFuture<Integer> held = Pipeline.of(outer, blocking(full, BulkheadEvent.Rejected.class))
                .callAsync(() -> own)
                .handle((value, failure) -> {
                    assertThat(failure).isInstanceOf(BulkheadFullException.class);
                    return outer.metrics().asyncActive();
                });
        limits.ticker.advance(LimitFixture.LIMIT);
        LimitFixture.awaitLatch(listening);
        assertThat(held).succeedsWithin(LimitFixture.LONG).isEqualTo(0);
    }

    @Test
    void callThatWaitsShouldEndWithTheShutdownThoughAListenerBlocks() {
        Bulkhead full = Bulkhead.of("full", c -> c.maxConcurrent(1).maxQueue(1));
        full.callAsync(() -> own);
        CompletableFuture<Integer> held = Pipeline.of(outer, blocking(full, BulkheadEvent.Rejected.class))
                .callAsync(() -> own)
                .handle((value, failure) -> {
                    assertThat(failure).isInstanceOf(PolicyShutdownException.class);
                    return outer.metrics().asyncActive();
                });
        full.shutdown();
        LimitFixture.awaitLatch(listening);
        assertThat(held).succeedsWithin(LimitFixture.LONG).isEqualTo(0);
    }

    @Test
    void callWhoseTokenComesTooLateShouldEndThoughAListenerBlocks() {
        RateLimiter limiter = RateLimiter.of(
                "limiter",
                RateLimiterConfig.builder()
                        .limit(1)
                        .period(Duration.ofSeconds(1))
                        .maxWait(Duration.ofSeconds(2))
                        .build(),
                limits.ticker);
        limiter.callAsync(() -> CompletableFuture.completedFuture("first"));
        CompletableFuture<Integer> held = Pipeline.of(outer, blocking(limiter, RateLimiterEvent.Rejected.class))
                .callAsync(() -> own)
                .handle((value, failure) -> {
                    assertThat(failure).isInstanceOf(RateLimitExceededException.class);
                    return outer.metrics().asyncActive();
                });
        limiter.reconfigure(c -> c.toBuilder().period(Duration.ofHours(1)).build());
        await().until(() -> limits.ticker.scheduledCount() > 0);
        limits.ticker.advance(Duration.ofSeconds(2));
        LimitFixture.awaitLatch(listening);
        assertThat(held).succeedsWithin(LimitFixture.LONG).isEqualTo(0);
    }

    @Test
    void streamThatClosesACircuitShouldEndThoughAListenerBlocks() {
        CircuitBreaker breaker = CircuitBreaker.of(
                "circuit",
                CircuitBreakerConfig.builder()
                        .failureThreshold(1)
                        .successThreshold(1)
                        .openDuration(LimitFixture.LIMIT)
                        .build(),
                limits.ticker);
        catchThrowable(() -> breaker.run(() -> {
            throw new IOException("down");
        }));
        limits.ticker.advance(LimitFixture.LIMIT);
        breaker.onStateChange((from, to) -> {
            if (to == CircuitBreaker.State.CLOSED) {
                listening.countDown();
                LimitFixture.awaitUninterruptibly(limits.release);
            }
        });
        CompletableFuture<List<String>> read = ReactorGuard.of(Pipeline.of(outer, breaker))
                .flux(Flux.just("one", "two"))
                .collectList()
                .toFuture();
        assertThat(read).succeedsWithin(LimitFixture.LONG).isEqualTo(List.of("one", "two"));
        LimitFixture.awaitLatch(listening);
        assertThat(outer.metrics().asyncActive()).isZero();
    }

    /** The limit does not wait for a listener that another thread calls. */
    @ParameterizedTest
    @EnumSource
    void limitShouldFindEverythingCountedWhileAListenerBlocks(Mode mode) {
        CircuitBreaker breaker = CircuitBreaker.of("circuit", c -> c.failureThreshold(1));
        Retry retry = Retry.of("retry", c -> c.maxAttempts(1));
        Pipeline pipeline = Pipeline.of(
                limits.timeout(TimeoutThread.AUTO),
                outer,
                blocking(retry, RetryEvent.Exhausted.class),
                blocking(breaker, CircuitBreakerEvent.StateChanged.class));
        CompletableFuture<String> seen = mode.start(pipeline, own)
                .handle((value, failure) -> outer.metrics().asyncActive() + " held, failed "
                        + breaker.metrics().totalFailed() + ", ended "
                        + (retry.metrics().totalCancelled() + retry.metrics().totalExhausted()));
        failOnAnotherThread();
        LimitFixture.awaitLatch(listening);
        limits.ticker.advance(LimitFixture.LIMIT);
        assertThat(seen).succeedsWithin(LimitFixture.LONG).isEqualTo("0 held, failed 1, ended 1");
    }

    private void failOnAnotherThread() {
        new Thread(() -> own.completeExceptionally(new IOException("down"))).start();
    }

    private <P extends Policy> P blocking(P policy, Class<? extends ResilienceEvent> event) {
        policy.on(event, received -> {
            listening.countDown();
            LimitFixture.awaitUninterruptibly(limits.release);
        });
        return policy;
    }
}
