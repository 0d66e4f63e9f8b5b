package io.netrun.resilience.spring.actuate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.spring.HandTicker;
import io.netrun.resilience.spring.actuate.Comparison.Change;
import io.netrun.resilience.spring.method.AttemptTimes.AttemptTime;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is different since a problem began, by a ticker that the test advances. */
class ComparisonTests {

    private static final String METHOD = "Reports.sales";

    private final HandTicker ticker = new HandTicker();
    private final ResilienceRegistry registry = ResilienceRegistry.create(ticker);
    private final Map<String, AttemptTime> times = new HashMap<>();
    private final History history = new History(registry, () -> times, Runnable::run);
    private Bulkhead reports;

    @BeforeEach
    void begin() {
        times.put(METHOD, new AttemptTime(1_000, 5_000_000, 5_000)); // before the history begins
        reports = registry.getOrCreate(Bulkhead.TYPE, "reports");
        history.start();
    }

    @AfterEach
    void end() {
        history.stop();
    }

    @Test
    void slowWorkShouldBeToldByItsAttempts() {
        samples(20, 5, 1_000);
        Instant began = ticker.now();
        samples(4, 5, 3_000);
        Comparison comparison = since(began);
        assertThat(comparison.change()).isEqualTo(Change.SLOW);
        assertThat(comparison).isEqualTo(new Comparison(1, 1, 3_000, 1_000));
        assertThat(viewOf(comparison))
                .isEqualTo(Map.of(
                        "change",
                        "slow",
                        "attemptMillis",
                        3_000L,
                        "before",
                        Map.of("calls", 1L, "attemptMillis", 1_000L)));
    }

    @Test
    void floodShouldBeToldByItsCalls() {
        samples(20, 5, 1_000);
        Instant began = ticker.now();
        samples(4, 500, 1_000);
        assertThat(since(began).change()).isEqualTo(Change.FLOOD);
    }

    @Test
    void largerChangeShouldCount() {
        samples(20, 5, 30);
        Instant began = ticker.now();
        samples(4, 500, 60);
        assertThat(since(began).change()).isEqualTo(Change.FLOOD);
    }

    @Test
    void partOfAMillisecondShouldNotBeSlow() {
        samples(20, 5, 0.1);
        Instant began = ticker.now();
        samples(4, 5, 0.4);
        assertThat(since(began).change()).isNull();
    }

    @Test
    void nothingShouldBeSaidOfWhatIsAsBefore() {
        samples(20, 5, 1_000);
        Instant began = ticker.now();
        samples(4, 6, 1_100);
        assertThat(since(began).change()).isNull();
    }

    @Test
    void oneOddSampleBeforeShouldNotBeTheBaseline() {
        samples(10, 5, 1_000);
        samples(1, 5_000, 9_000);
        samples(10, 5, 1_000);
        Instant began = ticker.now();
        samples(2, 5, 1_000);
        Comparison comparison = since(began);
        assertThat(comparison.callsBefore()).isEqualTo(1);
        assertThat(comparison.attemptBefore()).isEqualTo(1_000);
    }

    @Test
    void rareCallsShouldHaveTheirMeanAsBaseline() {
        for (int i = 0; i < 10; i++) {
            samples(3, 0, 0);
            samples(1, 2, 10);
        }
        Instant began = ticker.now();
        samples(1, 2, 10);
        assertThat(since(began).callsBefore()).isCloseTo(0.1, within(1e-9));
    }

    @Test
    void problemFromTheBeginningShouldHaveNoBaseline() {
        Instant began = ticker.now();
        samples(4, 5, 3_000);
        Comparison comparison = since(began);
        assertThat(comparison.callsBefore()).isNaN();
        assertThat(comparison.attemptBefore()).isNaN();
        assertThat(comparison.attempt()).isEqualTo(3_000);
        assertThat(comparison.change()).isNull();
        assertThat(viewOf(comparison)).isEqualTo(Map.of("attemptMillis", 3_000L));
    }

    @Test
    void attemptsThatAreNotMeasuredShouldBeLeftOut() {
        times.clear();
        samples(20, 5, 0);
        Comparison comparison = since(ticker.now());
        assertThat(comparison.attempt()).isNaN();
        assertThat(comparison.callsBefore()).isEqualTo(1);
    }

