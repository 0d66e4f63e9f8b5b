package io.netrun.resilience.spring.actuate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.atIndex;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.netrun.resilience.Pipeline;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitBreakerConfig;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.spring.HandTicker;
import io.netrun.resilience.spring.method.AttemptTimes.AttemptTime;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Names that are slow beside one that rejects calls because it is slow. */
class SlowerTests {

    private final SampledNames names = new SampledNames();
    private final HandTicker ticker = names.ticker;
    private final ResilienceRegistry registry = names.registry;
    private final Map<String, AttemptTime> times = names.times;
    private final Map<String, Pipeline> paths = names.paths;
    private final Bulkhead reports = names.reports;
    private final Retry database = registry.getOrCreate(Retry.TYPE, "database");

    @BeforeEach
    void begin() {
        paths.put("shop.Orders.report()", Pipeline.of(reports, database));
        paths.put("shop.Orders.find()", Pipeline.of(database));
        names.start("Orders.report", "Orders.find");
    }

    @AfterEach
    void end() {
        names.stop();
    }

    @Test
    void neighbourShouldBeSlowByItsOwnCalls() {
        samples(10, 1_000, 10);
        full(4, 3_000, 200);
        assertThat(slower("database"))
                .containsEntry("attemptMillis", 1_600L)
                .containsEntry("before", 505L)
                .doesNotContainKey("by");
    }

    @Test
    void neighbourShouldBeSlowByWhatItSharesAlone() {
        samples(10, 1_000, 10);
        full(4, 3_000, 10);
        assertThat(slower("database"))
                .containsEntry("by", List.of("Orders.report"))
                .containsEntry("without", Map.of("attemptMillis", 10L, "before", 10L))
                .containsEntry("through", List.of("retry"));
    }

    @Test
    void methodOfAnotherBulkheadShouldBeInTheRowOfThat() {
        paths.put("shop.Orders.find()", Pipeline.of(registry.getOrCreate(Bulkhead.TYPE, "database"), database));
        samples(12, 1_000, 10);
        assertThat(line("database"))
                .containsEntry("attempts", List.of(60, 600L, 10L))
                .as("what the figures leave out")
                .containsEntry("leftOut", List.of("Orders.report"));
        assertThat(line("reports"))
                .containsEntry("attempts", List.of(60, 60_000L, 1_000L))
                .doesNotContainKey("leftOut");
    }

    @Test
    void callsThatPassAnotherBulkheadShouldNotMakeANameSlow() {
        paths.put("shop.Orders.find()", Pipeline.of(registry.getOrCreate(Bulkhead.TYPE, "database"), database));
        paths.put("shop.Orders.books()", Pipeline.of(registry.getOrCreate(Bulkhead.TYPE, "books"), database));
        samples(10, 1_000, 10);
        times.put("Orders.books", new AttemptTime(0, 0, 0));
        for (int sample = 0; sample < 4; sample++) {
            times.merge("Orders.books", new AttemptTime(5, 5_000, 1_000), AttemptTime::plus);
            full(1, 3_000, 10);
        }
        assertThat(line("database").get("attempts")).isEqualTo(List.of(20, 200L, 10L));
        assertThat(slower("database")).containsEntry("without", Map.of("attemptMillis", 10L, "before", 10L));
    }

    @Test
    void slightlySlowerNeighbourShouldNameWhatItShares() {
        samples(10, 1_000, 4_000);
        full(4, 3_000, 4_000);
        assertThat(slower("database"))
                .containsEntry("attemptMillis", 3_500L)
                .containsEntry("before", 2_500L)
                .containsEntry("by", List.of("Orders.report"));
    }

    @Test
    void neighbourThatIsAsBeforeShouldNotBeSlower() {
        samples(10, 1_000, 10);
        full(4, 1_000, 10);
        assertThat(slower("database")).isEmpty();
    }

    @Test
    void fewLongAttemptsOfANeighbourShouldNotBeSlow() {
        samples(10, 1_000, 40);
        full(5, 3_000, 40);
        full(1, 3_000, 400);
        assertThat(slower("database").get("without")).isEqualTo(Map.of("attemptMillis", 40L, "before", 40L));
    }

    @Test
    void problemShouldNotBeItsOwnNeighbour() {
        samples(10, 1_000, 10);
        full(4, 3_000, 200);
        assertThat(slower("reports")).isEmpty();
    }

    @Test
    void slowNameShouldBeKnownWhileNothingElseIsWrong() {
        samples(20, 1_000, 67);
        samples(12, 1_000, 2_000);
        paths.put("shop.Orders.report()", Pipeline.of(reports));
        assertThat(slower("database"))
                .containsEntry("attemptMillis", 2_000L)
                .containsEntry("before", 67L)
                .containsEntry("since", String.valueOf(ticker.now().minusSeconds(60)));
        assertThat(slower("reports")).isEmpty();
    }

