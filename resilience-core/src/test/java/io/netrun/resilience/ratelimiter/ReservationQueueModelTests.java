package io.netrun.resilience.ratelimiter;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.TimerlessTicker;
import io.netrun.resilience.test.ManualTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Random histories of calls that come, wait and leave, of time and of changes, against a list and a level. */
class ReservationQueueModelTests {

    /** So that no share of a token is rounded, whatever the rate. */
    private static final long GRAIN = 128;

    private final ManualTicker ticker = new ManualTicker();

    /** What a queue is, if nothing happens at the same time. */
    private static final class Model {

        private final List<ProbeWaiter> waiters = new ArrayList<>();
        private final Map<ProbeWaiter, Reservation.State> states = new LinkedHashMap<>();
        private long token;
        private int capacity;
        private double tokens;
        private boolean shutDown;

        Model(RateLimiterConfig config) {
            tokens = config.capacity();
            follow(config);
        }

        void follow(RateLimiterConfig config) {
            token = config.nanosPerCall();
            capacity = config.capacity();
            tokens = Math.min(tokens, capacity);
            grant();
        }

        /** The tokens that must be there; what a call takes beyond the capacity, it takes in advance. */
        double needed(ProbeWaiter waiter) {
            return Math.min(waiter.permits(), capacity);
        }

        long arrive(ProbeWaiter waiter, long patience) {
            int ahead = waiters.stream().mapToInt(ProbeWaiter::permits).sum();
            long wait = (long) (Math.max(0, needed(waiter) + ahead - tokens) * token);
            if (wait > patience) {
                return patience - wait;
            }
            if (wait == 0 && waiters.isEmpty()) {
                tokens -= waiter.permits();
                states.put(waiter, Reservation.State.GRANTED);
            } else if (shutDown) {
                states.put(waiter, Reservation.State.SHUT_DOWN);
            } else {
                waiters.add(waiter);
                states.put(waiter, Reservation.State.WAITING);
            }
            return wait;
        }

        void pass(long nanos) {
            tokens += (double) nanos / token;
            grant();
        }

        void grant() {
            while (!waiters.isEmpty() && tokens >= needed(waiters.get(0))) {
                tokens -= waiters.get(0).permits();
                states.put(waiters.remove(0), Reservation.State.GRANTED);
            }
            tokens = Math.min(capacity, tokens);
        }

        void returnTokens(int returned) {
            tokens += returned;
            grant();
        }

        void leave(ProbeWaiter waiter) {
            waiters.remove(waiter);
            states.put(waiter, Reservation.State.CANCELLED);
            grant();
        }

        void settleAll(Reservation.State outcome) {
            waiters.forEach(waiter -> states.put(waiter, outcome));
            waiters.clear();
        }
    }

    private static RateLimiterConfig settings(int code) {
        return RateLimiterConfig.builder()
                .limit(1)
                .period(Duration.ofNanos(1_024L << code % 3))
                .burst(1 + code / 3 % 5)
                .build();
    }

    @Property(tries = 3_000)
    void historyShouldMatchTheModel(
            @ForAll @Size(max = 100) List<@IntRange(max = 999) Integer> history,
            @ForAll @IntRange(max = 14) int first) {
        runHistory(history, first, 1);
    }

    /** Calls take up to seven tokens, which is more than some of the buckets hold. */
    @Property(tries = 3_000)
    void historyOfWeightedCallsShouldMatchTheModel(
            @ForAll @Size(max = 100) List<@IntRange(max = 999) Integer> history,
            @ForAll @IntRange(max = 14) int first) {
        runHistory(history, first, 7);
    }

    private void runHistory(List<Integer> history, int first, int mostPermits) {
        RateLimiter limiter = RateLimiter.of("test", settings(first), new TimerlessTicker(ticker));
        Model model = new Model(limiter.config());
        for (int step : history) {
            int choice = step / 10;
            if (choice < 45) {
                arrive(limiter, model, step % 10, 1 + choice % mostPermits);
            } else if (choice < 65) {
                leave(limiter, model, step);
            } else if (choice < 85) {
                pass(limiter, model, (step % 200) * GRAIN / 10);
            } else if (choice < 93) {
                limiter.reconfigure(c -> settings(step % 15));
                model.follow(limiter.config());
            } else if (choice < 96) {
                limiter.queue().returnTokens(1 + step % 7);
                model.returnTokens(1 + step % 7);
            } else if (choice < 98) {
                limiter.setEnabled(false);
                limiter.setEnabled(true);
                model.settleAll(Reservation.State.PASSED);
            } else if (choice == 99 && step % 10 == 0) {
                limiter.shutdown();
                model.shutDown = true;
                model.settleAll(Reservation.State.SHUT_DOWN);
            }
            check(limiter, model);
        }
    }

    private static void arrive(RateLimiter limiter, Model model, int patience, int permits) {
        ProbeWaiter waiter = new ProbeWaiter(permits);
        long longestWait = patience * patience * 512L;
        assertThat(waiter.add(limiter, longestWait)).isEqualTo(model.arrive(waiter, longestWait));
    }

    private static void leave(RateLimiter limiter, Model model, int step) {
        if (!model.waiters.isEmpty()) {
            ProbeWaiter waiter = model.waiters.get(step % model.waiters.size());
            assertThat(waiter.leave(limiter)).isTrue();
            assertThat(waiter.leave(limiter)).isFalse();
            model.leave(waiter);
        }
    }

    private void pass(RateLimiter limiter, Model model, long grains) {
        long nanos = grains / GRAIN * GRAIN;
        ticker.advance(Duration.ofNanos(nanos));
        limiter.queue().drain();
        model.pass(nanos);
    }

    private static void check(RateLimiter limiter, Model model) {
        model.states.forEach((waiter, state) -> assertThat(waiter.state()).isEqualTo(state));
        assertThat(limiter.metrics().waiting()).isEqualTo(model.waiters.size());
        assertThat(limiter.metrics().waitingTokens())
                .isEqualTo(model.waiters.stream().mapToInt(ProbeWaiter::permits).sum());
        if (model.waiters.isEmpty()) {
            int free = (int) Math.max(0, Math.floor(model.tokens));
            assertThat(limiter.metrics().available()).isEqualTo(free);
        }
    }
}
