package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.fallback.Fallback;
import io.netrun.resilience.ratelimiter.RateLimiter;
import io.netrun.resilience.reactor.ReactorGuard;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.test.ManualTicker;
import io.netrun.resilience.timeout.Timeout;
import io.netrun.resilience.timeout.TimeoutConfig;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

/** Calls that listeners and hooks make are no part of the call that has caused the event. */
@org.junit.jupiter.api.Timeout(60)
class ListenerScopeTests {

    private static final IllegalStateException FAILURE = new IllegalStateException("expected");

    private final ManualTicker ticker = new ManualTicker();
    private final Timeout limit = Timeout.of("outer", TimeoutConfig.defaults(), ticker);
    private final CircuitBreaker alarms = CircuitBreaker.of("alarms");
    private final CompletableFuture<String> delivered = new CompletableFuture<>();
    private final List<CompletableFuture<String>> alarm = new CopyOnWriteArrayList<>();
    private final List<Deadline> scopes = new CopyOnWriteArrayList<>();

    private void raise() {
        scopes.add(Deadline.current());
        alarm.add(alarms.callAsync(() -> delivered));
    }

    /** Causes of an event. */
    private enum Event {
        CIRCUIT_OPENED {
            @Override
            void cause(Runnable alarm) {
                CircuitBreaker breaker = CircuitBreaker.of("c", c -> c.failureThreshold(1));
                breaker.onStateChange((from, to) -> alarm.run());
                fail(breaker);
            }
        },
        RETRIED {
            @Override
            void cause(Runnable alarm) {
                Retry retry = Retry.of("r", c -> c.maxAttempts(2).baseDelay(Duration.ZERO));
                retry.onRetry((failure, attempt) -> alarm.run());
                fail(retry);
            }
        },
        PERMIT_REJECTED {
            @Override
            void cause(Runnable alarm) {
                Bulkhead full = Bulkhead.of("b", c -> c.maxConcurrent(1).maxQueue(0));
                full.tryAcquirePermit();
                full.on(ResilienceEvent.class, event -> alarm.run());
                fail(full);
            }
        },
        TOKEN_REJECTED {
            @Override
            void cause(Runnable alarm) {
                RateLimiter empty = RateLimiter.of(
                        "l", c -> c.limit(1).period(Duration.ofHours(1)).maxWait(Duration.ZERO));
                empty.tryAcquirePermit();
                empty.on(ResilienceEvent.class, event -> alarm.run());
                fail(empty);
            }
        },
        RECOVERED {
            @Override
            void cause(Runnable alarm) {
                Fallback fallback = Fallback.of("f", c -> c.handle(failure -> null));
                fallback.on(ResilienceEvent.class, event -> alarm.run());
                fail(fallback);
            }
        },
        LATE_RESULT {
            @Override
            void cause(Runnable alarm) {
                Timeout inner = Timeout.of("t", c -> c.duration(Duration.ofHours(1)));
                inner.onLateResult(result -> alarm.run());
                CompletableFuture<String> source = new CompletableFuture<>();
                inner.callAsync(source::minimalCompletionStage).cancel(true);
                source.complete("late");
            }
        },
        INSTANCE_ADDED {
            @Override
            void cause(Runnable alarm) {
                ResilienceRegistry registry = ResilienceRegistry.create();
                registry.onChange(event -> alarm.run());
                registry.getOrCreate(Retry.TYPE, "new");
            }
        };

        abstract void cause(Runnable alarm);

        static void fail(Guard guard) {
            catchThrowable(() -> guard.run(() -> {
                throw FAILURE;
            }));
        }
    }

    private void assertThatTheAlarmIsDelivered() {
        assertThat(scopes).isNotEmpty().containsOnly(Deadline.NONE);
        assertThat(alarm).isNotEmpty().noneMatch(CompletableFuture::isDone);
        delivered.complete("alarmed");
        assertThat(alarm).allMatch(call -> call.join().equals("alarmed"));
        assertThat(alarms.metrics().totalFailed() + alarms.metrics().totalCancelled())
                .isZero();
    }

    @ParameterizedTest
    @EnumSource
    void callOfAListenerShouldOutliveTheLimitOfTheCall(Event event) {
        CompletableFuture<String> call = limit.callAsync(() -> {
            event.cause(this::raise);
            return new CompletableFuture<>();
        });
        ticker.advance(Duration.ofMinutes(1));
        await().until(call::isDone);
        assertThatTheAlarmIsDelivered();
    }

    @ParameterizedTest
    @EnumSource
    void callOfAListenerShouldOutliveACallThatIsLeft(Event event) {
        CompletableFuture<String> call = Pipeline.of().callAsync(() -> {
            event.cause(this::raise);
            return new CompletableFuture<>();
        });
        call.cancel(true);
        assertThatTheAlarmIsDelivered();
    }

    @ParameterizedTest
    @EnumSource
    void callOfAListenerShouldOutliveASubscription(Event event) {
        Disposable subscription = ReactorGuard.of(limit)
                .mono(() -> {
                    event.cause(this::raise);
                    return Mono.never();
                })
                .subscribe();
        subscription.dispose();
        assertThatTheAlarmIsDelivered();
    }

    @Test
    void threadShouldHaveItsScopeAfterTheListener() {
        limit.run(() -> {
            Deadline before = Deadline.current();
            Event.CIRCUIT_OPENED.cause(this::raise);
            assertThat(before).isNotSameAs(Deadline.NONE);
            assertThat(Deadline.current()).isSameAs(before);
        });
        assertThatTheAlarmIsDelivered();
    }
}
