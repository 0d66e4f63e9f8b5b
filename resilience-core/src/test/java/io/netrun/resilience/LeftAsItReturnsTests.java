package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.fallback.Fallback;
import io.netrun.resilience.hedge.Hedge;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.timeout.Timeout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.MDC;

/** A result that comes as its caller leaves reaches a hook for late results, though its own policy was in time. */
class LeftAsItReturnsTests {

    private static final String KEY = "caller";

    private final List<@Nullable Object> late = new ArrayList<>();
    private final CompletableFuture<String> body = new CompletableFuture<>();

    @AfterEach
    void clear() {
        MDC.clear();
    }

    /** What is around a call: it has ended, and the call inside, which it is about to cancel, returns before that. */
    private final class Around extends RelayFuture<String> {

        @Override
        protected void onInnerEnd(String value, @Nullable Throwable failure) {}

        @Override
        protected void stop() {
            String before = MDC.get(KEY);
            MDC.remove(KEY);
            body.complete("late");
            MDC.put(KEY, before);
            super.stop();
        }
    }

    private static Hedge hedge() {
        return Hedge.of("h", c -> c.delay(Duration.ofMinutes(1)));
    }

    private static Timeout timeout() {
        return Timeout.of("t", c -> c.duration(Duration.ofMinutes(1)));
    }

    static Stream<Arguments> guards() {
        return Stream.of(
                Arguments.of(List.of(), hedge()),
                Arguments.of(List.of(), timeout()),
                Arguments.of(List.of(Retry.of("r")), hedge()),
                Arguments.of(List.of(Retry.of("r"), Bulkhead.of("b")), timeout()),
                Arguments.of(List.of(CircuitBreaker.of("c")), hedge()),
                Arguments.of(List.of(Fallback.of("f", c -> c.handle(Exception.class, e -> "else"))), timeout()),
                Arguments.of(List.of(timeout(), hedge()), hedge()));
    }

    @ParameterizedTest
    @MethodSource("guards")
    void resultShouldReachTheHookOfTheCallInside(List<Policy> between, Policy inside) {
        subscribe(inside);
        leave(Pipeline.of(Stream.concat(between.stream(), Stream.of(inside)).toArray(Policy[]::new)));
        assertThat(late).containsExactly("late of the caller");
    }

    @Test
    void resultShouldReachTheHookOfTheOutermostCallOnly() {
        Timeout timeout = timeout();
        Hedge hedge = hedge();
        subscribe(hedge);
        subscribe(timeout);
        leave(Pipeline.of(timeout, Retry.of("r"), hedge));
        assertThat(late).containsExactly("late of the caller");
    }

    private void subscribe(Policy policy) {
        if (policy instanceof Hedge hedge) {
            hedge.onLateResult(result -> late.add(result + " of " + MDC.get(KEY)));
        } else if (policy instanceof Timeout timeout) {
            timeout.onLateResult(result -> late.add(result + " of " + MDC.get(KEY)));
        }
    }

    private void leave(Guard guard) {
        MDC.put(KEY, "the caller");
        new Around().follow(guard.callAsync(() -> body)).cancel(true);
    }
}
