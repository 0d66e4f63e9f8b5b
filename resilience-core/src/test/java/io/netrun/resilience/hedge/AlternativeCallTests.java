package io.netrun.resilience.hedge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.CheckedSupplier;
import io.netrun.resilience.Pipeline;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.ratelimiter.RateLimiter;
import io.netrun.resilience.ratelimiter.WeightedCall;
import io.netrun.resilience.reactor.ReactorGuard;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.timeout.Timeout;
import io.netrun.resilience.timeout.TimeoutConfig;
import io.netrun.resilience.timeout.TimeoutExceededException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** Calls with another target for the attempts after the first. */
@org.junit.jupiter.api.Timeout(60)
class AlternativeCallTests {

    private final HedgedAttempts hedged = new HedgedAttempts();
    private final List<CompletableFuture<String>> others = new CopyOnWriteArrayList<>();
    private final CheckedSupplier<CompletableFuture<String>, RuntimeException> call =
            AlternativeCall.of(hedged::attempt, this::other);

    private CompletableFuture<String> other() {
        CompletableFuture<String> attempt = new CompletableFuture<>();
        others.add(attempt);
        return attempt;
    }

    private void passDelay() {
        hedged.ticker.advance(HedgedAttempts.DELAY);
    }

    private static IOException failure(String message) {
        return new IOException(message);
    }

    @Test
    void attemptsAfterTheFirstShouldCallTheAlternative() {
        Hedge hedge = hedged.hedge(c -> c.maxAttempts(3));
        CompletableFuture<String> result = hedge.callAsync(call);
        for (int expected = 1; expected <= 2; expected++) {
            passDelay();
            int number = expected;
            await().until(() -> others.size() == number);
        }
        assertThat(hedged.attempts).hasSize(1);
        others.get(0).complete("mirror");
        assertThat(result).isCompletedWithValue("mirror");
        assertThat(hedged.attempts.get(0)).isCancelled();
        assertThat(others.get(1)).isCancelled();
        assertThat(hedge.metrics().totalWon()).isEqualTo(1);
        assertThat(hedge.metrics().active()).isZero();
    }

    @Test
    void firstTargetShouldWinIfItIsFaster() {
        Hedge hedge = hedged.hedge(c -> {});
        CompletableFuture<String> result = hedge.callAsync(call);
        passDelay();
        await().until(() -> others.size() == 1);
        hedged.attempts.get(0).complete("own");
        assertThat(result).isCompletedWithValue("own");
        assertThat(others.get(0)).isCancelled();
        assertThat(hedge.metrics().totalWon()).isZero();
    }

    @Test
    void failureOfTheAlternativeShouldBeJudgedAsAnyAttempts() {
        Hedge hedge = hedged.hedge(c -> c.onFailure(true));
        CompletableFuture<String> result = hedge.callAsync(call);
        hedged.attempts.get(0).completeExceptionally(failure("own"));
        assertThat(others).hasSize(1);
        others.get(0).completeExceptionally(failure("mirror"));
        assertThatThrownBy(result::join).hasRootCauseMessage("mirror");
        assertThat(hedge.metrics().active()).isZero();
    }

    @Test
    void alternativeThatThrowsShouldFailItsAttemptAlone() {
        Hedge hedge = hedged.hedge(c -> {});
        CountDownLatch thrown = new CountDownLatch(1);
        CheckedSupplier<CompletableFuture<String>, RuntimeException> body = AlternativeCall.of(hedged::attempt, () -> {
            thrown.countDown();
            throw new IllegalStateException("mirror");
        });
        CompletableFuture<String> result = hedge.callAsync(body);
        passDelay();
        await().until(() -> thrown.getCount() == 0);
        assertThat(result).isNotDone();
        hedged.attempts.get(0).complete("own");
        assertThat(result.join()).isEqualTo("own");
    }

    @Test
    void callWithoutAHedgeShouldUseTheFirstTarget() {
        Hedge hedge = hedged.hedge(c -> {});
        hedge.setEnabled(false);
        for (CompletableFuture<String> result :
                List.of(hedge.callAsync(call), Retry.of("r").callAsync(call))) {
            assertThat(result).isNotDone();
        }
        assertThat(hedged.attempts).hasSize(2);
        assertThat(others).isEmpty();
    }

