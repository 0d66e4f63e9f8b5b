package io.netrun.resilience;

import static io.netrun.resilience.ExecutionMode.Step.ERROR;
import static io.netrun.resilience.ExecutionMode.Step.HANG;
import static io.netrun.resilience.ExecutionMode.Step.ILLEGAL_STATE;
import static io.netrun.resilience.ExecutionMode.Step.IO_EXCEPTION;
import static io.netrun.resilience.ExecutionMode.Step.NULL;
import static io.netrun.resilience.ExecutionMode.Step.OK;
import static io.netrun.resilience.ExecutionMode.soon;
import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.ExecutionMode.Step;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.bulkhead.BulkheadConfig;
import io.netrun.resilience.bulkhead.BulkheadFullException;
import io.netrun.resilience.bulkhead.BulkheadPools;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitBreaker.State;
import io.netrun.resilience.circuitbreaker.CircuitBreakerConfig;
import io.netrun.resilience.circuitbreaker.CircuitOpenException;
import io.netrun.resilience.fallback.Fallback;
import io.netrun.resilience.fallback.FallbackConfig;
import io.netrun.resilience.hedge.Hedge;
import io.netrun.resilience.hedge.HedgeConfig;
import io.netrun.resilience.ratelimiter.RateLimitExceededException;
import io.netrun.resilience.ratelimiter.RateLimiter;
import io.netrun.resilience.ratelimiter.RateLimiterConfig;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.retry.RetryConfig;
import io.netrun.resilience.retry.RetryExhaustedException;
import io.netrun.resilience.test.ManualTicker;
import io.netrun.resilience.timeout.Timeout;
import io.netrun.resilience.timeout.TimeoutConfig;
import io.netrun.resilience.timeout.TimeoutExceededException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** One table of what calls do and what comes of it, played in every {@link ExecutionMode}. */
@org.junit.jupiter.api.Timeout(60)
class ScenarioTests {

    private static final Duration LIMIT = Duration.ofSeconds(5);

    /** What is around a call in most scenarios, all by one clock, and what its caller got. */
    static final class Bench {

        final ExecutionMode mode;
        final ManualTicker ticker = new ManualTicker();
        final Timeout timeout =
                Timeout.of("t", TimeoutConfig.builder().duration(LIMIT).build(), ticker);
        final Bulkhead bulkhead = Bulkhead.of(
                "b",
                BulkheadConfig.builder()
                        .maxConcurrent(1)
                        .maxQueue(0)
                        .pools(BulkheadPools.SHARED)
                        .build(),
                ticker);
        final RateLimiter limiter =
                RateLimiter.of("l", RateLimiterConfig.builder().limit(2).build(), ticker);
        final Retry retry = Retry.of(
                "r",
                RetryConfig.builder()
                        .baseDelay(Duration.ZERO)
                        .exceptions(IOException.class)
                        .build(),
                ticker);
        final Hedge hedge =
                Hedge.of("h", HedgeConfig.builder().delay(LIMIT.dividedBy(5)).build(), ticker);
        final CircuitBreaker breaker = CircuitBreaker.of(
                "c",
                CircuitBreakerConfig.builder()
                        .failureThreshold(3)
                        .successThreshold(1)
                        .halfOpenMaxCalls(1)
                        .build(),
                ticker);
        final Fallback fallback =
                Fallback.of("f", FallbackConfig.builder().value("instead").build(), ticker);
        final Pipeline pipeline = Pipeline.of(timeout, bulkhead, limiter, retry, breaker);

        private final AtomicInteger runs = new AtomicInteger();
        private @Nullable String result;
        private @Nullable Throwable failure;

        Bench(ExecutionMode mode) {
            this.mode = mode;
        }

        /** Makes a call whose runs play the steps in turn, the last one again and again. */
        Bench call(Guard guard, Step... script) {
            Deque<Step> steps = new ArrayDeque<>(Arrays.asList(script));
            result = null;
            failure = null;
            try {
                result = mode.make(guard, () -> next(steps));
            } catch (Throwable thrown) {
                failure = thrown;
            }
            return this;
        }

        /**
         * Makes a call whose runs play a step, and ends it from outside, or interrupts it, as soon as a condition
         * holds.
         */
        void cancel(Guard guard, Step step, BooleanSupplier when) {
            failure = mode.cancel(guard, () -> next(new ArrayDeque<>(List.of(step))), when);
            assertThat(failure).isNotNull().isNotInstanceOf(TimeoutExceededException.class);
        }

