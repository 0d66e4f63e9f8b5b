package io.netrun.resilience.spring.actuate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.netrun.resilience.KeyedPolicies;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.bulkhead.BulkheadConfig;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitBreakerConfig;
import io.netrun.resilience.spring.HandTicker;
import io.netrun.resilience.spring.actuate.Track.Series;
import io.netrun.resilience.spring.method.AttemptTimes.AttemptTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is kept of the past, by a ticker that the test advances. */
class HistoryTests {

    private final HandTicker ticker = new HandTicker();
    private final ResilienceRegistry registry = ResilienceRegistry.create(ticker);
    private final History history = new History(registry, Map::of, Runnable::run);
    private CircuitBreaker breaker;

    @BeforeEach
    void begin() {
        breaker = registry.getOrCreate(
                CircuitBreaker.TYPE,
                "payments",
                CircuitBreakerConfig.builder()
                        .failureThreshold(3)
                        .openDuration(Duration.ofSeconds(20))
                        .build());
        breaker.run(() -> {}); // before the history begins
        history.start();
    }

    @AfterEach
    void end() {
        history.stop();
    }

    @Test
    void sampleShouldHaveWhatHappenedWithinIt() {
        succeed(10);
        pass();
        fail(1);
        pass();
        Track track = track();
        assertThat(last(track.values(Series.CALLS), 3)).containsExactly(0, 10, 1);
        assertThat(last(track.values(Series.FAILURES), 3)).containsExactly(0, 0, 1);
        assertThat(LaneState.encoded(track.states())).isEqualTo("178-1c1w");
        assertThat(history.last()).isEqualTo(Instant.EPOCH.plusSeconds(10));
    }

    @Test
    void rateShouldBeThatOfTheLastSamples() {
        succeed(10);
        pass();
        succeed(20);
        pass();
        assertThat(track().rate(Series.CALLS, 2)).isEqualTo(3.0);
        assertThat(track().rate(Series.CALLS, 1)).isEqualTo(4.0);
    }

    @Test
    void laneShouldShowOpeningsBetweenSamples() {
        fail(3);
        pass();
        succeed(1);
        pass();
        breaker.reset();
        fail(3);
        breaker.reset();
        pass();
        Track track = track();
        assertThat(LaneState.encoded(track.states())).isEqualTo("177-3o");
        assertThat(track.openings()).isEqualTo(2);
        assertThat(last(track.values(Series.REJECTIONS), 3)).containsExactly(0, 1, 0);
    }

    @Test
    void circuitThatRejectedAndClosedShouldHaveBeenOpen() {
        fail(3);
        pass();
        succeed(1);
        breaker.reset();
        pass();
        succeed(1);
        pass();
        assertThat(LaneState.encoded(track().states()))
                .as("one block for one opening")
                .isEqualTo("177-2o1c");
    }

    @Test
    void circuitThatWasForcedOpenShouldNotHaveBeenOpen() {
        breaker.forceOpen();
        pass();
        succeed(1);
        breaker.reset();
        pass();
        assertThat(LaneState.encoded(track().states())).isEqualTo("178-2f");
    }

    @Test
    void failedTrialShouldBeNoOtherOpening() {
        fail(3);
        for (int i = 0; i < 9; i++) {
            pass();
            fail(1);
        }
        assertThat(breaker.metrics().totalOpened()).isGreaterThan(1);
        assertThat(track().openings()).isEqualTo(1);
    }

    @Test
    void laneShouldShowWhatOperatorsDid() {
        breaker.forceOpen();
        pass();
        breaker.disable();
        pass();
        Bulkhead bulkhead = registry.getOrCreate(Bulkhead.TYPE, "payments");
        bulkhead.setEnabled(false);
        pass();
        assertThat(LaneState.encoded(track().states())).isEqualTo("177-1f2d");
        assertThat(LaneState.encoded(history.of(bulkhead).states())).isEqualTo("179-1x");
    }

    @Test
    void rejectingBulkheadShouldBeInTheLane() {
        Bulkhead bulkhead = registry.getOrCreate(
                Bulkhead.TYPE,
                "reports",
                BulkheadConfig.builder().maxConcurrent(1).maxQueue(0).build());
        bulkhead.run(() -> {
            catchThrowable(() -> bulkhead.run(() -> {}));
            pass();
        });
        Track track = history.of(bulkhead);
        assertThat(LaneState.encoded(track.states())).isEqualTo("179-1r");
        assertThat(last(track.values(Series.RUNNING), 1)).containsExactly(1);
    }

    @Test
    void fewRejectedCallsShouldBeAWarningInTheLane() {
        Bulkhead bulkhead = registry.getOrCreate(
                Bulkhead.TYPE,
                "reports",
                BulkheadConfig.builder().maxConcurrent(1).maxQueue(0).build());
        for (int i = 0; i < 20; i++) {
            bulkhead.run(() -> {});
        }
        bulkhead.run(() -> catchThrowable(() -> bulkhead.run(() -> {})));
        pass();
        assertThat(LaneState.encoded(history.of(bulkhead).states())).isEqualTo("179-1a");
    }