    @Test
    void syncAttemptAfterTheFirstShouldCallTheAlternative() throws Exception {
        Hedge hedge = hedged.hedge(c -> {});
        CountDownLatch interrupted = new CountDownLatch(1);
        CountDownLatch begun = new CountDownLatch(1);
        List<String> users = new CopyOnWriteArrayList<>();
        CompletableFuture<String> result = CompletableFuture.supplyAsync(
                () -> hedge.<String, RuntimeException>call(AlternativeCall.of(
                        () -> {
                            begun.countDown();
                            try {
                                new CountDownLatch(1).await();
                                return "own";
                            } catch (InterruptedException loser) {
                                interrupted.countDown();
                                throw new IllegalStateException(loser);
                            }
                        },
                        () -> {
                            users.add(String.valueOf(MDC.get("user")));
                            return "mirror";
                        })),
                task -> {
                    Thread caller = new Thread(() -> {
                        MDC.put("user", "anna");
                        task.run();
                    });
                    caller.start();
                });
        begun.await();
        await().until(() -> hedged.ticker.scheduledCount() == 1);
        passDelay();
        assertThat(result.get()).isEqualTo("mirror");
        interrupted.await();
        assertThat(users).containsExactly("anna");
        await().until(() -> hedge.metrics().active() == 0);
    }

    @Test
    void syncFailureShouldBeFollowedByTheAlternative() throws Exception {
        Hedge hedge = hedged.hedge(c -> c.onFailure(true));
        CheckedSupplier<String, IOException> body = AlternativeCall.of(
                () -> {
                    throw failure("own");
                },
                () -> "mirror");
        assertThat(hedge.call(body)).isEqualTo("mirror");
    }

    @Test
    void monoOfTheAlternativeShouldBeSubscribedTo() {
        Hedge hedge = hedged.hedge(c -> c.onFailure(true));
        Supplier<Mono<String>> body =
                AlternativeCall.ofPublishers(() -> Mono.error(failure("own")), () -> Mono.just("mirror"));
        assertThat(ReactorGuard.of(hedge).mono(body).block()).isEqualTo("mirror");
    }

    @Test
    void fluxOfTheAlternativeShouldBeSubscribedTo() {
        Hedge hedge = hedged.hedge(c -> {});
        Sinks.Many<String> mirror = Sinks.many().unicast().onBackpressureBuffer();
        List<String> elements = new CopyOnWriteArrayList<>();
        Supplier<Flux<String>> body = AlternativeCall.ofPublishers(Flux::never, mirror::asFlux);
        ReactorGuard.of(hedge).flux(body).subscribe(elements::add);
        passDelay();
        await().until(() -> mirror.currentSubscriberCount() == 1);
        mirror.tryEmitNext("1");
        mirror.tryEmitNext("2");
        await().untilAsserted(() -> assertThat(elements).containsExactly("1", "2"));
    }

    @Test
    void retryInsideShouldRepeatTheTargetOfItsAttempt() {
        Hedge hedge = hedged.hedge(c -> {});
        Retry retry = Retry.of("r", c -> c.maxAttempts(2).baseDelay(Duration.ofNanos(1)));
        CompletableFuture<String> result = Pipeline.of(hedge, retry).callAsync(call);
        passDelay();
        await().until(() -> others.size() == 1);
        others.get(0).completeExceptionally(failure("mirror"));
        await().until(() -> others.size() == 2);
        hedged.attempts.get(0).completeExceptionally(failure("own"));
        await().until(() -> hedged.attempts.size() == 2);
        others.get(1).complete("mirror");
        assertThat(result.join()).isEqualTo("mirror");
    }

    @Test
    void retryOutsideShouldBeginWithTheFirstTarget() {
        Hedge hedge = hedged.hedge(c -> c.onFailure(true));
        Retry retry = Retry.of("r", c -> c.maxAttempts(2).baseDelay(Duration.ofNanos(1)));
        CompletableFuture<String> result = Pipeline.of(retry, hedge).callAsync(call);
        hedged.attempts.get(0).completeExceptionally(failure("own"));
        others.get(0).completeExceptionally(failure("mirror"));
        await().until(() -> hedged.attempts.size() == 2);
        assertThat(others).hasSize(1);
        hedged.attempts.get(1).complete("own");
        assertThat(result.join()).isEqualTo("own");
    }

