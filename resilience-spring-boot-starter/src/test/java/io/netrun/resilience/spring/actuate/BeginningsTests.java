package io.netrun.resilience.spring.actuate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.netrun.resilience.Pipeline;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitBreakerConfig;
import io.netrun.resilience.spring.HandTicker;
import io.netrun.resilience.spring.event.ApplicationEvents;
import io.netrun.resilience.spring.event.RecentEvents;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Problems that are older than the samples. */
class BeginningsTests {

    private final SampledNames names = new SampledNames();
    private final HandTicker ticker = names.ticker;
    private final ResilienceRegistry registry = names.registry;
    private final Bulkhead reports = names.reports;
    private final RecentEvents events = new RecentEvents();
    private final ApplicationEvents listening = new ApplicationEvents(registry, event -> {}, events);
    private final CircuitBreaker payments = registry.getOrCreate(
            CircuitBreaker.TYPE,
            "payments",
            CircuitBreakerConfig.builder()
                    .failureThreshold(5)
                    .openDuration(Duration.ofMinutes(5))
                    .build());
    private final CircuitBreaker mail = registry.getOrCreate(
            CircuitBreaker.TYPE,
            "mail",
            CircuitBreakerConfig.builder()
                    .failureThreshold(3)
                    .openDuration(Duration.ofSeconds(10))
                    .build());
    private Overview overview = overview();

    @BeforeEach
    void begin() {
        names.paths.put("shop.Orders.report()", Pipeline.of(reports));
        names.start("Orders.report");
    }

    @AfterEach
    void end() {
        names.stop();
        listening.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {20, 170, 200, 800})
    void floodShouldKeepItsBeginning(int samples) {
        calm(30);
        Instant since = ticker.now();
        flood(samples);
        assertThat(cause()).containsEntry("since", since.toString()).doesNotContainKey("earlier");
        assertThat(problem())
                .containsEntry("change", "flood")
                .containsEntry("before", Map.of("calls", 0.2, "attemptMillis", 30L))
                .containsEntry("lostCalls", 9L * samples)
                .containsEntry("lostFrom", since.toString());
    }

    @Test
    void slowWorkShouldKeepWhatWasUsual() {
        calm(30);
        for (int sample = 0; sample < 300; sample++) {
            reports.run(() -> catchThrowable(() -> reports.run(() -> {})));
            attempts(4_000);
        }
        assertThat(problem()).containsEntry("change", "slow").containsEntry("attemptMillis", 4_000L);
        assertThat(problem().get("before")).isEqualTo(Map.of("calls", 0.2, "attemptMillis", 30L));
    }

    @Test
    void lostCallsShouldNeverBecomeFewer() {
        long before = 0;
        for (int sample = 0; sample < 500; sample++) {
            for (int call = 0; call < (sample < 100 ? 20 : 1); call++) {
                catchThrowable(() -> payments.run(() -> {
                    throw new IllegalStateException("503");
                }));
            }
            ticker.pass(History.EACH);
            long lost = problem().get("lostCalls") instanceof Number number ? number.longValue() : 0;
            assertThat(lost).isGreaterThanOrEqualTo(before);
            before = lost;
        }
        assertThat(before).isEqualTo(2_400);
    }

    @Test
    void pauseShouldEndAProblem() {
        calm(30);
        flood(200);
        calm(10);
        Instant since = ticker.now();
        flood(20);
        assertThat(cause()).containsEntry("since", since.toString());
        assertThat(problem()).containsEntry("lostCalls", 180L);
    }