    @Test
    void meanOfASlowNameShouldBeThatSinceItIsSlow() {
        paths.put("shop.Orders.report()", Pipeline.of(reports));
        samples(20, 10, 67);
        samples(5, 10, 2_000);
        assertThat(slower("database")).containsEntry("attemptMillis", 2_000L);
        assertThat(line("database")).containsEntry("attempts", List.of(25, 50_000L, 2_000L));
    }

    @Test
    void slowNameShouldBeKnownBesideOneThatFails() {
        CircuitBreaker mail = registry.getOrCreate(CircuitBreaker.TYPE, "mail");
        paths.put("shop.Orders.report()", Pipeline.of(reports));
        samples(20, 1_000, 67);
        for (int sample = 0; sample < 12; sample++) {
            catchThrowable(() -> mail.run(() -> {
                throw new IllegalStateException("down");
            }));
            samples(1, 1_000, 2_000);
        }
        assertThat(slower("database")).containsEntry("attemptMillis", 2_000L);
    }

    @Test
    void callsThatFailShouldHaveNoSlowNeighbours() {
        CircuitBreaker mail = registry.getOrCreate(
                CircuitBreaker.TYPE,
                "mail",
                CircuitBreakerConfig.builder().failureThreshold(1_000).build());
        paths.put("shop.Orders.report()", Pipeline.of(mail));
        samples(20, 40, 40);
        for (int sample = 0; sample < 12; sample++) {
            catchThrowable(() -> mail.run(() -> {
                throw new IllegalStateException("down");
            }));
            samples(1, 80, 70);
        }
        assertThat(slower("database")).as("less than three times as long").isEmpty();
    }

    @Test
    void fewMillisecondsShouldNotBeSlow() {
        samples(20, 1, 0.1);
        samples(12, 1, 9);
        assertThat(slower("database")).isEmpty();
    }

    @Test
    void oneLongSampleShouldNotBeSlow() {
        samples(20, 10, 10);
        samples(3, 10, 3_000);
        assertThat(slower("database")).isEmpty();
        samples(1, 10, 10);
        assertThat(slower("database")).isEmpty();
    }

