package io.netrun.resilience.circuitbreaker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.netrun.resilience.circuitbreaker.CircuitBreaker.State;
import io.netrun.resilience.test.ManualTicker;
import java.io.IOException;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** From state to state, many times, by many threads, and with listeners in the way. */
@Timeout(60)
class TransitionTests {

    private record Transition(State from, State to) {}

    @Test
    void reopeningWithoutEndShouldNotRecurse() {
        ManualTicker ticker = new ManualTicker();
        CircuitBreaker breaker = CircuitBreaker.of(
                "test",
                CircuitBreakerConfig.builder()
                        .failureThreshold(1)
                        .openDuration(Duration.ofNanos(1))
                        .build(),
                ticker);
        breaker.onStateChange((from, to) -> ticker.advance(Duration.ofNanos(1)));
        for (int i = 0; i < 50_000; i++) {
            catchThrowable(() -> breaker.run(() -> {
                throw new IOException();
            }));
        }
        assertThat(breaker.metrics().totalFailed()).isEqualTo(50_000);
    }

    @Test
    void transitionsOfManyThreadsShouldFollowUponEachOther() throws Exception {
        CircuitBreaker breaker = CircuitBreaker.of(
                "test",
                c -> c.failureThreshold(2)
                        .successThreshold(2)
                        .openDuration(Duration.ofNanos(500))
                        .halfOpenMaxDuration(Duration.ofMinutes(1)));
        Map<Transition, Integer> seen = new ConcurrentHashMap<>();
        breaker.onStateChange((from, to) -> seen.merge(new Transition(from, to), 1, Integer::sum));
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            Thread thread = new Thread(() -> {
                for (int i = 0; i < 20_000; i++) {
                    boolean fails = ThreadLocalRandom.current().nextInt(3) == 0;
                    catchThrowable(() -> breaker.run(() -> {
                        if (fails) {
                            throw new IOException();
                        }
                    }));
                }
            });
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(seen.keySet())
                .containsExactlyInAnyOrder(
                        new Transition(State.CLOSED, State.OPEN),
                        new Transition(State.OPEN, State.HALF_OPEN),
                        new Transition(State.HALF_OPEN, State.OPEN),
                        new Transition(State.HALF_OPEN, State.CLOSED));
        State last = breaker.state();
        for (State state : EnumSet.of(State.CLOSED, State.OPEN, State.HALF_OPEN)) {
            int entered = sum(seen, state, true) + (state == State.CLOSED ? 1 : 0);
            assertThat(entered - sum(seen, state, false))
                    .as("%s, with %s last", state, last)
                    .isEqualTo(state == last ? 1 : 0);
        }
    }