    @Test
    void problemThatWasNotSeenToBeginShouldBeOlder() {
        flood(History.SAMPLES);
        overview = overview();
        flood(12);
        assertThat(cause()).containsEntry("earlier", true);
        assertThat(problem()).doesNotContainKey("change");
        Object since = cause().get("since");
        flood(100);
        assertThat(cause().get("since")).as("its age does not stand still").isEqualTo(since);
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 16, 20, 80})
    void openingsAgainAndAgainShouldKeepTheirBeginning(int times) {
        names.pass(30);
        String since = ticker.now().toString();
        for (int opening = 0; opening < times; opening++) {
            open();
            close();
        }
        assertThat(cause())
                .containsEntry("kind", "flapping")
                .containsEntry("since", since)
                .containsEntry("opened", times);
        assertThat(problem()).containsEntry("lostCalls", 3L * times).doesNotContainKey("lostLater");
        assertThat(problem().get("lostFrom").toString()).isLessThanOrEqualTo(since);
        open();
        assertThat(cause())
                .containsEntry("kind", "open")
                .containsEntry("onAndOffSince", since)
                .containsEntry("opened", times + 1);
        assertThat(problem()).containsEntry("lostCalls", 3L * times + 3);
    }

    @Test
    void openingsOfEachMinuteShouldKeepTheirBeginning() {
        names.pass(30);
        String since = ticker.now().toString();
        for (int opening = 0; opening < 20; opening++) {
            open();
            close();
            names.pass(1);
        }
        assertThat(cause())
                .as("whenever it is looked at")
                .containsEntry("since", since)
                .containsEntry("opened", 20);
    }

    @Test
    void failureAfterTheOpeningsShouldStayApart() {
        names.pass(30);
        for (int opening = 0; opening < 20; opening++) {
            open();
            close();
        }
        fail(1);
        names.pass(13);
        assertThat(problem()).containsEntry("lostCalls", 60L).containsEntry("lostLater", 1L);
        open();
        assertThat(problem())
                .as("it has begun again")
                .containsEntry("lostCalls", 64L)
                .doesNotContainKey("lostLater");
    }

    @Test
    void openingsThatEndInALongOneShouldBeOverAfterIt() {
        names.pass(30);
        String first = ticker.now().toString();
        for (int opening = 0; opening < 20; opening++) {
            open();
            close();
        }
        String since = ticker.now().toString();
        fail(3);
        for (int sample = 1; sample <= 400; sample++) {
            names.pass(1);
            fail(1);
            boolean soon = sample < 170;
            if (soon || sample > 195) {
                assertThat(cause())
                        .as("after %s samples", sample)
                        .containsEntry("since", since)
                        .extractingByKey("onAndOffSince")
                        .isEqualTo(soon ? first : null);
                assertThat(problem()).containsEntry("lostCalls", (soon ? 60L : 0) + 3 + sample);
            }
        }
    }

    @Test
    void openingsThatBecameSeldomShouldBeOver() {
        for (int opening = 0; opening < 20; opening++) {
            open();
            close();
        }
        names.pass(History.SAMPLES);
        open();
        close();
        assertThat(cause()).as("one opening is no flapping").isEmpty();
        String since = ticker.now().minus(History.EACH.multipliedBy(11)).toString();
        for (int opening = 0; opening < 3; opening++) {
            open();
            close();
        }
        assertThat(cause()).containsEntry("since", since).containsEntry("opened", 4);
    }

    /** A circuit, with three failures. */
    private void open() {
        fail(3);
        names.pass(3);
    }

    private void fail(int calls) {
        for (int call = 0; call < calls; call++) {
            catchThrowable(() -> mail.run(() -> {
                throw new IllegalStateException("503");
            }));
        }
    }

    /** With as many trials as that takes; 55 s after it opened, the next opening may follow. */
    private void close() {
        for (int call = 0; call < 20; call++) {
            mail.run(() -> {});
        }
        names.pass(8);
    }

    /** One call in five seconds. */
    private void calm(int samples) {
        for (int sample = 0; sample < samples; sample++) {
            reports.run(() -> {});
            attempts(30);
        }
    }

    /** Ten calls in five seconds, of which one is admitted. */
    private void flood(int samples) {
        for (int sample = 0; sample < samples; sample++) {
            reports.run(() -> {
                for (int call = 0; call < 9; call++) {
                    catchThrowable(() -> reports.run(() -> {}));
                }
            });
            attempts(30);
        }
    }

    private void attempts(double millis) {
        names.attempts("Orders.report", 1, millis);
        ticker.pass(History.EACH);
    }

    @SuppressWarnings("unchecked")
    private Map<String, Object> cause() {
        return ((List<Map<String, Object>>) problem().getOrDefault("causes", List.of(Map.of()))).get(0);
    }

    @SuppressWarnings("unchecked")
    private Map<String, Object> problem() {
        List<Map<String, Object>> problems =
                (List<Map<String, Object>>) overview.all().get("problems");
        return problems.isEmpty() ? Map.of() : problems.get(0);
    }

    private Overview overview() {
        return names.overview(events::of, events::stateChanges);
    }
}