    @Test
    void timesThatAlwaysVaryShouldNotBeSlow() {
        for (int i = 0; i < 12; i++) {
            samples(3, 10, 10);
            samples(5, 10, 1_000);
        }
        assertThat(slower("database")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {24, 60})
    void nameThatWasSlowBeforeShouldBeSlowAgain(int first) {
        paths.put("shop.Orders.report()", Pipeline.of(reports));
        samples(80, 10, 26);
        samples(first, 10, 2_000);
        samples(7, 10, 26);
        samples(11, 10, 2_000);
        assertThat(slower("database"))
                .containsEntry("attemptMillis", 2_000L)
                .containsEntry("before", 26L)
                .containsEntry("since", String.valueOf(ticker.now().minusSeconds(55)));
    }

    @ParameterizedTest
    @ValueSource(ints = {168, 192, 720})
    void nameShouldBeSlowForAsLongAsNothingChanges(int slow) {
        paths.put("shop.Orders.report()", Pipeline.of(reports));
        samples(20, 10, 67);
        samples(slow, 10, 2_000);
        assertThat(slower("database"))
                .containsEntry("attemptMillis", 2_000L)
                .containsEntry("before", 67L)
                .containsEntry("since", ago(slow));
    }

    @ParameterizedTest
    @ValueSource(ints = {168, 192, 720})
    void nameShouldBeSlowAgainHoweverLongItWasBefore(int first) {
        paths.put("shop.Orders.report()", Pipeline.of(reports));
        samples(20, 10, 67);
        samples(first, 10, 2_000);
        samples(6, 10, 67);
        assertThat(slower("database")).isEmpty();
        samples(8, 10, 2_000);
        assertThat(slower("database")).containsEntry("before", 67L).containsEntry("since", ago(8));
    }

    @Test
    void secondSlownessShouldLastAsWell() {
        paths.put("shop.Orders.report()", Pipeline.of(reports));
        samples(60, 10, 26);
        samples(14, 10, 1_500);
        samples(12, 10, 26);
        samples(250, 10, 1_500);
        assertThat(slower("database")).containsEntry("before", 26L).containsEntry("since", ago(250));
    }

    @Test
    void laneShouldShowWhenANameWasSlow() {
        paths.put("shop.Orders.report()", Pipeline.of(reports));
        samples(20, 10, 67);
        samples(30, 10, 2_000);
        samples(5, 10, 67);
        assertThat(line("database").get("lane")).isEqualTo("125-20c30s5c");
    }

    @Test
    void detailsOfANameShouldHaveItsAttempts() {
        paths.put("shop.Orders.report()", Pipeline.of(reports));
        samples(20, 10, 67);
        samples(30, 10, 2_000);
        samples(5, 10, 67);
        assertThat(attempts("database")).containsEntry("lane", "125-20c30s5c");
        assertThat(attempts("database"))
                .extractingByKey("samples", InstanceOfAssertFactories.map(String.class, List.class))
                .extractingByKey("mean", InstanceOfAssertFactories.list(Number.class))
                .hasSize(History.SAMPLES)
                .contains(0, atIndex(124))
                .contains(67L, atIndex(144))
                .contains(2_000L, atIndex(145))
                .contains(67L, atIndex(179));
    }

    @Test
    void timeWithoutCallsShouldBeKnownAsSuchOfAttempts() {
        paths.put("shop.Orders.report()", Pipeline.of(reports));
        samples(20, 10, 67);
        names.pass(30);
        assertThat(attempts("database")).containsEntry("lane", "130-31c19n");
    }

    @Test
    void nameWithoutAttemptsShouldHaveNoTimesOfThem() {
        paths.put("shop.Orders.report()", Pipeline.of(reports));
        names.pass(12);
        assertThat(attempts("database")).isEmpty();
    }

    @Test
    void slownessShouldOutlastATimeWithoutCalls() {
        paths.put("shop.Orders.report()", Pipeline.of(reports));
        samples(20, 10, 67);
        samples(12, 10, 2_000);
        names.pass(60);
        assertThat(slower("database")).as("nothing is known now").isEmpty();
        samples(1, 10, 2_000);
        assertThat(slower("database")).containsEntry("before", 67L).containsEntry("since", ago(73));
    }

    @Test
    void slownessShouldBeForgottenWithoutCalls() {
        paths.put("shop.Orders.report()", Pipeline.of(reports));
        samples(20, 10, 67);
        samples(12, 10, 2_000);
        names.pass(History.SAMPLES);
        samples(12, 10, 2_000);
        assertThat(slower("database")).isEmpty();
    }

    @Test
    void slownessOfADayShouldBeUsual() {
        paths.put("shop.Orders.report()", Pipeline.of(reports));
        samples(20, 10, 67);
        samples(24 * 720 - 1, 10, 2_000);
        assertThat(slower("database")).isNotEmpty();
        samples(2, 10, 2_000);
        assertThat(slower("database")).isEmpty();
    }

    @Test
    void nameThatWasAlwaysSlowShouldNotBeSlower() {
        samples(200, 10, 2_000);
        assertThat(slower("database")).isEmpty();
    }

    @Test
    void smallPartOfTheCallsShouldNotMakeANameSlow() {
        for (int sample = 0; sample < 240; sample++) {
            double report = sample < 20 ? 20 : 100;
            times.merge("Orders.report", new AttemptTime(1, report, report), AttemptTime::plus);
            times.merge("Orders.find", new AttemptTime(100, 2_000, 20), AttemptTime::plus);
            ticker.pass(History.EACH);
        }
        assertThat(slower("database")).isEmpty();
    }

    @Test
    void timesNearALimitShouldNotCrossItOften() {
        paths.put("shop.Orders.report()", Pipeline.of(reports));
        samples(20, 10, 30);
        samples(6, 10, 100);
        samples(6, 10, 80);
        assertThat(slower("database")).containsEntry("before", 30L).containsEntry("since", ago(12));
    }

    @Test
    void moreCallsOfALongMethodShouldNotBeSlow() {
        for (int sample = 0; sample < 32; sample++) {
            int reported = sample < 20 ? 1 : 50;
            times.merge("Orders.report", new AttemptTime(reported, reported * 900.0, 900), AttemptTime::plus);
            times.merge("Orders.find", new AttemptTime(100, 1_000, 10), AttemptTime::plus);
            ticker.pass(History.EACH);
        }
        assertThat(slower("database")).isEmpty();
    }

    @Test
    void slownessShouldBeOverSoon() {
        samples(20, 10, 67);
        samples(12, 10, 2_000);
        samples(2, 10, 67);
        assertThat(slower("database")).isEmpty();
    }

    private void full(int number, double report, double find) {
        for (int sample = 0; sample < number; sample++) {
            reports.run(() -> catchThrowable(() -> reports.run(() -> {})));
            samples(1, report, find);
        }
    }

    private String ago(int samples) {
        return String.valueOf(ticker.now().minus(History.EACH.multipliedBy(samples)));
    }

    private void samples(int number, double report, double find) {
        for (int sample = 0; sample < number; sample++) {
            names.attempts("Orders.report", 5, report);
            names.attempts("Orders.find", 5, find);
            ticker.pass(History.EACH);
        }
    }

    @SuppressWarnings("unchecked")
    private Map<String, Object> slower(String name) {
        return (Map<String, Object>) line(name).getOrDefault("slower", Map.of());
    }

    @SuppressWarnings("unchecked")
    private Map<String, Object> attempts(String name) {
        return (Map<String, Object>) overview().ofName(name).getOrDefault("attempts", Map.of());
    }

    @SuppressWarnings("unchecked")
    private Map<String, Object> line(String name) {
        return ((List<Map<String, Object>>) overview().all().get("names"))
                .stream()
                        .filter(line -> line.get("name").equals(name))
                        .findFirst()
                        .orElseThrow();
    }

    private Overview overview() {
        return names.overview();
    }
}
