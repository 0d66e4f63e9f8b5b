package io.netrun.resilience.circuitbreaker;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.Pipeline;
import io.netrun.resilience.ResilienceEvent;
import io.netrun.resilience.Subscription;
import io.netrun.resilience.circuitbreaker.CircuitBreakerEvent.CallSucceeded;
import io.netrun.resilience.test.ManualTicker;
import io.netrun.resilience.timeout.Timeout;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** Events of successful calls are for those who ask for them. */
class SuccessEventTests {

    private final ManualTicker ticker = new ManualTicker();
    private final CircuitBreaker breaker = CircuitBreaker.of(
            "test",
            CircuitBreakerConfig.builder()
                    .failureThreshold(1)
                    .successThreshold(1)
                    .ignoreExceptions(IllegalStateException.class)
                    .build(),
            ticker);
    private final List<Object> events = new CopyOnWriteArrayList<>();

    @Test
    void eachKindOfCallThatSucceedsShouldBePublished() {
        breaker.on(CallSucceeded.class, events::add);
        breaker.run(() -> {});
        breaker.callAsync(() -> CompletableFuture.completedFuture("now"));
        CompletableFuture<String> source = new CompletableFuture<>();
        CompletableFuture<String> call = breaker.callAsync(() -> source);
        assertThat(events).hasSize(2);
        source.complete("later");
        assertThat(call).isCompletedWithValue("later");
        breaker.acquirePermit().onSuccess();
        assertThat(events).hasSize(4).containsOnly(new CallSucceeded("test", ticker.now()));
    }

    @Test
    void callWithinATimeoutShouldBePublished() {
        breaker.on(CallSucceeded.class, events::add);
        Pipeline pipeline = Pipeline.of(Timeout.of("limit", t -> t.duration(Duration.ofSeconds(5))), breaker);
        pipeline.run(() -> {});
        CompletableFuture<String> source = new CompletableFuture<>();
        CompletableFuture<String> call = pipeline.callAsync(() -> source);
        source.complete("later");
        assertThat(call).isCompletedWithValue("later");
        assertThat(events).hasSize(2);
    }

    @Test
    void otherOutcomesShouldNotBePublished() {
        breaker.on(CallSucceeded.class, events::add);
        breaker.acquirePermit().onIgnored();
        breaker.acquirePermit().onFailure(new IllegalStateException());
        breaker.callAsync(CompletableFuture::new).cancel(true);
        breaker.acquirePermit().onFailure(new IOException());
        breaker.tryAcquirePermit();
        assertThat(events).isEmpty();
    }

    @Test
    void trialShouldBePublishedBeforeTheChangeThatItCauses() {
        breaker.on(CallSucceeded.class, events::add);
        breaker.on(CircuitBreakerEvent.StateChanged.class, event -> events.add(event.to()));
        breaker.halfOpen();
        breaker.run(() -> {});
        breaker.halfOpen();
        CompletableFuture<String> source = new CompletableFuture<>();
        breaker.callAsync(() -> source);
        source.complete("later");
        CallSucceeded success = new CallSucceeded("test", ticker.now());
        assertThat(events)
                .containsExactly(
                        CircuitBreaker.State.HALF_OPEN,
                        success,
                        CircuitBreaker.State.CLOSED,
                        CircuitBreaker.State.HALF_OPEN,
                        success,
                        CircuitBreaker.State.CLOSED);
    }

    @Test
    void listenersOfAllEventsShouldNotReceiveSuccesses() {
        breaker.on(ResilienceEvent.class, events::add);
        breaker.on(CircuitBreakerEvent.class, events::add);
        breaker.on(ResilienceEvent.OnRequest.class, events::add);
        Subscription asked = breaker.on(CallSucceeded.class, event -> {});
        breaker.run(() -> {});
        asked.close();
        breaker.run(() -> {});
        assertThat(events).isEmpty();
    }

    @Test
    void closedSubscriptionShouldEndTheEvents() {
        Subscription subscription = breaker.on(CallSucceeded.class, events::add);
        Subscription other = breaker.on(CallSucceeded.class, event -> {});
        breaker.run(() -> {});
        subscription.close();
        breaker.run(() -> {});
        assertThat(events).hasSize(1);
        other.close();
        breaker.run(() -> {});
        assertThat(events).hasSize(1);
    }

    @Test
    void listenerThatThrowsShouldNotChangeTheCall() {
        breaker.on(CallSucceeded.class, event -> {
            throw new IllegalStateException("listener");
        });
        assertThat(breaker.<String, RuntimeException>call(() -> "result")).isEqualTo("result");
        assertThat(breaker.metrics().totalSucceeded()).isEqualTo(1);
    }

    @Test
    void listenerThatCallsThroughTheCircuitShouldWork() {
        breaker.on(CallSucceeded.class, event -> {
            events.add(event);
            if (events.size() < 3) {
                breaker.run(() -> {});
            }
        });
        breaker.run(() -> {});
        assertThat(events).hasSize(3);
    }
}