        private Step next(Deque<Step> steps) {
            runs.incrementAndGet();
            return steps.size() > 1 ? steps.removeFirst() : steps.getFirst();
        }

        /** Advances the time on another thread as soon as a call is running. */
        void advanceOnceRunning(Duration duration) {
            CompletableFuture.runAsync(() -> {
                soon().until(() -> runs.get() > 0 && ticker.scheduledCount() > 0);
                ticker.advance(duration);
            });
        }

        void expectResult(@Nullable String expected, int expectedRuns) {
            assertThat(failure).isNull();
            assertThat(result).isEqualTo(expected);
            assertThat(runs).hasValue(expectedRuns);
        }

        <X extends Throwable> X expectFailure(Class<X> type, int expectedRuns) {
            assertThat(failure).isInstanceOf(type);
            assertThat(runs).hasValue(expectedRuns);
            return type.cast(failure);
        }

        void expectNothingLeft() {
            int ofBreaker = breaker.state() == State.OPEN ? 1 : 0;
            soon().untilAsserted(() -> {
                assertThat(ticker.scheduledCount()).isEqualTo(ofBreaker);
                assertThat(bulkhead.metrics().syncActive()).isZero();
                assertThat(bulkhead.metrics().syncQueued()).isZero();
                assertThat(hedge.metrics().active()).isZero();
                assertThat(timeout.metrics().abandoned()).isZero();
                assertThat(breaker.metrics().halfOpenCalls()).isZero();
            });
        }
    }

