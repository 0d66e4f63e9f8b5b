package io.netrun.resilience.spring.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.ratelimiter.RateLimiter;
import io.netrun.resilience.retry.Jitter;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import io.netrun.resilience.timeout.Timeout;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.env.MapPropertySource;

/**
 * Numbers and other values of property sources that are no texts, such as those in YAML, mean what their texts mean.
 */
class NumberSettingTests {

    private final ApplicationContextRunner runner =
            new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(ResilienceAutoConfiguration.class));

    static Stream<Arguments> unreadable() {
        return Stream.of(
                Arguments.of("rate-limiter.instances.x.limit", 2.9, "a whole number"),
                Arguments.of("rate-limiter.instances.x.limit", 0.5, "a whole number"),
                Arguments.of("rate-limiter.instances.x.limit", 2.9f, "a whole number"),
                Arguments.of("rate-limiter.instances.x.limit", new BigDecimal("2.9"), "a whole number"),
                Arguments.of("rate-limiter.instances.x.limit", 4294967299L, "a whole number"),
                Arguments.of("rate-limiter.instances.x.limit", 1e300, "a whole number"),
                Arguments.of("rate-limiter.instances.x.limit", new BigDecimal("1e2147483647"), "a whole number"),
                Arguments.of("rate-limiter.instances.x.limit", true, "a whole number"),
                Arguments.of("rate-limiter.instances.x.limit", 'x', "a whole number"),
                Arguments.of("rate-limiter.instances.x.burst", 7.5, "a whole number"),
                Arguments.of("bulkhead.instances.x.max-queue", Double.NaN, "a whole number"),
                Arguments.of("bulkhead.instances.x.max-queue", -0.5, "a whole number"),
                Arguments.of("retry.instances.x.max-attempts", 1.99, "a whole number"),
                Arguments.of("retry.defaults.max-attempts", 1.99, "a whole number"),
                Arguments.of("bulkhead.defaults.max-keys", 2.5, "a whole number"),
                Arguments.of("retry.instances.x.base-delay", 2.5, "a duration"),
                Arguments.of("retry.instances.x.base-delay", 2, "a duration"),
                Arguments.of("hedge.instances.x.delay", 2, "a duration"),
                Arguments.of("retry.instances.x.jitter", 1, "one of"),
                Arguments.of("retry.instances.x.on-exhausted", 0, "one of"),
                Arguments.of("circuit-breaker.defaults.detection", 1, "one of"),
                Arguments.of("circuit-breaker.instances.x.failure-rate-threshold", 'x', "a number"),
                Arguments.of("retry.instances.x.enabled", 2, "true or false"),
                Arguments.of("retry.instances.x.enabled", 0.5, "true or false"),
                Arguments.of("retry.instances.x.match-causes", 7, "true or false"),
                Arguments.of("validation", 0, "one of"),
                Arguments.of("metrics.keyed", 0, "one of"),
                Arguments.of("propagate-mdc", 5, "true or false"));
    }

    @ParameterizedTest
    @MethodSource("unreadable")
    void valueOfAnotherKindShouldFailTheStart(String key, Object value, String expected) {
        with(
                key,
                value,
                context -> assertThat(context)
                        .getFailure()
                        .hasMessageContaining("resilience." + key.replaceAll("instances\\.x", "instances[x]"))
                        .hasMessageContaining("is '" + value + "', which cannot be read as " + expected));
    }

    static Stream<Number> five() {
        return Stream.of(
                5,
                5L,
                (short) 5,
                (byte) 5,
                5.0,
                5f,
                new BigDecimal("0.5E1"),
                new BigDecimal("5.000"),
                BigInteger.valueOf(5),
                new AtomicInteger(5));
    }

    @ParameterizedTest
    @MethodSource("five")
    void wholeNumberShouldBeReadHoweverItIsWritten(Number five) {
        with(
                "retry.instances.x.max-attempts",
                five,
                context -> assertThat(registry(context)
                                .find(Retry.TYPE, "x")
                                .orElseThrow()
                                .config()
                                .maxAttempts())
                        .isEqualTo(5));
    }

    @Test
    void characterShouldBeReadAsItsText() {
        with(
                "retry.instances.x.max-attempts",
                '7',
                context -> assertThat(registry(context)
                                .find(Retry.TYPE, "x")
                                .orElseThrow()
                                .config()
                                .maxAttempts())
                        .isEqualTo(7));
    }

    @Test
    void largeNumberShouldBeReadInScientificNotation() {
        with(
                "rate-limiter.instances.x.limit",
                1e3,
                context -> assertThat(registry(context)
                                .find(RateLimiter.TYPE, "x")
                                .orElseThrow()
                                .config()
                                .limit())
                        .isEqualTo(1_000));
    }

    static Stream<Number> fractions() {
        return Stream.of(0.1, 0.1f, new BigDecimal("0.1"));
    }

    @ParameterizedTest
    @MethodSource("fractions")
    void fractionShouldBeReadAsItIsWritten(Number fraction) {
        with(
                "circuit-breaker.instances.x.failure-rate-threshold",
                fraction,
                context -> assertThat(registry(context)
                                .find(CircuitBreaker.TYPE, "x")
                                .orElseThrow()
                                .config()
                                .failureRateThreshold())
                        .isEqualTo(0.1));
    }

    @ParameterizedTest
    @CsvSource({"1, true", "0, false"})
    void switchShouldBeReadFromTheNumbersThatItsTextMayBe(int number, boolean enabled) {
        with(
                "retry.instances.x.enabled",
                number,
                context -> assertThat(registry(context)
                                .find(Retry.TYPE, "x")
                                .orElseThrow()
                                .isEnabled())
                        .isEqualTo(enabled));
    }

    @ParameterizedTest
    @CsvSource({"true, EQUAL", "false, NONE"})
    void switchShouldStillChooseTheJitter(boolean written, Jitter jitter) {
        with(
                "retry.instances.x.jitter",
                written,
                context -> assertThat(registry(context)
                                .find(Retry.TYPE, "x")
                                .orElseThrow()
                                .config()
                                .jitter())
                        .isEqualTo(jitter));
    }

    @Test
    void textShouldBeReadFromANumber() {
        with(
                "timeout.instances.x.message",
                1.50,
                context -> assertThat(registry(context)
                                .find(Timeout.TYPE, "x")
                                .orElseThrow()
                                .config()
                                .message())
                        .isEqualTo("1.5"));
    }

    @ParameterizedTest
    @CsvSource({"2.9", "2.0", "1e1", "'5x'", "true", "NaN"})
    void operatorShouldNotChangeAWholeNumberToAnotherOne(String written) {
        runner.withPropertyValues("resilience.bulkhead.instances.x.max-concurrent=4")
                .run(context -> {
                    Bulkhead bulkhead =
                            registry(context).find(Bulkhead.TYPE, "x").orElseThrow();
                    RuntimeSettings settings = new RuntimeSettings(context.getBean(InstanceFactory.class));
                    boolean isText = written.equals("5x") || written.equals("NaN");
                    String json = "{\"maxConcurrent\": " + (isText ? "\"" + written + "\"" : written) + "}";
                    assertThatThrownBy(() -> settings.change(PatternDescriptors.of(Bulkhead.TYPE), bulkhead, json))
                            .isInstanceOf(ResilienceConfigurationException.class)
                            .hasMessageContaining("cannot be read as a whole number");
                    assertThat(bulkhead.config().maxConcurrent()).isEqualTo(4);
                });
    }

    private void with(String key, Object value, Consumer<AssertableApplicationContext> check) {
        runner.withInitializer(context -> context.getEnvironment()
                        .getPropertySources()
                        .addFirst(new MapPropertySource("yaml", Map.of("resilience." + key, value))))
                .run(check::accept);
    }

    private static ResilienceRegistry registry(AssertableApplicationContext context) {
        return context.getBean(ResilienceRegistry.class);
    }
}
