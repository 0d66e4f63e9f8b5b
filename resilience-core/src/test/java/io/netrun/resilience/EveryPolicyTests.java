package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.bulkhead.BulkheadConfig;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitBreakerConfig;
import io.netrun.resilience.fallback.Fallback;
import io.netrun.resilience.fallback.FallbackConfig;
import io.netrun.resilience.hedge.Hedge;
import io.netrun.resilience.hedge.HedgeConfig;
import io.netrun.resilience.ratelimiter.RateLimiter;
import io.netrun.resilience.ratelimiter.RateLimiterConfig;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.retry.RetryConfig;
import io.netrun.resilience.timeout.Timeout;
import io.netrun.resilience.timeout.TimeoutConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What all patterns have alike. */
class EveryPolicyTests {

    private static final Duration SHORT = Duration.ofMillis(10);

    static Stream<Arguments> policies() {
        return Stream.of(
                Arguments.of(Retry.of("test"), Retry.TYPE, RetryConfig.defaults(), "Retry 'test' (3 attempts)"),
                Arguments.of(
                        CircuitBreaker.of("test"),
                        CircuitBreaker.TYPE,
                        CircuitBreakerConfig.defaults(),
                        "CircuitBreaker 'test' (CLOSED)"),
                Arguments.of(Timeout.of("test"), Timeout.TYPE, TimeoutConfig.defaults(), "Timeout 'test' (PT5S)"),
                Arguments.of(
                        Bulkhead.of("test"),
                        Bulkhead.TYPE,
                        BulkheadConfig.defaults(),
                        "Bulkhead 'test' (10 concurrent, 100 queued)"),
                Arguments.of(
                        RateLimiter.of("test"),
                        RateLimiter.TYPE,
                        RateLimiterConfig.defaults(),
                        "RateLimiter 'test' (50 calls per PT1S)"),
                Arguments.of(Hedge.of("test"), Hedge.TYPE, HedgeConfig.defaults(), "Hedge 'test' (after PT0.5S)"),
                Arguments.of(
                        Fallback.of("test", FallbackConfig.defaults()),
                        Fallback.TYPE,
                        FallbackConfig.defaults(),
                        "Fallback 'test' (0 handlers)"));
    }

    @ParameterizedTest
    @MethodSource("policies")
    void typeShouldBeThePatterns(Policy policy, PolicyType<?, ?> type) {
        assertThat(policy.type()).isSameAs(type);
        assertThat(policy).isInstanceOf(type.policyClass());
    }

    @ParameterizedTest
    @MethodSource("policies")
    void settingsWhenNothingIsSetShouldBeTheDefaults(Policy policy, PolicyType<?, ?> type, Record defaults) {
        assertThat(policy.config()).isEqualTo(defaults).isEqualTo(type.defaults());
    }

    @ParameterizedTest
    @MethodSource("policies")
    void textShouldSayPatternAndName(Policy policy, PolicyType<?, ?> type, Record defaults, String text) {
        assertThat(policy).hasToString(text);
    }

    @ParameterizedTest
    @MethodSource("policies")
    void callShouldReturnWhatItsBodyReturns(Guard guard) {
        assertThat(guard.<String, RuntimeException>call(() -> "sync")).isEqualTo("sync");
        assertThat(guard.callAsync(() -> CompletableFuture.completedFuture("async")))
                .isCompletedWithValue("async");
        CompletableFuture<String> later = new CompletableFuture<>();
        CompletableFuture<String> call = guard.callAsync(() -> later);
        later.complete("later");
        assertThat(call).isCompletedWithValue("later");
    }

    // ---- listeners

    /** An instance, something that makes it publish, and its own way to listen. */
    private record Publishing<P extends Policy>(P policy, Runnable publish, Listening<P> listening) {

        interface Listening<P> {
            Subscription subscribe(P policy, Runnable listener);
        }

        Subscription subscribe(Runnable listener) {
            return listening.subscribe(policy, listener);
        }

        @Override
        public String toString() {
            return policy.toString();
        }
    }

    static Stream<Publishing<?>> publishing() {
        Retry retry = Retry.of("test", c -> c.maxAttempts(2).baseDelay(Duration.ZERO));
        CircuitBreaker breaker = CircuitBreaker.of("test");
        Timeout timeout = Timeout.of("test", c -> c.duration(SHORT));
        Bulkhead bulkhead = Bulkhead.of("test", c -> c.maxConcurrent(1).maxQueue(0));
        RateLimiter limiter = RateLimiter.of("test", c -> c.limit(1).period(Duration.ofDays(1)));
        Hedge hedge = Hedge.of("test", c -> c.delay(SHORT));
        Fallback fallback = Fallback.of("test", c -> c.value("x"));
        return Stream.of(
                new Publishing<>(retry, () -> fail(retry), (p, l) -> p.onRetry((failure, attempt) -> l.run())),
                new Publishing<>(
                        breaker,
                        () -> {
                            breaker.forceOpen();
                            breaker.reset();
                        },
                        (p, l) -> p.onStateChange((from, to) -> l.run())),
                new Publishing<>(timeout, () -> hang(timeout), (p, l) -> p.onTimeout(event -> l.run())),
                new Publishing<>(
                        bulkhead, () -> bulkhead.run(() -> fail(bulkhead)), (p, l) -> p.onRejected(event -> l.run())),
                new Publishing<>(
                        limiter,
                        () -> {
                            fail(limiter);
                            fail(limiter);
                        },
                        (p, l) -> p.onRejected(event -> l.run())),
                new Publishing<>(hedge, () -> takeLong(hedge), (p, l) -> p.onHedged(event -> l.run())),
                new Publishing<>(fallback, () -> fail(fallback), (p, l) -> p.onRecovered(event -> l.run())));
    }

    @ParameterizedTest
    @MethodSource("publishing")
    void eventShouldSayWhoseItIs(Publishing<?> publishing) {
        List<ResilienceEvent> events = new ArrayList<>();
        publishing.policy.on(ResilienceEvent.class, events::add);
        publishing.publish.run();
        assertThat(events)
                .isNotEmpty()
                .allSatisfy(event -> assertThat(event.type()).isSameAs(publishing.policy.type()))
                .allSatisfy(event -> assertThat(event.name()).isEqualTo("test"));
    }

    @ParameterizedTest
    @MethodSource("publishing")
    void subscriptionWhenClosedShouldReceiveNothing(Publishing<?> publishing) {
        AtomicInteger heard = new AtomicInteger();
        Subscription subscription = publishing.subscribe(heard::incrementAndGet);
        publishing.publish.run();
        int before = heard.get();
        subscription.close();
        publishing.publish.run();
        assertThat(before).isPositive();
        assertThat(heard).hasValue(before);
    }

    @Test
    void closedSubscriptionShouldBeClosableAgain() {
        Subscription subscription = CircuitBreaker.of("test").onStateChange((from, to) -> {});
        subscription.close();
        subscription.close();
    }

    private static void fail(Guard guard) {
        catchThrowable(() -> guard.run(() -> {
            throw new IllegalStateException("down");
        }));
    }

    private static void hang(Guard guard) {
        awaitIn(guard, new CountDownLatch(Integer.MAX_VALUE));
    }

    /** A call that ends when it is made a second time. */
    private static void takeLong(Guard guard) {
        awaitIn(guard, new CountDownLatch(2));
    }

    private static void awaitIn(Guard guard, CountDownLatch calls) {
        catchThrowable(() -> guard.run(() -> {
            calls.countDown();
            calls.await();
        }));
    }
}