    /** The table. */
    enum Scenario {
        SUCCESS_PASSES {
            @Override
            void play(Bench bench) {
                bench.call(bench.pipeline, OK).expectResult("ok", 1);
                assertThat(bench.breaker.metrics().totalSucceeded()).isEqualTo(1);
                assertThat(bench.bulkhead.metrics().totalAccepted()).isEqualTo(1);
                assertThat(bench.limiter.metrics().totalAccepted()).isEqualTo(1);
            }
        },
        NULL_IS_A_RESULT {
            @Override
            void play(Bench bench) {
                bench.call(bench.pipeline, NULL).expectResult(null, 1);
                assertThat(bench.breaker.metrics().totalSucceeded()).isEqualTo(1);
            }
        },
        FAILURES_ARE_RETRIED_UNTIL_SUCCESS {
            @Override
            void play(Bench bench) {
                bench.call(bench.pipeline, IO_EXCEPTION, IO_EXCEPTION, OK).expectResult("ok", 3);
                assertThat(bench.retry.metrics().totalRecovered()).isEqualTo(1);
                assertThat(bench.retry.metrics().totalRetries()).isEqualTo(2);
                assertThat(bench.breaker.metrics().totalFailed()).isEqualTo(2);
                assertThat(bench.breaker.metrics().failureCount()).isEqualTo(1);
            }
        },
        ATTEMPTS_RUN_OUT {
            @Override
            void play(Bench bench) {
                RetryExhaustedException thrown =
                        bench.call(bench.pipeline, IO_EXCEPTION).expectFailure(RetryExhaustedException.class, 3);
                assertThat(thrown.attempts()).isEqualTo(3);
                assertThat(thrown).hasCauseInstanceOf(IOException.class);
                assertThat(thrown.getSuppressed()).hasSize(2);
                assertThat(bench.breaker.state()).isEqualTo(State.OPEN);
            }
        },
        FAILURE_NOT_TO_BE_RETRIED_PASSES_UNCHANGED {
            @Override
            void play(Bench bench) {
                bench.call(bench.pipeline, ILLEGAL_STATE).expectFailure(IllegalStateException.class, 1);
                assertThat(bench.retry.metrics().totalNotRetried()).isEqualTo(1);
                assertThat(bench.breaker.metrics().totalFailed()).isEqualTo(1);
            }
        },
        ERROR_PASSES_AND_COUNTS {
            @Override
            void play(Bench bench) {
                bench.call(bench.pipeline, ERROR).expectFailure(AssertionError.class, 1);
                assertThat(bench.breaker.metrics().totalFailed()).isEqualTo(1);
            }
        },
        OPEN_CIRCUIT_REFUSES {
            @Override
            void play(Bench bench) {
                bench.breaker.forceOpen();
                bench.call(bench.pipeline, OK).expectFailure(CircuitOpenException.class, 0);
                assertThat(bench.breaker.metrics().totalRejected()).isEqualTo(1);
            }
        },
        FAILED_TRIAL_REOPENS {
            @Override
            void play(Bench bench) {
                openThenWait(bench);
                bench.call(bench.breaker, ERROR).expectFailure(AssertionError.class, 4);
                assertThat(bench.breaker.state()).isEqualTo(State.OPEN);
            }
        },
        SUCCESSFUL_TRIAL_CLOSES {
            @Override
            void play(Bench bench) {
                openThenWait(bench);
                bench.call(bench.breaker, OK).expectResult("ok", 4);
                assertThat(bench.breaker.state()).isEqualTo(State.CLOSED);
            }
        },
        IGNORED_FAILURE_OF_A_TRIAL_LEAVES_ROOM_FOR_ANOTHER {
            @Override
            void play(Bench bench) {
                bench.breaker.reconfigure(c -> c.toBuilder()
                        .ignoreExceptions(IllegalStateException.class)
                        .build());
                openThenWait(bench);
                bench.call(bench.breaker, ILLEGAL_STATE).expectFailure(IllegalStateException.class, 4);
                bench.call(bench.breaker, OK).expectResult("ok", 5);
                assertThat(bench.breaker.metrics().totalIgnored()).isEqualTo(1);
            }
        },
        PREDICATE_THAT_THROWS_ON_A_TRIAL_LOSES_NO_PERMIT {
            @Override
            void play(Bench bench) {
                openThenWait(bench);
                bench.breaker.reconfigure(c -> c.toBuilder()
                        .failureResult(result -> {
                            throw new IllegalStateException("predicate");
                        })
                        .build());
                bench.call(bench.breaker, OK).expectResult("ok", 4);
                assertThat(bench.breaker.state()).isEqualTo(State.CLOSED);
            }
        },
        FULL_BULKHEAD_REFUSES {
            @Override
            void play(Bench bench) {
                CompletableFuture<String> other = new CompletableFuture<>();
                bench.bulkhead.callAsync(() -> other);
                bench.call(bench.pipeline, OK).expectFailure(BulkheadFullException.class, 0);
                other.complete("done");
                bench.call(bench.pipeline, OK).expectResult("ok", 1);
            }
        },
        USED_UP_LIMITER_REFUSES {
            @Override
            void play(Bench bench) {
                bench.call(bench.limiter, OK);
                bench.call(bench.limiter, OK).expectResult("ok", 2);
                bench.call(bench.limiter, OK).expectFailure(RateLimitExceededException.class, 2);
            }
        },
        FALLBACK_TAKES_THE_PLACE_OF_A_FAILURE {
            @Override
            void play(Bench bench) {
                bench.call(Pipeline.of(bench.fallback, bench.retry), IO_EXCEPTION)
                        .expectResult("instead", 3);
            }
        },
        FALLBACK_TAKES_THE_PLACE_OF_A_REFUSAL {
            @Override
            void play(Bench bench) {
                bench.breaker.forceOpen();
                bench.call(Pipeline.of(bench.fallback, bench.breaker), OK).expectResult("instead", 0);
            }
        },
        CALL_THAT_HANGS_ENDS_AT_ITS_TIME_LIMIT {
            @Override
            void play(Bench bench) {
                bench.advanceOnceRunning(LIMIT);
                bench.call(bench.pipeline, HANG).expectFailure(TimeoutExceededException.class, 1);
                soon().until(() -> bench.breaker.metrics().totalFailed() == 1);
                assertThat(bench.retry.metrics().totalRetries()).isZero();
            }
        },
        ATTEMPT_THAT_HANGS_ENDS_AT_A_TIME_LIMIT_WITHIN_AND_IS_RETRIED {
            @Override
            void play(Bench bench) {
                bench.retry.reconfigure(c ->
                        c.toBuilder().exceptions(TimeoutExceededException.class).build());
                bench.advanceOnceRunning(LIMIT);
                bench.call(Pipeline.of(bench.retry, bench.timeout, bench.breaker), HANG, OK)
                        .expectResult("ok", 2);
            }
        },
        CALL_THAT_HANGS_IS_HEDGED {
            @Override
            void play(Bench bench) {
                bench.advanceOnceRunning(LIMIT.dividedBy(5));
                bench.call(Pipeline.of(bench.hedge, bench.breaker), HANG, OK).expectResult("ok", 2);
                soon().until(() -> bench.breaker.metrics().totalCancelled() == 1);
            }
        },
        CANCEL_REACHES_THE_RUNNING_CALL_AND_NO_ATTEMPT_FOLLOWS {
            @Override
            void play(Bench bench) {
                bench.cancel(bench.pipeline, HANG, () -> bench.runs.get() == 1);
                soon().until(() -> bench.breaker.metrics().totalCancelled() == 1);
                assertThat(bench.breaker.metrics().totalFailed()).isZero();
                assertThat(bench.retry.metrics().totalRetries()).isZero();
                assertThat(bench.timeout.metrics().totalTimedOut()).isZero();
                assertThat(bench.runs).hasValue(1);
            }
        },
        CANCEL_REACHES_EVERY_HEDGED_ATTEMPT {
            @Override
            void play(Bench bench) {
                bench.advanceOnceRunning(LIMIT.dividedBy(5));
                bench.cancel(Pipeline.of(bench.hedge, bench.breaker), HANG, () -> bench.runs.get() == 2);
                soon().until(() -> bench.breaker.metrics().totalCancelled() == 2);
                assertThat(bench.runs).hasValue(2);
            }
        },
        CALL_CANCELLED_WHILE_IT_WAITS_FOR_A_PLACE_NEVER_RUNS {
            @Override
            void play(Bench bench) {
                bench.bulkhead.reconfigure(c -> c.toBuilder().maxQueue(1).build());
                CompletableFuture<String> other = new CompletableFuture<>();
                bench.bulkhead.callAsync(() -> other);
                // Around the bulkhead a trial of the circuit: it waits too, and must be given back.
                openThenWait(bench);
                bench.cancel(
                        Pipeline.of(bench.breaker, bench.bulkhead),
                        OK,
                        () -> bench.bulkhead.metrics().syncQueued() == 1);
                soon().until(() -> bench.bulkhead.metrics().syncQueued() == 0);
                other.complete("done");
                assertThat(bench.runs).hasValue(3);
                assertThat(bench.breaker.metrics().totalCancelled()).isEqualTo(1);
                bench.call(bench.breaker, OK).expectResult("ok", 4);
            }
        },
        CALL_CANCELLED_WHILE_IT_WAITS_FOR_ITS_TURN_NEVER_RUNS {
            @Override
            void play(Bench bench) {
                RateLimiter slow = RateLimiter.of(
                        "slow", c -> c.limit(1).period(Duration.ofHours(1)).maxWait(Duration.ofHours(2)));
                bench.call(slow, OK).expectResult("ok", 1);
                bench.cancel(slow, OK, () -> slow.metrics().waiting() == 1);
                soon().until(() -> slow.metrics().waiting() == 0);
                assertThat(bench.runs).hasValue(1);
            }
        },
        CALL_CANCELLED_WHILE_IT_WAITS_FOR_ITS_NEXT_ATTEMPT_MAKES_NONE {
            @Override
            void play(Bench bench) {
                Retry slow =
                        Retry.of("slow", c -> c.baseDelay(Duration.ofHours(1)).maxDelay(Duration.ofHours(1)));
                AtomicBoolean waits = new AtomicBoolean();
                slow.onRetry((failed, attempt) -> waits.set(true));
                bench.cancel(slow, IO_EXCEPTION, waits::get);
                soon().until(() -> slow.metrics().totalCancelled() == 1);
                assertThat(bench.runs).hasValue(1);
            }
        };

        abstract void play(Bench bench);

        static void openThenWait(Bench bench) {
            for (int i = 0; i < 3; i++) {
                bench.call(bench.breaker, IO_EXCEPTION);
            }
            bench.ticker.advance(Duration.ofSeconds(60));
        }
    }

    static Stream<Arguments> table() {
        return Stream.of(Scenario.values())
                .flatMap(
                        scenario -> List.of(ExecutionMode.values()).stream().map(mode -> Arguments.of(scenario, mode)));
    }

    @ParameterizedTest
    @MethodSource("table")
    void scenarioShouldEndTheSameWayInEveryMode(Scenario scenario, ExecutionMode mode) {
        Bench bench = new Bench(mode);
        scenario.play(bench);
        bench.expectNothingLeft();
    }
}