    @Test
    void callsWithinAnAttemptShouldHaveTargetsOfTheirOwn() {
        Hedge outer = hedged.hedge(c -> c.onFailure(true));
        Hedge inner = hedged.hedge(c -> {});
        CompletableFuture<String> result = outer.callAsync(AlternativeCall.of(
                () -> CompletableFuture.failedFuture(failure("own")),
                () -> inner.callAsync(AlternativeCall.of(
                        () -> CompletableFuture.completedFuture("first of inner"),
                        () -> CompletableFuture.completedFuture("second of inner")))));
        assertThat(result.join()).isEqualTo("first of inner");
    }

    @Test
    void policiesInsideShouldCountTheAlternative() {
        Hedge hedge = hedged.hedge(c -> c.onFailure(true));
        CircuitBreaker breaker = CircuitBreaker.of("b");
        CompletableFuture<String> result = Pipeline.of(hedge, breaker).callAsync(call);
        hedged.attempts.get(0).completeExceptionally(failure("own"));
        others.get(0).completeExceptionally(failure("mirror"));
        assertThat(result).isCompletedExceptionally();
        assertThat(breaker.metrics().totalFailed()).isEqualTo(2);
    }

    @Test
    void limitAroundShouldCancelTheAlternativeToo() {
        Timeout timeout = Timeout.of(
                "t",
                TimeoutConfig.builder()
                        .duration(HedgedAttempts.DELAY.multipliedBy(2))
                        .build(),
                hedged.ticker);
        CompletableFuture<String> result =
                Pipeline.of(timeout, hedged.hedge(c -> {})).callAsync(call);
        passDelay();
        await().until(() -> others.size() == 1);
        passDelay();
        assertThatThrownBy(result::join).hasCauseInstanceOf(TimeoutExceededException.class);
        await().until(() ->
                others.get(0).isCancelled() && hedged.attempts.get(0).isCancelled());
    }

    @Test
    void cancelledCallShouldCancelTheAlternativeToo() {
        Hedge hedge = hedged.hedge(c -> {});
        CompletableFuture<String> result = hedge.callAsync(call);
        passDelay();
        await().until(() -> others.size() == 1);
        result.cancel(true);
        assertThat(others.get(0)).isCancelled();
        assertThat(hedge.metrics().active()).isZero();
    }

    @Test
    void bodyOfTwoKindsShouldAskWhichTargetItCalls() {
        Hedge hedge = hedged.hedge(c -> c.onFailure(true));
        RateLimiter limiter = RateLimiter.of("l", c -> c.limit(10).period(Duration.ofHours(1)));
        List<Boolean> asked = new CopyOnWriteArrayList<>();
        CompletableFuture<String> result = Pipeline.of(hedge, limiter).callAsync(new Weighted(asked));
        assertThat(result.join()).isEqualTo("mirror");
        assertThat(asked).containsExactly(false, true);
        assertThat(limiter.metrics().available()).isEqualTo(4);
    }

    private record Weighted(List<Boolean> asked)
            implements AlternativeCall, WeightedCall, CheckedSupplier<CompletionStage<String>, RuntimeException> {

        @Override
        public CompletionStage<String> get() {
            boolean alternative = isAlternative();
            asked.add(alternative);
            return alternative
                    ? CompletableFuture.completedFuture("mirror")
                    : CompletableFuture.failedFuture(failure("own"));
        }

        @Override
        public int permits() {
            return 3;
        }
    }

    @Test
    void targetShouldNotBeNull() {
        assertThatNullPointerException()
                .isThrownBy(() -> AlternativeCall.of(hedged::attempt, null))
                .withMessage("alternative");
        assertThatNullPointerException()
                .isThrownBy(() -> AlternativeCall.ofPublishers(null, Mono::empty))
                .withMessage("body");
    }
}
