package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.fallback.Fallback;
import io.netrun.resilience.hedge.Hedge;
import io.netrun.resilience.ratelimiter.RateLimiter;
import io.netrun.resilience.ratelimiter.RateLimiterConfig;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.test.ManualTicker;
import io.netrun.resilience.timeout.Timeout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
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

    private final List<@Nullable Object> late = new CopyOnWriteArrayList<>();
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

    @ParameterizedTest
    @MethodSource("guards")
    void resultShouldReachTheHookOfAGuardInside(List<Policy> between, Policy inside) {
        subscribe(inside);
        Guard outer = Pipeline.of(between.toArray(Policy[]::new));
        Guard inner = Pipeline.of(CircuitBreaker.of("i"), inside);
        leave(() -> outer.callAsync(() -> inner.callAsync(() -> body)));
        assertThat(late).containsExactly("late of the caller");
    }

    static Stream<Arguments> waits() {
        return Stream.of(inside(), inside(CircuitBreaker.of("c")), inside(hedge()), inside(Retry.of("a"), timeout()))
                .flatMap(inside -> Stream.of(
                        Arguments.of("retry", inside),
                        Arguments.of("bulkhead", inside),
                        Arguments.of("limiter", inside)));
    }

    private static List<Policy> inside(Policy... policies) {
        return List.of(policies);
    }

    @ParameterizedTest
    @MethodSource("waits")
    void resultOfABodyThatLeavesItsCallShouldReachTheHookInside(String wait, List<Policy> between) {
        Timeout timeout = timeout();
        subscribe(timeout);
        assertResultOfABodyThatLeavesReachesTheHook(wait, between, timeout);
    }

    @ParameterizedTest
    @MethodSource("waits")
    void resultOfABodyThatLeavesItsCallShouldReachTheHedgeInside(String wait, List<Policy> between) {
        Hedge hedge = hedge();
        subscribe(hedge);
        assertResultOfABodyThatLeavesReachesTheHook(wait, between, hedge);
    }

    private void assertResultOfABodyThatLeavesReachesTheHook(String wait, List<Policy> between, Policy inside) {
        ManualTicker ticker = new ManualTicker();
        Bulkhead bulkhead = Bulkhead.of("b", c -> c.maxConcurrent(1).maxQueue(1));
        CompletableFuture<String> permit = new CompletableFuture<>();
        Policy first = switch (wait) {
            case "retry" -> Retry.of("r", c -> c.baseDelay(Duration.ZERO));
            case "bulkhead" -> bulkhead;
            default ->
                RateLimiter.of(
                        "l",
                        RateLimiterConfig.builder()
                                .limit(1)
                                .maxWait(Duration.ofMinutes(1))
                                .build(),
                        ticker);
        };
        List<Policy> policies = new ArrayList<>(List.of(first));
        policies.addAll(between);
        policies.add(inside);
        MDC.put(KEY, "the caller");
        Guard guard = Pipeline.of(policies);
        if (!wait.equals("retry")) {
            guard.callAsync(() -> permit);
        }
        AtomicReference<CompletableFuture<String>> call = new AtomicReference<>();
        AtomicInteger begun = new AtomicInteger();
        CompletableFuture<String> failing = new CompletableFuture<>();
        call.set(guard.callAsync(() -> {
            if (wait.equals("retry") && begun.getAndIncrement() == 0) {
                return failing;
            }
            call.get().cancel(true);
            return CompletableFuture.completedFuture("late");
        }));
        failing.completeExceptionally(new IllegalStateException());
        permit.complete("first");
        ticker.advance(Duration.ofSeconds(1));
        await().until(() -> call.get().isCancelled() && !late.isEmpty());
        assertThat(late).containsExactly("late of the caller");
    }

    static Stream<Arguments> outerGuards() {
        return Stream.of(inside(Retry.of("r")), inside(Bulkhead.of("b")), inside(hedge(), CircuitBreaker.of("c")))
                .flatMap(between -> Stream.of(Arguments.of(timeout(), between), Arguments.of(hedge(), between)));
    }

    @ParameterizedTest
    @MethodSource("outerGuards")
    void resultOfACancelledSourceShouldReachTheHookThatIsBeingLeft(Policy outer, List<Policy> between) {
        subscribe(outer);
        List<Policy> policies = new ArrayList<>(List.of(outer));
        policies.addAll(between);
        Guard guard = Pipeline.of(policies);
        CircuitBreaker inside = CircuitBreaker.of("i");
        MDC.put(KEY, "the caller");
        guard.callAsync(() -> inside.callAsync(LastWord::new)).cancel(true);
        await().until(() -> !late.isEmpty());
        assertThat(late).containsExactly("late of the caller");
    }

    /** A source that returns when it is cancelled. */
    private static final class LastWord extends CompletableFuture<String> {

        @Override
        public boolean cancel(boolean mayInterruptIfRunning) {
            complete("late");
            return false;
        }
    }

    private static final class Deaf extends CompletableFuture<String> {

        @Override
        public boolean cancel(boolean mayInterruptIfRunning) {
            return false;
        }
    }

    static Stream<Arguments> moments() {
        Stream<Arguments> inside = Stream.of(CircuitBreaker.of("c"), Fallback.of("f", c -> c.value("else")), timeout())
                .flatMap(policy ->
                        Stream.of(Arguments.of(List.of(), policy, true), Arguments.of(List.of(), policy, false)));
        Stream<Arguments> between = Stream.of(Retry.of("r"), CircuitBreaker.of("o"), Bulkhead.of("b"), timeout())
                .map(policy -> Arguments.of(List.of(policy), CircuitBreaker.of("c"), false));
        return Stream.concat(inside, between);
    }

    /** The attempt has lost, and its call is cancelled, before it has passed that call to the hedge. */
    @ParameterizedTest
    @MethodSource("moments")
    void resultOfALostAttemptThatIsStartingShouldReachTheHook(
            List<Policy> between, Policy inside, boolean beforeItIsReturned) {
        Hedge hedge = Hedge.of("h", c -> c.delay(Duration.ofMillis(1)));
        subscribe(hedge);
        CompletableFuture<String> source = new Deaf();
        AtomicInteger begun = new AtomicInteger();
        MDC.put(KEY, "the caller");
        Guard guard =
                Pipeline.of(Stream.concat(Stream.of(hedge), between.stream()).toArray(Policy[]::new));
        CompletableFuture<String> call = guard.callAsync(() -> {
            if (begun.getAndIncrement() == 0) {
                return body;
            }
            CompletableFuture<String> lost = inside.callAsync(() -> source);
            body.complete("won");
            await().until(lost::isDone);
            if (beforeItIsReturned) {
                source.complete("late");
            }
            return lost;
        });
        assertThat(call.join()).isEqualTo("won");
        await().until(() -> hedge.metrics().active() == 0);
        source.complete("late");
        await().until(() -> !late.isEmpty());
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
        leave(() -> guard.callAsync(() -> body));
    }

    private void leave(Supplier<CompletableFuture<String>> call) {
        MDC.put(KEY, "the caller");
        new Around().follow(call.get()).cancel(true);
    }
}