    @Test
    void sampleShouldHaveItsLongestWait() {
        Bulkhead bulkhead = registry.getOrCreate(
                Bulkhead.TYPE,
                "reports",
                BulkheadConfig.builder().maxConcurrent(1).maxQueue(1).build());
        for (int millis : new int[] {1_200, 0, 300}) {
            CompletableFuture<String> running = new CompletableFuture<>();
            bulkhead.callAsync(() -> running);
            if (millis > 0) {
                CompletableFuture<String> waiting = bulkhead.callAsync(() -> CompletableFuture.completedFuture("done"));
                ticker.pass(Duration.ofMillis(millis));
                running.complete("first");
                waiting.join();
            }
            running.complete("alone");
            ticker.pass(History.EACH.minusMillis(millis));
        }
        assertThat(last(history.of(bulkhead).values(Series.LONGEST_WAIT), 4)).containsExactly(0, 1_200, 0, 300);
    }

    @Test
    void ringShouldKeepFifteenMinutes() {
        fail(1);
        pass();
        for (int i = 1; i < History.SAMPLES; i++) {
            pass();
        }
        assertThat(track().values(Series.FAILURES)[0]).isEqualTo(1);
        pass();
        assertThat(track().values(Series.FAILURES)).containsOnly(0);
    }

    @Test
    void suspendedTimeShouldBeUnknown() {
        pass();
        ticker.pass(Duration.ofSeconds(60));
        assertThat(LaneState.encoded(track().states())).isEqualTo("167-1c11-1c");
    }

    @Test
    void restartShouldNotCountWhatHappenedMeanwhile() {
        pass();
        history.stop();
        fail(2);
        pass();
        pass();
        assertThat(LaneState.encoded(track().states())).isEqualTo("179-1c");
        history.start();
        history.start();
        succeed(5);
        pass();
        assertThat(track().values(Series.FAILURES)).containsOnly(0);
        assertThat(last(track().values(Series.CALLS), 1)).containsExactly(5);
        assertThat(history.isRunning()).isTrue();
    }

    @Test
    void removedInstanceShouldBeForgotten() {
        pass();
        registry.remove(breaker);
        pass();
        assertThat(history.of(breaker)).isNull();
    }

    @Test
    void keyedFamilyShouldHaveItsBusiestFollowed() {
        KeyedPolicies<CircuitBreaker> hosts =
                registry.keyed(CircuitBreaker.TYPE, "host", CircuitBreakerConfig.defaults(), 1_000);
        List<CircuitBreaker> all = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            CircuitBreaker host = hosts.get("h" + i);
            all.add(host);
            for (int call = 0; call < i; call++) {
                host.run(() -> {});
            }
        }
        pass();
        assertThat(all.stream().filter(host -> history.of(host) != null)).hasSize(History.MAX_KEYED);
        assertThat(history.of(all.get(299))).isNotNull();
        assertThat(history.of(all.get(0))).isNull();
        assertThat(track()).isNotNull();
    }

    @Test
    void otherInstancesAndMethodsShouldBeBounded() {
        Map<String, AttemptTime> times = new TreeMap<>();
        for (int i = 0; i < History.MAX_OTHERS + 50; i++) {
            registry.getOrCreate(Bulkhead.TYPE, "b" + i);
            times.put("Client.m" + i, new AttemptTime(0, 0, 0));
        }
        History other = new History(registry, () -> times, Runnable::run);
        other.start();
        times.replaceAll((method, none) -> new AttemptTime(1, 1, 1));
        pass();
        assertThat(registry.all().stream().filter(policy -> other.of(policy) != null))
                .hasSize(History.MAX_OTHERS);
        assertThat(times.keySet().stream()
                        .filter(method ->
                                other.attempts(List.of(method), History.SAMPLES).count(0, History.SAMPLES) > 0))
                .hasSize(History.MAX_METHODS);
        other.stop();
    }

    @Test
    void sampleThatCannotRunShouldNotBeTheLast() {
        List<Runnable> tasks = new ArrayList<>();
        boolean[] full = {false};
        Executor scarce = task -> {
            if (full[0]) {
                full[0] = false;
                throw new OutOfMemoryError("unable to create native thread");
            }
            tasks.add(task);
        };
        History other = new History(registry, Map::of, scarce);
        other.start();
        tasks.remove(0).run();
        full[0] = true;
        pass();
        assertThat(tasks).isEmpty();
        pass();
        tasks.remove(0).run();
        assertThat(other.of(breaker)).isNotNull();
        other.stop();
    }

    @Test
    void sampleAfterTheStopShouldChangeNothing() {
        List<Runnable> tasks = new ArrayList<>();
        History other = new History(registry, Map::of, tasks::add);
        other.start();
        other.stop();
        tasks.remove(0).run();
        pass();
        assertThat(tasks).isEmpty();
        assertThat(other.of(breaker)).isNull();
        assertThat(other.last()).isNull();
    }

    private void succeed(int times) {
        for (int i = 0; i < times; i++) {
            catchThrowable(() -> breaker.run(() -> {}));
        }
    }

    private void fail(int times) {
        for (int i = 0; i < times; i++) {
            catchThrowable(() -> breaker.run(() -> {
                throw new IllegalStateException("down");
            }));
        }
    }

    private void pass() {
        ticker.pass(History.EACH);
    }

    private Track track() {
        return history.of(breaker);
    }

    private static int[] last(int[] values, int number) {
        return java.util.Arrays.copyOfRange(values, values.length - number, values.length);
    }
}
