package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.context.ContextRegistry;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.fallback.Fallback;
import io.netrun.resilience.hedge.Hedge;
import io.netrun.resilience.hedge.HedgeConfig;
import io.netrun.resilience.ratelimiter.RateLimiter;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.test.ManualTicker;
import io.netrun.resilience.timeout.Timeout;
import io.netrun.resilience.timeout.TimeoutConfig;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A result that comes too late reaches the hooks of the policy that gave its call up, whatever is between the two. */
@org.junit.jupiter.api.Timeout(60)
class LateResultTests {

    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final ManualTicker ticker = new ManualTicker();
    private final List<@Nullable Object> late = new CopyOnWriteArrayList<>();

    /** The call that is protected, by the name of what is between the hook and its source. */
    record Between(String name, Function<Policy, Guard> guard, boolean byAnotherGuard) {

        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Between> between() {
        return Stream.of(
                of("nothing", List.of()),
                of("circuit breaker", List.of(CircuitBreaker.of("c"))),
                of("bulkhead", List.of(Bulkhead.of("b"))),
                of("retry", List.of(Retry.of("r"))),
                of("fallback", List.of(Fallback.of("f", c -> c.handle(Exception.class, e -> "else")))),
                of("rate limiter", List.of(RateLimiter.of("l"))),
                of("timeout without a hook", List.of(Timeout.of("i", c -> c.duration(MINUTE)))),
                of("hedge without a hook", List.of(Hedge.of("g", c -> c.delay(MINUTE)))),
                of(
                        "all of them",
                        List.of(
                                Fallback.of("f", c -> c.handle(Exception.class, e -> "else")),
                                Timeout.of("i", c -> c.duration(MINUTE)),
                                Bulkhead.of("b"),
                                Retry.of("r"),
                                Hedge.of("g", c -> c.delay(MINUTE)),
                                CircuitBreaker.of("c"))),
                new Between("circuit breaker of another guard", policy -> policy, true));
    }

    private static Between of(String name, List<Policy> inner) {
        return new Between(
                name,
                policy -> inner.isEmpty()
                        ? policy
                        : Pipeline.of(
                                Stream.concat(Stream.of(policy), inner.stream()).toArray(Policy[]::new)),
                false);
    }

    static Stream<Arguments> betweenAndStages() {
        return between()
                .flatMap(between -> Stream.of(
                        Arguments.of(between, "future that ignores its cancel"), Arguments.of(between, "stage")));
    }

    private CompletableFuture<Object> call(Between between, Policy policy, Supplier<CompletionStage<Object>> body) {
        Guard guard = between.guard.apply(policy);
        if (!between.byAnotherGuard) {
            return guard.callAsync(body::get);
        }
        CircuitBreaker breaker = CircuitBreaker.of("other");
        return guard.callAsync(() -> breaker.callAsync(body::get));
    }

    private static CompletionStage<Object> stage(CompletableFuture<Object> source, String kind) {
        return kind.equals("stage") ? source.minimalCompletionStage() : source;
    }

    @ParameterizedTest
    @MethodSource("betweenAndStages")
    void resultAfterTheTimeoutShouldReachItsHook(Between between, String kind) {
        Timeout timeout =
                Timeout.of("t", TimeoutConfig.builder().duration(SECOND).build(), ticker);
        timeout.onLateResult(late::add);
        CompletableFuture<Object> source = new Deaf();
        CompletableFuture<Object> call = call(between, timeout, () -> stage(source, kind));
        ticker.advance(SECOND);
        await().until(call::isDone);
        source.complete("late");
        assertThat(late).containsExactly("late");
    }

    @ParameterizedTest
    @MethodSource("between")
    void resultAfterTheCallersCancelShouldReachTheHookOfTheTimeout(Between between) {
        Timeout timeout =
                Timeout.of("t", TimeoutConfig.builder().duration(SECOND).build(), ticker);
        timeout.onLateResult(late::add);
        CompletableFuture<Object> source = new Deaf();
        CompletableFuture<Object> call = call(between, timeout, () -> source);
        call.cancel(true);
        source.complete("late");
        assertThat(late).containsExactly("late");
    }

    @ParameterizedTest
    @MethodSource("betweenAndStages")
    void resultOfAnAttemptThatHasLostShouldReachTheHookOfTheHedge(Between between, String kind) {
        Hedge hedge = Hedge.of("h", HedgeConfig.builder().delay(SECOND).build(), ticker);
        hedge.onLateResult(late::add);
        List<CompletableFuture<Object>> sources = new CopyOnWriteArrayList<>();
        CompletableFuture<Object> call = call(between, hedge, () -> {
            CompletableFuture<Object> source = new Deaf();
            sources.add(source);
            return stage(source, kind);
        });
        ticker.advance(SECOND);
        await().until(() -> sources.size() == 2);
        sources.get(1).complete("result");
        await().until(call::isDone);
        sources.get(0).complete("late");
        assertThat(call).isCompletedWithValue("result");
        assertThat(late).containsExactly("late");
    }

