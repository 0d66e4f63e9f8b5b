package io.netrun.resilience.circuitbreaker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.RelayTicker;
import io.netrun.resilience.circuitbreaker.CircuitBreaker.State;
import io.netrun.resilience.test.ManualTicker;
import java.io.IOException;
import java.lang.reflect.Field;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Events say what happened in the order in which it happened. */
@Timeout(120)
class EventOrderTests {

    private static final long SECONDS = 60;

    private final List<String> received = Collections.synchronizedList(new ArrayList<>());

    @Test
    void transitionOfAListenerShouldBeAnnouncedAfterThePresentOne() {
        CircuitBreaker breaker = CircuitBreaker.of("test", c -> c.failureThreshold(1));
        breaker.onStateChange((from, to) -> {
            if (to == State.OPEN) {
                breaker.reset();
                breaker.forceOpen();
            }
        });
        breaker.onStateChange((from, to) -> received.add(from + ">" + to));
        breaker.acquirePermit().onFailure(new IOException());
        assertThat(received).containsExactly("CLOSED>OPEN", "OPEN>CLOSED", "CLOSED>FORCED_OPEN");
    }

    /** The opener is stopped between its transition and the announcement. */
    @Test
    void transitionAfterOneNotYetAnnouncedShouldNotOvertakeIt() throws Exception {
        StoppingTicker ticker = new StoppingTicker();
        CircuitBreaker breaker = CircuitBreaker.of(
                "test", CircuitBreakerConfig.builder().failureThreshold(1).build(), ticker);
        breaker.onStateChange((from, to) -> received.add(from + ">" + to));
        Thread opener = new Thread(() -> breaker.acquirePermit().onFailure(new IOException()));
        opener.start();
        assertThat(ticker.stopped.await(SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(breaker.state()).isEqualTo(State.OPEN);
        assertThat(received).isEmpty();
        breaker.reset();
        breaker.disable();
        assertThat(received).containsExactly("CLOSED>OPEN", "OPEN>CLOSED", "CLOSED>DISABLED");
        ticker.release.countDown();
        opener.join(TimeUnit.SECONDS.toMillis(SECONDS));
        assertThat(received).hasSize(3);
    }

    @Test
    void transitionsOfManyThreadsShouldBeAnnouncedInTheirOrder() throws Exception {
        CircuitBreaker breaker = CircuitBreaker.of(
                "test", c -> c.failureThreshold(1).successThreshold(1).openDuration(Duration.ofNanos(1)));
        State[] last = {State.CLOSED};
        breaker.onStateChange((from, to) -> {
            if (from != last[0]) {
                received.add(last[0] + ", then " + from + ">" + to);
            }
            last[0] = to;
        });
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            int number = t;
            Thread thread = new Thread(() -> {
                for (int i = 0; i < 10_000; i++) {
                    if (number == 0) {
                        breaker.reset();
                        breaker.reconfigure(c -> c.toBuilder()
                                .openDuration(
                                        Duration.ofNanos(1 + breaker.metrics().totalOpened() % 2))
                                .build());
                    } else if (number == 1 && i % 5 == 0) {
                        breaker.forceOpen();
                    } else {
                        breaker.tryAcquirePermit().ifPresent(permit -> permit.onFailure(new IOException()));
                    }
                }
            });
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        await().atMost(Duration.ofSeconds(SECONDS)).until(() -> last[0] == breaker.state());
        assertThat(received).isEmpty();
    }

    @Test
    void statesThatAreOverShouldNotBeKept() throws Exception {
        ManualTicker ticker = new ManualTicker();
        CircuitBreaker breaker = CircuitBreaker.of(
                "test", CircuitBreakerConfig.builder().failureThreshold(1).build(), ticker);
        for (int i = 0; i < 100; i++) {
            breaker.reset();
            breaker.acquirePermit().onFailure(new IOException());
            int seconds = i + 1;
            breaker.reconfigure(c -> c.toBuilder()
                    .openDuration(Duration.ofSeconds(seconds))
                    .maxOpenDuration(null)
                    .build());
        }
        breaker.reset();
        Field circuit = CircuitBreaker.class.getDeclaredField("circuit");
        circuit.setAccessible(true);
        CircuitState state = ((Circuit) circuit.get(breaker)).state();
        assertThat(state.next).isNull();
        Field arrival = CircuitState.class.getDeclaredField("entryTransition");
        arrival.setAccessible(true);
        assertThat(arrival.get(state)).isNull();
    }

    /** The first thread that sets a timer stops there. */
    private static final class StoppingTicker extends RelayTicker {

        private final CountDownLatch stopped = new CountDownLatch(1);
        private final CountDownLatch release = new CountDownLatch(1);

        StoppingTicker() {
            super(new ManualTicker());
        }

        @Override
        public Scheduled schedule(Runnable task, long delayNanos) {
            stopped.countDown();
            try {
                assertThat(release.await(SECONDS, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return super.schedule(task, delayNanos);
        }
    }
}
