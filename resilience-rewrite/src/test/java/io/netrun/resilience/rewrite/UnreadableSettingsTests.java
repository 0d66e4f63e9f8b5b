package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.spring.mapping.MappingTable;
import io.netrun.resilience.spring.mapping.MappingTable.Row;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openrewrite.ExecutionContext;
import org.openrewrite.InMemoryExecutionContext;
import org.openrewrite.RecipeRun;
import org.openrewrite.internal.InMemoryLargeSourceSet;
import org.openrewrite.properties.PropertiesParser;

/** A value that resilience4j cannot read is a leftover with its key, and never becomes a setting. */
class UnreadableSettingsTests {

    static Stream<Row> settings() {
        return MappingTable.get()
                .rows(MappingTable.RESILIENCE4J, "setting")
                .filter(row -> !row.kind().equals("text"));
    }

    @ParameterizedTest
    @MethodSource("settings")
    void unreadableValueOfAnInstanceShouldBeLeft(Row row) {
        assertLeft(key(row, ".instances.q."), "");
    }

    @ParameterizedTest
    @MethodSource("settings")
    void unreadableValueOfDefaultsShouldBeLeft(Row row) {
        assertLeft(
                key(row, ".configs.default."),
                "resilience4j." + row.section().from() + ".instances.q.eventConsumerBufferSize=1\n");
    }

    @ParameterizedTest
    @MethodSource("settings")
    void unreadableValueOfAnUnusedBaseShouldBeLeft(Row row) {
        assertLeft(key(row, ".configs.unused."), "");
    }

    @Test
    void overriddenValueOfABaseShouldBeLeft() {
        assertLeft(
                "resilience4j.retry.configs.shared.max-attempts",
                "resilience4j.retry.instances.q.base-config=shared\nresilience4j.retry.instances.q.max-attempts=2\n");
    }

    @ParameterizedTest
    @CsvSource({
        "ratelimiter.instances.q.limit-for-period, 1e1",
        "ratelimiter.instances.q.limit-for-period, -5",
        "ratelimiter.instances.q.limit-refresh-period, 1 fortnight",
        "circuitbreaker.instances.q.failure-rate-threshold, 50%",
        "circuitbreaker.instances.q.wait-duration-in-open-state, -1s",
        "circuitbreaker.instances.q.sliding-window-size, 10s",
        "circuitbreaker.instances.q.record-exceptions, java.io.IOException;java.lang.Error",
        "retry.instances.q.enable-exponential-backoff, maybe",
        "retry.retry-aspect-order, first",
        "retry.instances.q.base-config, missing",
        "timelimiter.instances.q.timeout-duration, PTX",
    })
    void oddValueShouldBeLeft(String key, String value) {
        Moved moved = moved("resilience4j." + key + "=" + value);
        assertThat(moved.left()).singleElement().asString().startsWith("resilience4j." + key + ": ");
        assertThat(moved.text()).doesNotContain(value);
    }

    @ParameterizedTest
    @CsvSource({
        "circuitbreaker.instances.q.wait-duration-in-open-state, P1D, circuit-breaker.instances.q.open-duration=P1D",
        "circuitbreaker.instances.q.wait-duration-in-open-state, pt5s, circuit-breaker.instances.q.open-duration=pt5s",
        "circuitbreaker.instances.q.wait-duration-in-open-state, 10000000000ns,"
                + " circuit-breaker.instances.q.open-duration=10000000000ns",
        "circuitbreaker.instances.q.failure-rate-threshold, 50.5f, "
                + "circuit-breaker.instances.q.failure-rate-threshold=50.5f",
        "ratelimiter.instances.q.limit-for-period, @limit@, rate-limiter.instances.q.limit=@limit@",
        "ratelimiter.instances.q.limit-for-period, ${LIMIT:5}, rate-limiter.instances.q.limit=${LIMIT:5}",
        "retry.instances.q.enable-randomized-wait, yes, retry.instances.q.jitter=equal",
        "retry.instances.q.enable-randomized-wait, off, retry.instances.q.jitter=none",
        "retry.instances.q.retry-exceptions, com.acme.Größe$Zu_Gross,"
                + " retry.instances.q.exceptions=com.acme.Größe$Zu_Gross",
    })
    void readableValueShouldBecomeASetting(String key, String value, String here) {
        Moved moved = moved("resilience4j." + key + "=" + value);
        assertThat(moved.text()).isEqualTo("resilience." + here);
        assertThat(moved.left()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"on", "yes", "1", "TRUE"})
    void backoffShouldBeOnInEachSpelling(String on) {
        Moved moved = moved("resilience4j.retry.instances.q.enable-exponential-backoff=" + on
                + "\nresilience4j.retry.instances.q.exponential-backoff-multiplier=3");
        assertThat(moved.text())
                .contains("resilience.retry.instances.q.backoff=exponential")
                .contains("resilience.retry.instances.q.backoff-multiplier=3");
        assertThat(moved.left()).isEmpty();
    }

    @Test
    void baseThatNoInstanceUsesShouldBeListed() {
        Moved moved = moved("resilience4j.retry.configs.unused.max-attempts=2\n"
                + "resilience4j.retry.configs.used.max-attempts=4\n"
                + "resilience4j.retry.instances.q.base-config=used");
        assertThat(moved.left())
                .containsExactly("resilience4j.retry.configs.unused: It had no effect, since no instance has it as its"
                        + " base-config.");
        assertThat(moved.text())
                .contains("resilience.retry.instances.q.max-attempts=4")
                .doesNotContain("=2");
    }

    private static String key(Row row, String block) {
        return "resilience4j." + row.section().from() + block + row.there().name();
    }

    private static void assertLeft(String key, String more) {
        Moved moved = moved(more + key + "=?!");
        assertThat(moved.left())
                .filteredOn(left -> left.startsWith(key + ": "))
                .as(key)
                .singleElement()
                .asString()
                .contains("?!")
                .matches(".*(Correct or remove it|Set [a-z-]+)\\.");
        assertThat(moved.text()).doesNotContain("?!");
    }

    private static Moved moved(String text) {
        ExecutionContext ctx = new InMemoryExecutionContext(failure -> {
            throw new AssertionError(failure);
        });
        RecipeRun run = new FromResilience4j(false)
                .run(
                        new InMemoryLargeSourceSet(PropertiesParser.builder()
                                .build()
                                .parse(ctx, text)
                                .map(file -> file.<org.openrewrite.SourceFile>withSourcePath(
                                        Path.of("src", "main", "resources", "application.properties")))
                                .toList()),
                        ctx);
        List<String> left = new ArrayList<>();
        run.getDataTables().forEach((table, rows) -> {
            if (table instanceof Leftovers) {
                rows.forEach(row -> {
                    Leftovers.Row item = (Leftovers.Row) row;
                    assertThat(item.file()).endsWith("application.properties");
                    left.add(item.what() + ": " + item.reason());
                });
            }
        });
        String after = run.getChangeset().getAllResults().stream()
                .map(result ->
                        result.getAfter() == null ? "" : result.getAfter().printAll())
                .findFirst()
                .orElse(text);
        return new Moved(after, left);
    }

    private record Moved(String text, List<String> left) {}
}