    @ParameterizedTest
    @MethodSource("between")
    void resultInTimeShouldReachTheCallerAlone(Between between) {
        Timeout timeout =
                Timeout.of("t", TimeoutConfig.builder().duration(SECOND).build(), ticker);
        timeout.onLateResult(late::add);
        CompletableFuture<Object> source = new Deaf();
        CompletableFuture<Object> call = call(between, timeout, () -> source);
        source.complete("result");
        await().until(call::isDone);
        assertThat(call).isCompletedWithValue("result");
        assertThat(late).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("between")
    void hookShouldHaveTheContextOfTheCall(Between between) {
        ThreadLocal<String> request = new ThreadLocal<>();
        ContextRegistry.getInstance().registerThreadLocalAccessor("request", request);
        try {
            Timeout timeout =
                    Timeout.of("t", TimeoutConfig.builder().duration(SECOND).build(), ticker);
            timeout.onLateResult(result -> late.add(request.get()));
            CompletableFuture<Object> source = new Deaf();
            request.set("caller's");
            CompletableFuture<Object> call = call(between, timeout, () -> source);
            request.set("another");
            ticker.advance(SECOND);
            await().until(call::isDone);
            source.complete("late");
            assertThat(late).containsExactly("caller's");
        } finally {
            ContextRegistry.getInstance().removeThreadLocalAccessor("request");
            request.remove();
        }
    }

    @ParameterizedTest
    @MethodSource("between")
    void hookOfTheHedgeShouldHaveTheContextOfTheCall(Between between) {
        ThreadLocal<String> request = new ThreadLocal<>();
        ContextRegistry.getInstance().registerThreadLocalAccessor("request", request);
        try {
            Hedge hedge = Hedge.of("h", HedgeConfig.builder().delay(SECOND).build(), ticker);
            hedge.onLateResult(result -> late.add(request.get()));
            List<CompletableFuture<Object>> sources = new CopyOnWriteArrayList<>();
            request.set("caller's");
            CompletableFuture<Object> call = call(between, hedge, () -> {
                CompletableFuture<Object> source = new Deaf();
                sources.add(source);
                return source;
            });
            request.set("another");
            ticker.advance(SECOND);
            await().until(() -> sources.size() == 2);
            sources.get(1).complete("result");
            await().until(call::isDone);
            sources.get(0).complete("late");
            assertThat(late).containsExactly("caller's");
        } finally {
            ContextRegistry.getInstance().removeThreadLocalAccessor("request");
            request.remove();
        }
    }

    /** The inner timeout gave the call up, not the outer one, whose call goes on with the next attempt. */
    @Test
    void resultAfterAnInnerTimeoutShouldNotReachTheHookOfAnOuterOneThatGoesOn() {
        Timeout outer =
                Timeout.of("outer", TimeoutConfig.builder().duration(MINUTE).build(), ticker);
        outer.onLateResult(late::add);
        Timeout inner =
                Timeout.of("inner", TimeoutConfig.builder().duration(SECOND).build(), ticker);
        Retry retry = Retry.of("r", c -> c.baseDelay(Duration.ofMillis(1)));
        List<CompletableFuture<Object>> sources = new CopyOnWriteArrayList<>();
        CompletableFuture<Object> call = Pipeline.of(outer, retry, inner).callAsync(() -> {
            CompletableFuture<Object> source = new Deaf();
            sources.add(source);
            return source;
        });
        ticker.advance(SECOND);
        await().until(() -> sources.size() == 2);
        sources.get(0).complete("late");
        assertThat(late).isEmpty();
        sources.get(1).complete("result");
        assertThat(call).succeedsWithin(MINUTE).isEqualTo("result");
    }

    /** Whichever is first, the result or the interrupt: nothing is lost. */
    @RepeatedTest(50)
    void resultBesideTheInterruptOfAHedgesCallerShouldReachTheCallerOrTheHook() throws InterruptedException {
        Hedge hedge = Hedge.of("h", c -> c.delay(MINUTE));
        hedge.onLateResult(late::add);
        AtomicInteger received = new AtomicInteger();
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        Thread caller = new Thread(() -> {
            try {
                hedge.call(() -> {
                    running.countDown();
                    awaitDeaf(go);
                    return "result";
                });
                received.incrementAndGet();
            } catch (CallInterruptedException interrupted) {
                // Its result goes to the hook.
            }
        });
        caller.start();
        running.await();
        go.countDown();
        caller.interrupt();
        caller.join();
        await().until(() -> received.get() + late.size() == 1);
    }

    private static void awaitDeaf(CountDownLatch latch) {
        boolean over = false;
        while (!over) {
            try {
                latch.await();
                over = true;
            } catch (InterruptedException deaf) {
                // It goes on.
            }
        }
    }

    private static final class Deaf extends CompletableFuture<Object> {

        @Override
        public boolean cancel(boolean mayInterruptIfRunning) {
            return false;
        }
    }
}
