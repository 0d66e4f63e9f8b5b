package io.netrun.resilience.spring.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.pattern.Option;
import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** Keys that mean nothing here: words of other libraries, typing errors, and all others. */
class UnknownKeyTests {

    private final ApplicationContextRunner runner =
            new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(ResilienceAutoConfiguration.class));

    @ParameterizedTest
    @CsvSource({
        "retry.instances.x.wait-duration, base-delay",
        "retry.instances.x.waitDuration, base-delay",
        "retry.defaults.WAIT_DURATION, base-delay",
        "retry.instances.x.max-retries, max-attempts",
        "retry.instances.x.retry-exceptions[0], exceptions",
        "retry.instances.x.no-retry-for, ignore-exceptions",
        "circuit-breaker.instances.x.minimum-number-of-calls, minimum-calls",
        "circuit-breaker.instances.x.wait-duration-in-open-state, open-duration",
        "circuit-breaker.instances.x.failure-ratio, failure-rate-threshold",
        "circuitbreaker.instances.x.sliding-window-size, window-size",
        "bulkhead.instances.x.max-concurrent-calls, max-concurrent",
        "bulkhead.instances.x.waiting-task-queue, max-queue",
        "ratelimiter.instances.x.limit-for-period, limit",
        "rate-limiter.instances.x.timeout-duration, max-wait",
        "timeout.instances.x.timeout-duration, duration",
        "timelimiter.instances.x.duration, timeout",
        "thread-pool-bulkhead.instances.x.max-queue, bulkhead",
        "retry.configs.slow.max-attempts, bases",
        "retry.instances.x.base-config, base",
        "retry.backends.x.max-attempts, instances"
    })
    void wordOfAnotherLibraryShouldLeadToTheRightKey(String key, String right) {
        runner.withPropertyValues("resilience." + key + "=1")
                .run(context -> assertThat(problems(context.getStartupFailure()))
                        .singleElement()
                        .satisfies(problem -> assertThat(problem.remedy()).startsWith("Use '" + right + "'")));
    }

    @Test
    void wordWithoutCounterpartShouldSayWhatToDo() {
        runner.withPropertyValues(
                        "resilience.retry.instances.x.event-consumer-buffer-size=9",
                        "resilience.retry.retry-aspect-order=3",
                        "resilience.circuit-breaker.instances.x.record-result-predicate=com.shop.Failed")
                .run(context -> assertThat(problems(context.getStartupFailure()))
                        .extracting(Problem::remedy)
                        .anyMatch(remedy -> remedy.startsWith("Remove it: the last 20 events"))
                        .anyMatch(remedy -> remedy.startsWith("Set resilience.order"))
                        .anyMatch(remedy -> remedy.startsWith("Use 'failure-result'"))
                        .hasSize(3));
    }

    @Test
    void keysOfAnUnknownSectionShouldBeReportedWithIt() {
        runner.withPropertyValues(
                        "resilience.timelimiter.instances.x.timeout-duration=1s",
                        "resilience.timelimiter.instances.y.timeout-duration=1s",
                        "resilience.timelimiter.instances.y.duration=1s")
                .run(context -> assertThat(problems(context.getStartupFailure()))
                        .extracting(Problem::remedy)
                        .satisfiesExactly(
                                remedy -> assertThat(remedy).startsWith("Use 'timeout'"),
                                remedy -> assertThat(remedy).startsWith("Use 'duration'"),
                                remedy -> assertThat(remedy).startsWith("Use 'duration'")));
    }

    @Test
    void listShouldBeReportedOnce() {
        runner.withPropertyValues(
                        "resilience.circuit-breaker.instances.backendB.record-exceptions[0]=java.io.IOException",
                        "resilience.circuit-breaker.instances.backendB.record-exceptions[1]=java.lang.Error",
                        "resilience.circuit-breaker.instances.backendB.record-exceptions[2]=java.lang.Exception")
                .run(context -> assertThat(problems(context.getStartupFailure()))
                        .singleElement()
                        .satisfies(problem -> assertThat(problem.description())
                                .contains("'resilience.circuit-breaker.instances.backendB.record-exceptions'")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"instances.backendB.maxAtempts", "instances[backendB].max-atempts", "instances.A.B.atempts"})
    void unknownKeyShouldBeShownAsItIsWritten(String key) {
        runner.withPropertyValues("resilience.retry." + key + "=3")
                .run(context -> assertThat(problems(context.getStartupFailure()))
                        .singleElement()
                        .satisfies(problem ->
                                assertThat(problem.description()).contains("in 'resilience.retry." + key + "'")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "retry.defaults.open-duration",
                "retry.defaults.min-attempts",
                "retry.defaults.max-daily",
                "bulkhead.defaults.max-active",
                "circuit-breaker.defaults.window-style",
                "cache.defaults.size"
            })
    void keyThatIsNotNearShouldHaveNoSuggestion(String key) {
        runner.withPropertyValues("resilience." + key + "=1")
                .run(context -> assertThat(problems(context.getStartupFailure()))
                        .singleElement()
                        .satisfies(problem -> assertThat(problem.remedy()).startsWith("Known here: ")));
    }

    @ParameterizedTest
    @CsvSource({
        "retry.defaults.max-atempts, max-attempts",
        "retry.defaults.max-attempt, max-attempts",
        "retry.defaults.maxAttemps, max-attempts",
        "retry.defaults.base-dealy, base-delay",
        "retry.defaults.jiter, jitter",
        "retry.instance.x.jitter, instances",
        "bulkhed.defaults.max-queue, bulkhead"
    })
    void mistypedKeyShouldHaveTheNearestOne(String key, String nearest) {
        runner.withPropertyValues("resilience." + key + "=1")
                .run(context -> assertThat(problems(context.getStartupFailure()))
                        .singleElement()
                        .satisfies(
                                problem -> assertThat(problem.remedy()).startsWith("Did you mean '" + nearest + "'?")));
    }

    @Test
    void settingDirectlyUnderThePatternShouldLeadBelow() {
        runner.withPropertyValues("resilience.retry.max-attempts=3")
                .run(context -> assertThat(problems(context.getStartupFailure()))
                        .singleElement()
                        .satisfies(problem -> assertThat(problem.remedy()).startsWith("Write it under 'defaults'")));
    }

    static Stream<ForeignNames.Key> keys() {
        return ForeignNames.keys().stream();
    }

    @ParameterizedTest
    @MethodSource("keys")
    void keyThatReplacesAWordShouldExist(ForeignNames.Key key) {
        List<String> known = switch (key.section()) {
            case ForeignNames.ROOT ->
                PatternDescriptors.all().stream().map(PatternDescriptor::key).toList();
            case ForeignNames.GROUP -> List.of("defaults", "instances", "bases");
            default -> keysOf(PatternDescriptors.byKey(key.section()).orElseThrow());
        };
        assertThat(known).containsAll(key.keys()).doesNotContain(key.word());
        assertThat(key.remedy()).isNotBlank();
        assertThat(ForeignNames.key(key.section(), key.word())).isPresent();
    }

    private static List<String> keysOf(PatternDescriptor<?, ?> pattern) {
        return Stream.of(
                        Setting.of(pattern).stream().map(Setting::key),
                        pattern.options().stream().map(Option::key),
                        Stream.of("base"))
                .flatMap(keys -> keys)
                .toList();
    }

    private static List<Problem> problems(Throwable failure) {
        assertThat(failure).isInstanceOf(ResilienceConfigurationException.class);
        return ((ResilienceConfigurationException) failure).problems();
    }
}
