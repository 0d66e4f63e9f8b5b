package io.netrun.resilience.spring.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.mapping.MappingTable;
import io.netrun.resilience.spring.mapping.MappingTable.Row;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** A value of resilience4j that nobody can read stops the start, and is never taken as an absent one. */
class UnreadableForeignSettingsTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(ResilienceAutoConfiguration.class))
            .withPropertyValues("resilience.compatibility=resilience4j");

    /** Names and texts without a form of their own may have any value. */
    static Stream<Row> settings() {
        return MappingTable.get()
                .rows(MappingTable.RESILIENCE4J, "setting")
                .filter(row -> !row.kind().equals("text")
                        && !(row.here().name().isEmpty()
                                && Set.of("class", "classes").contains(row.kind())));
    }

    @ParameterizedTest
    @MethodSource("settings")
    void unreadableValueShouldStopTheStart(Row row) {
        assertFailure(
                "resilience4j." + row.section().from() + ".instances.q."
                        + row.there().name(),
                "?!");
    }

    @ParameterizedTest
    @MethodSource("settings")
    void unreadableValueOfABaseShouldStopTheStart(Row row) {
        String section = "resilience4j." + row.section().from();
        runner.withPropertyValues(
                        section + ".instances.q.base-config=shared",
                        section + ".configs.shared." + row.there().name() + "=?!")
                .run(context -> assertThat(context)
                        .getFailure()
                        .isInstanceOf(ResilienceConfigurationException.class)
                        .hasMessageContaining(section + ".configs.shared."));
    }

    @ParameterizedTest
    @MethodSource("settings")
    void unreadableValueOfAnUnusedBaseShouldStopTheStart(Row row) {
        assertFailure(
                "resilience4j." + row.section().from() + ".configs.unused."
                        + row.there().name(),
                "?!");
    }

    @Test
    void overriddenValueOfABaseShouldStopTheStart() {
        String section = "resilience4j.ratelimiter";
        runner.withPropertyValues(
                        section + ".configs.shared.limitForPeriod=abc",
                        section + ".instances.q.baseConfig=shared",
                        section + ".instances.q.limitForPeriod=3")
                .run(context -> assertThat(context)
                        .getFailure()
                        .isInstanceOf(ResilienceConfigurationException.class)
                        .hasMessageContaining(section + ".configs.shared.limitForPeriod")
                        .hasMessageContaining("abc"));
    }

    @Test
    void orderThatIsNoNumberShouldStopTheStart() {
        assertFailure("resilience4j.retry.retryAspectOrder", "first");
    }

    @Test
    void baseThatIsMissingShouldStopTheStart() {
        assertFailure("resilience4j.retry.instances.q.baseConfig", "missing");
    }

    @Test
    void readableBaseThatNothingUsesShouldNotStopTheStart() {
        runner.withPropertyValues("resilience4j.retry.configs.unused.maxAttempts=2")
                .run(context -> assertThat(context).hasNotFailed());
    }

    /** An empty list of exceptions to ignore is one, and is its default. */
    static Stream<Row> settingsThatNeedAValue() {
        return settings().filter(row -> !row.there().name().equals("ignore-exceptions"));
    }

    @ParameterizedTest
    @MethodSource("settingsThatNeedAValue")
    void emptyValueShouldStopTheStart(Row row) {
        assertFailure(
                "resilience4j." + row.section().from() + ".instances.q."
                        + row.there().name(),
                "");
    }

    @ParameterizedTest
    @ValueSource(strings = {"instances.q", "configs.default"})
    void limitThatIsNoNumberShouldStopTheStart(String block) {
        for (String value : new String[] {"abc", "0", "-5", "1e1", "3.5", "", "99999999999"}) {
            assertFailure("resilience4j.ratelimiter." + block + ".limitForPeriod", value);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"xyz", "0", "0s", "-1s", "-1", "", "1 fortnight"})
    void periodThatIsNoneShouldStopTheStart(String period) {
        for (String block : new String[] {"instances.q", "configs.default"}) {
            runner.withPropertyValues(
                            "resilience4j.ratelimiter." + block + ".limitForPeriod=3",
                            "resilience4j.ratelimiter." + block + ".limitRefreshPeriod=" + period)
                    .run(context -> assertThat(context)
                            .getFailure()
                            .isInstanceOf(ResilienceConfigurationException.class)
                            .hasMessageContaining("limitRefreshPeriod"));
        }
    }

    @Test
    void originOfABaseShouldBeItsLine() {
        runner.withPropertyValues(
                        "resilience4j.bulkhead.configs.sh.maxConcurrentCalls=7",
                        "resilience4j.bulkhead.instances.fam.baseConfig=sh")
                .run(context -> {
                    InstanceFactory factory = context.getBean(InstanceFactory.class);
                    Bulkhead bulkhead = context.getBean(io.netrun.resilience.ResilienceRegistry.class)
                            .getOrCreate(Bulkhead.TYPE, "fam");
                    assertThat(bulkhead.config().maxConcurrent()).isEqualTo(7);
                    assertThat(factory.effectiveSettings()
                                    .origin(PatternDescriptors.of(Bulkhead.TYPE), bulkhead, "maxConcurrent"))
                            .contains("resilience4j.bulkhead.configs.sh.maxConcurrentCalls")
                            .doesNotContain("default of resilience4j");
                });
    }

    private void assertFailure(String key, String value) {
        runner.withPropertyValues(key + "=" + value)
                .run(context -> assertThat(context)
                        .as(key + "=" + value)
                        .getFailure()
                        .isInstanceOf(ResilienceConfigurationException.class)
                        .hasMessageContaining(key));
    }
}
