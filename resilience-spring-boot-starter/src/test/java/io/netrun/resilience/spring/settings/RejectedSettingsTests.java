package io.netrun.resilience.spring.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.annotation.AttemptTimeout;
import io.netrun.resilience.annotation.Bulkhead;
import io.netrun.resilience.annotation.CircuitBreaker;
import io.netrun.resilience.annotation.Fallback;
import io.netrun.resilience.annotation.Hedge;
import io.netrun.resilience.annotation.PatternOrder;
import io.netrun.resilience.annotation.RateLimiter;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.annotation.Timeout;
import io.netrun.resilience.retry.RetryConfig;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.autoconfigure.ResilienceHttpClientsAutoConfiguration;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/** A name that something uses is in use, whatever is wrong with it. */
@ExtendWith(OutputCaptureExtension.class)
class RejectedSettingsTests {

    private static final String UNUSED = "is not in use";

    private final ApplicationContextRunner runner =
            new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(ResilienceAutoConfiguration.class));

    private void fails(Class<?> bean, CapturedOutput output, String problem, String... properties) {
        runner.withBean(bean).withPropertyValues(properties).run(context -> {
            assertThat(context)
                    .getFailure()
                    .isInstanceOf(ResilienceConfigurationException.class)
                    .hasMessageContaining(problem);
            assertThat(((ResilienceConfigurationException) context.getStartupFailure()).problems())
                    .hasSize(1);
            assertThat(output).doesNotContain(UNUSED);
        });
    }

    static class Keyed {

        @Timeout(name = "fam", key = "#k")
        @Bulkhead(name = "fam", key = "#k")
        @RateLimiter(name = "fam", key = "#k")
        @Retry(name = "fam", key = "#k")
        @Hedge(name = "fam", key = "#k")
        @CircuitBreaker(name = "fam", key = "#k")
        public CompletableFuture<String> call(String k) {
            return CompletableFuture.completedFuture(k);
        }
    }

    static class Plain {

        @Fallback(name = "fam", method = "other")
        @Timeout(name = "fam")
        @Bulkhead(name = "fam")
        @RateLimiter(name = "fam")
        @Retry(name = "fam")
        @Hedge(name = "fam")
        @CircuitBreaker(name = "fam")
        @AttemptTimeout(name = "attempt")
        public CompletableFuture<String> call(String k) {
            return CompletableFuture.completedFuture(k);
        }

        CompletableFuture<String> other(String k) {
            return CompletableFuture.completedFuture(k);
        }
    }

    /** One setting of each pattern, and a value out of its range. */
    static Stream<String[]> outOfRange() {
        return Stream.of(
                new String[] {"timeout", "duration", "PT0S"},
                new String[] {"bulkhead", "max-concurrent", "-1"},
                new String[] {"rate-limiter", "limit", "0"},
                new String[] {"retry", "max-attempts", "0"},
                new String[] {"hedge", "max-attempts", "0"},
                new String[] {"circuit-breaker", "failure-threshold", "0"});
    }

    @ParameterizedTest
    @ValueSource(strings = {"timeout", "bulkhead", "rate-limiter", "retry", "hedge", "circuit-breaker"})
    void familyWithARejectedLimitShouldBeInUse(String pattern, CapturedOutput output) {
        fails(Keyed.class, output, "max-keys is 0", "resilience." + pattern + ".instances.fam.max-keys=0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"timeout", "bulkhead", "rate-limiter", "retry", "hedge", "circuit-breaker"})
    void familyWithAnUnreadableLimitShouldBeInUse(String pattern, CapturedOutput output) {
        fails(Keyed.class, output, "'many'", "resilience." + pattern + ".instances.fam.max-keys=many");
    }

    @ParameterizedTest
    @MethodSource("outOfRange")
    void familyWithARejectedSettingShouldBeInUse(String pattern, String key, String value, CapturedOutput output) {
        fails(Keyed.class, output, value, "resilience." + pattern + ".instances.fam." + key + "=" + value);
    }

    @ParameterizedTest
    @MethodSource("outOfRange")
    void instanceWithARejectedSettingShouldBeInUse(String pattern, String key, String value, CapturedOutput output) {
        fails(Plain.class, output, value, "resilience." + pattern + ".instances.fam." + key + "=" + value);
    }

    @ParameterizedTest
    @MethodSource("outOfRange")
    void familyWithAnUnknownBaseShouldBeInUse(String pattern, String key, String value, CapturedOutput output) {
        fails(Keyed.class, output, "is 'big', which is not under", "resilience." + pattern + ".instances.fam.base=big");
    }

    @ParameterizedTest
    @MethodSource("outOfRange")
    void basesOfARejectedFamilyShouldBeInUse(String pattern, String key, String value, CapturedOutput output) {
        fails(
                Keyed.class,
                output,
                "max-keys is 0",
                "resilience." + pattern + ".bases.big.enabled=true",
                "resilience." + pattern + ".bases.big.base=huge",
                "resilience." + pattern + ".bases.huge.max-keys=0",
                "resilience." + pattern + ".instances.fam.base=big");
    }

    @ParameterizedTest
    @ValueSource(classes = {Keyed.class, Plain.class})
    void nameWhoseCustomizerFailsShouldBeInUse(Class<?> bean, CapturedOutput output) {
        runner.withBean(bean)
                .withBean(Failing.class)
                .withPropertyValues(
                        "resilience.retry.instances.fam.max-attempts=4",
                        "resilience.bulkhead.instances.fam.max-queue=4")
                .run(context -> {
                    assertThat(context).getFailure().hasMessageContaining("failed: java.lang.IllegalStateException");
                    assertThat(output).doesNotContain(UNUSED);
                });
    }

    static class Failing {

        @Bean
        static ConfigCustomizer<RetryConfig> customizer() {
            return ConfigCustomizer.of(RetryConfig.class, (name, config) -> {
                throw new IllegalStateException("broken");
            });
        }
    }

    /** The section of a rejected family in a source that cannot list its names. */
    @Test
    void baseNamedByAVariableOfARejectedFamilyShouldBeInUse(CapturedOutput output) {
        runner.withBean(Keyed.class)
                .withPropertyValues("resilience.bulkhead.bases.big.max-keys=0")
                .withInitializer(context -> context.getEnvironment()
                        .getPropertySources()
                        .addFirst(new SystemEnvironmentPropertySource(
                                "systemEnvironment", Map.of("RESILIENCE_BULKHEAD_INSTANCES_FAM_BASE", "big"))))
                .run(context -> {
                    assertThat(context).getFailure().hasMessageContaining("max-keys is 0");
                    assertThat(output).doesNotContain(UNUSED);
                });
    }

    /** A base that cannot be read may be any. */
    @Test
    void baseBesideAnUnreadableOneShouldNotBeCalledUnused(CapturedOutput output) {
        fails(
                Plain.class,
                output,
                "${absent}",
                "resilience.retry.bases.big.max-attempts=4",
                "resilience.retry.instances.fam.base=${absent}");
    }

    static class WrongKey {

        @Bulkhead(name = "fam", key = "#absent.length(")
        @Retry(name = "other")
        public void call(String k) {}
    }

    @Test
    void familyWithAWrongKeyShouldBeInUse(CapturedOutput output) {
        fails(
                WrongKey.class,
                output,
                "#absent",
                "resilience.bulkhead.instances.fam.max-concurrent=4",
                "resilience.retry.instances.other.max-attempts=4");
    }

    static class WrongName {

        @Bulkhead(name = "fam:eu", key = "#k")
        public void call(String k) {}
    }

    @Test
    void familyWithAColonShouldBeInUse(CapturedOutput output) {
        runner.withBean(WrongName.class)
                .withInitializer(context -> context.getEnvironment()
                        .getPropertySources()
                        .addFirst(new MapPropertySource(
                                "file", Map.of("resilience.bulkhead.instances[fam:eu].max-concurrent", 4))))
                .run(context -> {
                    assertThat(context).getFailure().hasMessageContaining("a colon in its name");
                    assertThat(output).doesNotContain("'fam:eu' has settings in the configuration");
                });
    }

    static class WrongOrder {

        @PatternOrder("retri")
        @Bulkhead(name = "fam")
        @Retry(name = "keyed", key = "#k")
        public void call(String k) {}
    }

    @Test
    void namesWithAWrongOrderShouldBeInUse(CapturedOutput output) {
        fails(
                WrongOrder.class,
                output,
                "retri",
                "resilience.bulkhead.instances.fam.max-concurrent=4",
                "resilience.retry.instances.keyed.max-attempts=4");
    }

    static class WrongReturnType {

        @Bulkhead(name = "fam")
        @Retry(name = "keyed", key = "#k")
        public FutureTask<String> call(String k) {
            return new FutureTask<>(() -> k);
        }
    }

    @Test
    void namesOfAReturnTypeThatIsRejectedShouldBeInUse(CapturedOutput output) {
        fails(
                WrongReturnType.class,
                output,
                "FutureTask",
                "resilience.bulkhead.instances.fam.max-concurrent=4",
                "resilience.retry.instances.keyed.max-attempts=4");
    }

    static class Hidden {

        @Bulkhead(name = "fam")
        @Retry(name = "keyed", key = "#k")
        public final void call(String k) {}
    }

    @Test
    void namesOfAMethodThatNoProxyReachesShouldBeInUse(CapturedOutput output) {
        fails(
                Hidden.class,
                output,
                "is final",
                "resilience.bulkhead.instances.fam.max-concurrent=4",
                "resilience.retry.instances.keyed.max-attempts=4");
    }

    static final class FinalClass {

        @Bulkhead(name = "fam")
        @Retry(name = "keyed", key = "#k")
        public void call(String k) {}
    }

    @Test
    void namesOfABeanThatIsNotProtectedShouldBeInUse(CapturedOutput output) {
        runner.withBean(FinalClass.class)
                .withPropertyValues(
                        "resilience.bulkhead.instances.fam.max-concurrent=4",
                        "resilience.retry.instances.keyed.max-attempts=4")
                .run(context -> {
                    assertThat(context).hasFailed();
                    assertThat(output).doesNotContain(UNUSED);
                });
    }

    static class Both {

        @Bulkhead(name = "fam", key = "#k")
        public void keyed(String k) {}

        @Bulkhead(name = "fam")
        public void plain(String k) {}
    }

    @Test
    void nameWithAndWithoutAKeyShouldBeInUse(CapturedOutput output) {
        fails(Both.class, output, "has a key in", "resilience.bulkhead.instances.fam.max-concurrent=4");
    }

    static class TwoLimits {

        @Bulkhead(name = "fam", key = "#k", maxKeys = 4)
        public void one(String k) {}

        @Bulkhead(name = "fam", key = "#k", maxKeys = 5)
        public void two(String k) {}
    }

    @Test
    void familyWithTwoLimitsShouldBeInUse(CapturedOutput output) {
        fails(
                TwoLimits.class,
                output,
                "has different limits of keys",
                "resilience.bulkhead.instances.fam.max-concurrent=4");
    }

    @Test
    void namesShouldBeInUseWhereNothingIsProtected(CapturedOutput output) {
        for (Class<?> bean : new Class<?>[] {Keyed.class, Plain.class}) {
            runner.withBean(bean)
                    .withPropertyValues(
                            "resilience.enabled=false", "resilience.bulkhead.instances.fam.max-concurrent=4")
                    .run(context -> {
                        assertThat(context).hasNotFailed();
                        assertThat(output).doesNotContain(UNUSED);
                    });
        }
    }

    /** The family is rejected, and its name resembles that of another one in use. */
    @Test
    void rejectedFamilyShouldNotBeTakenForAMisspelledName(CapturedOutput output) {
        runner.withBean(Keyed.class)
                .withBean(Similar.class)
                .withPropertyValues("resilience.bulkhead.instances.fam.max-keys=0")
                .run(context -> assertThat(((ResilienceConfigurationException) context.getStartupFailure()).problems())
                        .hasSize(1));
    }

    static class Similar {

        @Bulkhead(name = "famm")
        public void call() {}
    }

    @ParameterizedTest
    @CsvSource({"failure-statuses, 9xx", "retry-methods, GETT", "retri, fam"})
    void namesOfARejectedClientShouldBeInUse(String key, String value, CapturedOutput output) {
        runner.withConfiguration(AutoConfigurations.of(ResilienceHttpClientsAutoConfiguration.class))
                .withPropertyValues(
                        "resilience.http-clients.shop.retry=fam",
                        "resilience.http-clients.shop." + key + "=" + value,
                        "resilience.retry.instances.fam.max-attempts=4")
                .run(context -> {
                    assertThat(context).hasFailed();
                    assertThat(output)
                            .as("but the client itself, which no code has requested")
                            .doesNotContain("Retry 'fam' has settings");
                });
    }

    @Test
    void otherNamesShouldStillBeCalledUnused(CapturedOutput output) {
        runner.withBean(Keyed.class)
                .withPropertyValues(
                        "resilience.bulkhead.instances.fam.max-keys=0",
                        "resilience.bulkhead.instances.warehouse.max-concurrent=4")
                .run(context -> {
                    assertThat(context).hasFailed();
                    assertThat(output)
                            .contains("Bulkhead 'warehouse' has settings")
                            .contains(UNUSED);
                });
    }
}