    @Test
    void forcedOpenCircuitShouldStaySoThroughSwitchingOffAndOn() {
        CircuitBreaker breaker = CircuitBreaker.of("test");
        breaker.forceOpen();
        breaker.setEnabled(false);
        breaker.setEnabled(false);
        assertThat(breaker.state()).isEqualTo(State.DISABLED);
        breaker.setEnabled(true);
        assertThat(breaker.state()).isEqualTo(State.FORCED_OPEN);
        breaker.reset();
        breaker.setEnabled(false);
        breaker.setEnabled(true);
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void stateChangedShouldSayWhy() {
        ManualTicker ticker = new ManualTicker();
        CircuitBreaker breaker = CircuitBreaker.of(
                "test",
                CircuitBreakerConfig.builder()
                        .failureThreshold(2)
                        .successThreshold(1)
                        .build(),
                ticker);
        List<String> reasons = new ArrayList<>();
        breaker.on(CircuitBreakerEvent.StateChanged.class, event -> reasons.add(event.reason()));
        breaker.acquirePermit().onFailure(new IOException());
        breaker.acquirePermit().onFailure(new IOException());
        ticker.advance(Duration.ofSeconds(60));
        breaker.acquirePermit().onFailure(new IOException());
        ticker.advance(Duration.ofSeconds(60));
        breaker.run(() -> {});
        breaker.forceOpen();
        breaker.reconfigure(c -> c.toBuilder()
                .detection(Detection.COUNT_WINDOW)
                .failureRateThreshold(50)
                .minimumCalls(4)
                .build());
        breaker.reset();
        breaker.run(() -> {});
        breaker.run(() -> {});
        breaker.acquirePermit().onFailure(new IOException());
        breaker.acquirePermit().onFailure(new IOException());
        assertThat(reasons)
                .containsExactly(
                        "the failure count reached 2",
                        "the open duration elapsed",
                        "a trial failed",
                        "the open duration elapsed",
                        "enough trials succeeded",
                        "forced open",
                        "reset",
                        "2 of 4 calls failed");
    }

    @Test
    void lastFailuresShouldBeAFewWithTheLatestFirstUntilReset() {
        ManualTicker ticker = new ManualTicker();
        CircuitBreaker breaker = CircuitBreaker.of(
                "test",
                CircuitBreakerConfig.builder()
                        .failureResult("bad"::equals)
                        .failureThreshold(100)
                        .build(),
                ticker);
        for (int i = 0; i < 7; i++) {
            breaker.acquirePermit().onFailure(new IOException("failure " + i));
        }
        breaker.<String, RuntimeException>call(() -> "bad");
        assertThat(breaker.lastFailures()).hasSize(5).first().satisfies(latest -> {
            assertThat(latest.exception()).isNull();
            assertThat(latest.message()).isNull();
            assertThat(latest.reason()).isEqualTo("its result counts as a failure");
            assertThat(latest.time()).isEqualTo(ticker.now());
        });
        assertThat(breaker.lastFailures().get(1).exception()).isEqualTo("java.io.IOException");
        assertThat(breaker.lastFailures().get(1).message()).isEqualTo("failure 6");
        assertThat(breaker.lastFailures().get(1).reason()).isNull();
        breaker.reset();
        assertThat(breaker.lastFailures()).isEmpty();
    }

    @Test
    void lastFailuresShouldKeepTextAndNotTheFailure() throws Exception {
        CircuitBreaker breaker = CircuitBreaker.of("test", c -> c.failureThreshold(100));
        ReferenceQueue<Object> collected = new ReferenceQueue<>();
        Reference<Throwable> failure = failWith(breaker, "x".repeat(2_000), collected);
        breaker.acquirePermit().onFailure(new IllegalStateException() {
            @Override
            public String getMessage() {
                throw new UnsupportedOperationException();
            }
        });
        Reference<?> gone = null;
        for (int i = 0; i < 200 && gone == null; i++) {
            System.gc();
            gone = collected.remove(100);
        }
        assertThat(gone).isSameAs(failure);
        assertThat(breaker.lastFailures()).hasSize(2);
        assertThat(breaker.lastFailures().get(0).message()).contains("UnsupportedOperationException");
        assertThat(breaker.lastFailures().get(1).message()).isEqualTo("x".repeat(500));
    }

    private static Reference<Throwable> failWith(
            CircuitBreaker breaker, String message, ReferenceQueue<Object> collected) {
        Throwable failure = new IOException(message);
        breaker.acquirePermit().onFailure(failure);
        return new WeakReference<>(failure, collected);
    }

    private static int sum(Map<Transition, Integer> seen, State state, boolean entered) {
        return seen.entrySet().stream()
                .filter(each -> (entered ? each.getKey().to() : each.getKey().from()) == state)
                .mapToInt(Map.Entry::getValue)
                .sum();
    }

    @Test
    void listenerThatBlocksShouldHoldUpNobodyElse() throws Exception {
        CircuitBreaker breaker =
                CircuitBreaker.of("test", c -> c.failureThreshold(1).successThreshold(1));
        CountDownLatch blocked = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        breaker.onStateChange((from, to) -> {
            if (to == State.OPEN) {
                blocked.countDown();
                catchThrowable(release::await);
            }
        });
        Thread opener = new Thread(() -> breaker.acquirePermit().onFailure(new IOException()));
        opener.start();
        assertThat(blocked.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(breaker.state()).isEqualTo(State.OPEN);
        assertThat(catchThrowable(() -> breaker.run(() -> {}))).isInstanceOf(CircuitOpenException.class);
        breaker.reset();
        breaker.reconfigure(c -> c.toBuilder().failureThreshold(3).build());
        breaker.run(() -> {});
        assertThat(breaker.metrics().totalSucceeded()).isEqualTo(1);
        release.countDown();
        opener.join(20_000);
    }
}