    @Test
    void baselineShouldBeThatOfTheLastMinutesBefore() {
        samples(100, 500, 10);
        samples(70, 5, 10);
        Instant began = ticker.now();
        samples(2, 5, 10);
        assertThat(since(began).callsBefore()).isEqualTo(1);
    }

    @Test
    void pausesShouldNotCountAsQuiet() {
        samples(10, 5, 10);
        ticker.pass(Duration.ofMinutes(2));
        samples(10, 5, 10);
        Instant began = ticker.now();
        samples(2, 5, 10);
        assertThat(since(began).attemptBefore()).isEqualTo(10);
    }

    @Test
    void timeBeforeTheFirstCallShouldNotCountAsQuiet() {
        samples(12, 0, 0);
        samples(3, 10, 10);
        Instant began = ticker.now();
        samples(2, 10, 10);
        assertThat(since(began).callsBefore()).isEqualTo(2);
        assertThat(since(began).change()).isNull();
    }

    @Test
    void callsThatCameBeforeTheProblemShouldBeNoFlood() {
        samples(40, 10, 10);
        samples(12, 35, 10);
        Instant began = ticker.now();
        samples(2, 35, 10);
        assertThat(since(began).callsBefore()).isEqualTo(7);
        assertThat(since(began).change()).isNull();
    }

    /** The last samples before it: a change of the minute before is not one of the problem. */
    @ParameterizedTest
    @ValueSource(ints = {3, 4, 5, 6, 11, 12, 30})
    void callsBeforeShouldBeThoseJustBefore(int samples) {
        samples(40, 5, 10);
        samples(samples, 17, 10);
        Instant began = ticker.now();
        samples(2, 17, 10);
        assertThat(since(began).callsBefore()).isEqualTo(3.4);
        assertThat(since(began).change()).isNull();
    }

    @Test
    void fewerCallsJustBeforeShouldBeTheBaseline() {
        samples(40, 50, 10);
        samples(4, 5, 10);
        Instant began = ticker.now();
        samples(2, 50, 10);
        assertThat(since(began).callsBefore()).isEqualTo(1);
    }

    /** The problem is known with the sample after it. */
    @Test
    void firstSampleOfAFloodShouldNotBeTheBaseline() {
        samples(40, 5, 10);
        samples(1, 500, 10);
        Instant began = ticker.now();
        samples(2, 500, 10);
        assertThat(since(began).callsBefore()).isEqualTo(1);
        assertThat(since(began).change()).isEqualTo(Change.FLOOD);
    }

    @Test
    void callsBeforeAPauseShouldBeThoseOfTheLastMinutes() {
        samples(20, 10, 10);
        ticker.pass(Duration.ofMinutes(2));
        Instant began = ticker.now();
        samples(2, 10, 10);
        assertThat(since(began).callsBefore()).isEqualTo(2);
    }

    @Test
    void callsAfterNoneAtAllShouldBeAFlood() {
        samples(5, 0, 0);
        Instant began = ticker.now();
        samples(2, 50, 10);
        assertThat(since(began).callsBefore()).isZero();
        assertThat(since(began).change()).isEqualTo(Comparison.Change.FLOOD);
    }

    private void samples(int number, int calls, double millis) {
        for (int sample = 0; sample < number; sample++) {
            for (int i = 0; i < calls; i++) {
                reports.run(() -> {});
            }
            if (!times.isEmpty()) {
                times.merge(METHOD, new AttemptTime(calls, calls * millis, millis), AttemptTime::plus);
            }
            ticker.pass(History.EACH);
        }
    }

    private Comparison since(Instant began) {
        Track track = history.of(reports);
        assertThat(track).isNotNull();
        double calls = track.rate(Track.Series.CALLS, 2);
        return Comparison.of(calls, track, history.attempts(List.of(METHOD), History.SAMPLES), began, history.last());
    }

    private static Map<String, Object> viewOf(Comparison comparison) {
        Map<String, Object> view = new LinkedHashMap<>();
        comparison.addTo(view);
        return view;
    }
}
