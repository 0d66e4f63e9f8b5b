package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.fallback.Fallback;
import io.netrun.resilience.hedge.Hedge;
import io.netrun.resilience.ratelimiter.RateLimiter;
import io.netrun.resilience.reactor.ReactorGuard;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.timeout.Timeout;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Stages to which no callback can be added: their call has failed, and nobody would learn of their end. */
@org.junit.jupiter.api.Timeout(60)
class UnfollowableStageTests {

    private final Unfollowable stage = new Unfollowable();

    /** As the JDK's own future while the heap is full: a dependent stage is an object. */
    private static final class Unfollowable extends CompletableFuture<String> {

        @Override
        public <U> CompletableFuture<U> handle(BiFunction<? super String, Throwable, ? extends U> callback) {
            throw new IllegalStateException("no callback");
        }
    }

    static Stream<Guard> guards() {
        Timeout timeout = Timeout.of("t");
        Bulkhead bulkhead = Bulkhead.of("b");
        CircuitBreaker breaker = CircuitBreaker.of("c");
        RateLimiter limiter = RateLimiter.of("l");
        Retry retry = Retry.of("r", c -> c.maxAttempts(1));
        Hedge hedge = Hedge.of("h");
        Fallback fallback = Fallback.of("f", c -> c.handle(IOException.class, failure -> "unused"));
        return Stream.of(
                timeout,
                bulkhead,
                breaker,
                limiter,
                retry,
                hedge,
                fallback,
                Pipeline.of(),
                Pipeline.of(timeout, bulkhead, limiter, retry, hedge, breaker, fallback));
    }

    @ParameterizedTest
    @MethodSource("guards")
    void callShouldFailAndItsStageBeCancelled(Guard guard) {
        CompletableFuture<String> call = guard.callAsync(() -> stage);
        assertThat(catchThrowable(call::join)).hasRootCauseMessage("no callback");
        assertThat(stage).isCancelled();
    }

    /** A future that claims to have ended must not block the caller of an asynchronous call. */
    @Test
    void futureThatEndsBeforeItHasAResultShouldNotBlock() {
        CompletableFuture<String> lying = new CompletableFuture<>() {
            @Override
            public boolean isDone() {
                return true;
            }
        };
        assertThat(CircuitBreaker.of("c").callAsync(() -> lying)).isSameAs(lying);
    }

    @Test
    void permitsShouldBeReleased() {
        Bulkhead bulkhead = Bulkhead.of("b");
        Timeout timeout = Timeout.of("t");
        CompletableFuture<String> call = Pipeline.of(timeout, bulkhead).callAsync(() -> stage);
        assertThat(call).isCompletedExceptionally();
        assertThat(bulkhead.metrics().asyncActive()).isZero();
    }

    @Test
    void attemptOfAHedgeShouldCountAsOneFailure() {
        Hedge hedge = Hedge.of("h", c -> c.onFailure(true).maxAttempts(3).exceptions(IllegalStateException.class));
        CompletableFuture<String> second = new CompletableFuture<>();
        CompletableFuture<String> first = stage;
        boolean[] begun = new boolean[1];
        CompletableFuture<String> call = hedge.callAsync(() -> {
            CompletableFuture<String> attempt = begun[0] ? second : first;
            begun[0] = true;
            return attempt;
        });
        assertThat(call).isNotDone();
        second.complete("second");
        assertThat(call).isCompletedWithValue("second");
        assertThat(hedge.metrics().active()).isZero();
    }

    @Test
    void stageOfAHandlerShouldBeCancelled() {
        Fallback fallback = Fallback.of("f", c -> c.handle(IOException.class, failure -> stage));
        CompletableFuture<String> call = fallback.callAsync(() -> CompletableFuture.failedFuture(new IOException()));
        assertThat(catchThrowable(call::join)).hasRootCauseMessage("no callback");
        assertThat(stage).isCancelled();
    }

    @Test
    void stageInsteadOfAMonoShouldBeCancelled() {
        Fallback fallback = Fallback.of("f", c -> c.handle(IOException.class, failure -> stage));
        Mono<String> mono = ReactorGuard.of(fallback).mono(Mono.error(new IOException()));
        assertThat(catchThrowable(mono::block)).hasMessageContaining("no callback");
        assertThat(stage).isCancelled();
    }

    @Test
    void stageInsteadOfAFluxShouldBeCancelled() {
        Fallback fallback = Fallback.of("f", c -> c.handle(IOException.class, failure -> stage));
        Flux<String> flux = ReactorGuard.of(fallback).flux(Flux.error(new IOException()));
        assertThat(catchThrowable(flux::blockLast)).hasMessageContaining("no callback");
        assertThat(stage).isCancelled();
    }
}
