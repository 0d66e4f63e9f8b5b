package io.netrun.resilience.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.ResilienceEvent;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitBreakerEvent;
import io.netrun.resilience.fallback.Fallback;
import io.netrun.resilience.hedge.Hedge;
import io.netrun.resilience.hedge.HedgeConfig;
import io.netrun.resilience.test.ManualTicker;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.MDC;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;
import reactor.core.publisher.Mono;

/** Another thread may leave a stream; the events of that have the context of the caller all the same. */
@Timeout(60)
class LeftStreamContextTests {

    private static final String KEY = "user";
    private static final Duration DELAY = Duration.ofSeconds(1);

    private final ExecutorService another = Executors.newSingleThreadExecutor();
    private final List<String> seen = new CopyOnWriteArrayList<>();

    @BeforeEach
    void setUp() {
        MDC.put(KEY, "caller");
    }

    @AfterEach
    void tearDown() {
        another.shutdownNow();
        MDC.clear();
    }

    private void note(ResilienceEvent event) {
        seen.add(event.getClass().getSimpleName() + " of " + MDC.get(KEY));
    }

    /** Leaves it after its first element. */
    private void leaveByAnother(Flux<?> stream) {
        CountDownLatch begun = new CountDownLatch(1);
        Disposable subscription = stream.subscribe(element -> begun.countDown());
        await().until(() -> begun.getCount() == 0);
        CompletableFuture.runAsync(
                        () -> {
                            MDC.put(KEY, "another");
                            subscription.dispose();
                            assertThat(MDC.get(KEY)).isEqualTo("another");
                        },
                        another)
                .join();
    }

    @Test
    void substituteStreamShouldCountInTheContextOfItsCaller() {
        Fallback fallback = Fallback.of(
                "test", c -> c.handle(Exception.class, e -> Flux.concat(Mono.just("substitute"), Flux.never())));
        fallback.on(ResilienceEvent.class, this::note);
        leaveByAnother(ReactorGuard.of(fallback).flux(Flux.error(new IllegalStateException())));
        await().untilAsserted(() -> assertThat(seen).containsExactly("Recovered of caller"));
    }

    @Test
    void circuitThatOpensShouldDoSoInTheContextOfTheCaller() {
        CircuitBreaker breaker =
                CircuitBreaker.of("test", c -> c.windowSize(10).minimumCalls(2).failureRateThreshold(50));
        breaker.acquirePermit().onFailure(new IllegalStateException());
        breaker.on(CircuitBreakerEvent.CallSucceeded.class, this::note);
        breaker.on(CircuitBreakerEvent.StateChanged.class, this::note);
        leaveByAnother(ReactorGuard.of(breaker).flux(Flux.concat(Mono.just(1), Flux.never())));
        await().untilAsserted(() ->
                assertThat(seen).containsExactlyInAnyOrder("CallSucceeded of caller", "StateChanged of caller"));
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void attemptsThatHaveLostShouldBeCancelledInTheContextOfTheirCaller(int attempts) {
        ManualTicker ticker = new ManualTicker();
        HedgeConfig config =
                HedgeConfig.builder().delay(DELAY).maxAttempts(attempts).build();
        Hedge hedge = Hedge.of("test", config, ticker);
        List<FluxSink<String>> sources = new CopyOnWriteArrayList<>();
        Flux<String> source = Flux.<String>create(sources::add).doOnCancel(() -> seen.add("cancel of " + MDC.get(KEY)));
        Disposable subscription = ReactorGuard.of(hedge).flux(source).subscribe();
        for (int begun = 1; begun < attempts; begun++) {
            int next = begun + 1;
            await().until(() -> ticker.scheduledCount() == 1);
            ticker.advance(DELAY);
            await().until(() -> sources.size() == next);
        }
        CompletableFuture.runAsync(
                        () -> {
                            MDC.put(KEY, "another");
                            sources.get(1).next("first");
                            assertThat(MDC.get(KEY)).isEqualTo("another");
                        },
                        another)
                .join();
        await().untilAsserted(() -> assertThat(seen).hasSize(attempts - 1).containsOnly("cancel of caller"));
        subscription.dispose();
    }
}
