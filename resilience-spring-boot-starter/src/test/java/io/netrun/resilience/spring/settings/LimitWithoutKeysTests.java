package io.netrun.resilience.spring.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.annotation.AttemptTimeout;
import io.netrun.resilience.annotation.Bulkhead;
import io.netrun.resilience.annotation.CircuitBreaker;
import io.netrun.resilience.annotation.Hedge;
import io.netrun.resilience.annotation.RateLimiter;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.annotation.Timeout;
import io.netrun.resilience.bulkhead.BulkheadConfig;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/** A limit of keys has no effect where there are no keys. */
@ExtendWith(OutputCaptureExtension.class)
class LimitWithoutKeysTests {

    private static final String NO_EFFECT = "but has no effect";

    private final ApplicationContextRunner runner =
            new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(ResilienceAutoConfiguration.class));

    static class Plain {

        @Timeout(name = "pay")
        @Bulkhead(name = "pay")
        @RateLimiter(name = "pay")
        @Retry(name = "pay")
        @Hedge(name = "pay")
        @CircuitBreaker(name = "pay")
        public CompletableFuture<String> call(String k) {
            return CompletableFuture.completedFuture(k);
        }
    }

    static class Keyed {

        @Bulkhead(name = "fam", key = "#k", maxKeys = 7)
        public void call(String k) {}
    }

    @ParameterizedTest
    @CsvSource({
        "timeout, Timeout",
        "bulkhead, Bulkhead",
        "rate-limiter, RateLimiter",
        "retry, Retry",
        "hedge, Hedge",
        "circuit-breaker, CircuitBreaker"
    })
    void limitOfAnInstanceShouldBeAWarning(String pattern, String title, CapturedOutput output) {
        String key = "resilience." + pattern + ".instances";
        runner.withBean(Plain.class).withPropertyValues(key + ".pay.max-keys=5").run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(output)
                    .containsOnlyOnce(NO_EFFECT)
                    .contains(" WARN ")
                    .contains(title + " 'pay': " + key + "[pay].max-keys (")
                    .contains(") is '5', but has no effect, because the instance has no keys. Set a key in the"
                            + " annotation that names it, so that there is an instance for each key, or remove"
                            + " max-keys.");
        });
    }

    @ParameterizedTest
    @CsvSource({"0", "many", "${absent}"})
    void limitThatNobodyReadsShouldBeAWarningToo(String value, CapturedOutput output) {
        runner.withBean(Plain.class)
                .withPropertyValues("resilience.bulkhead.instances.pay.max-keys=" + value)
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(output).containsOnlyOnce(NO_EFFECT).contains("max-keys");
                });
    }

    @Test
    void limitInAVariableShouldBeAWarning(CapturedOutput output) {
        runner.withBean(Plain.class)
                .withInitializer(context -> context.getEnvironment()
                        .getPropertySources()
                        .addFirst(new SystemEnvironmentPropertySource(
                                "systemEnvironment", Map.of("RESILIENCE_BULKHEAD_INSTANCES_PAY_MAXKEYS", "5"))))
                .run(context -> assertThat(output).containsOnlyOnce(NO_EFFECT).contains("'5'"));
    }

    @Test
    void limitOfAnInstanceFromCodeShouldBeAWarning(CapturedOutput output) {
        runner.withBean(Requesting.class)
                .withPropertyValues("resilience.bulkhead.instances.pay.max-keys=5")
                .run(context -> assertThat(output).containsOnlyOnce(NO_EFFECT));
    }

    static class Requesting {

        Requesting(ResilienceRegistry registry) {
            registry.getOrCreate(io.netrun.resilience.bulkhead.Bulkhead.TYPE, "pay");
        }
    }

    @Test
    void limitOfAFamilyShouldBeNoWarning(CapturedOutput output) {
        runner.withBean(Keyed.class)
                .withBean(OfCode.class)
                .withPropertyValues(
                        "resilience.bulkhead.defaults.max-keys=50",
                        "resilience.bulkhead.bases.shared.max-keys=9",
                        "resilience.bulkhead.instances.fam.base=shared",
                        "resilience.bulkhead.instances.fam.max-keys=5",
                        "resilience.bulkhead.instances.code.max-keys=5")
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(output).doesNotContain("max-keys").doesNotContain("maxKeys");
                });
    }

    static class OfCode {

        OfCode(ResilienceRegistry registry) {
            registry.keyed(io.netrun.resilience.bulkhead.Bulkhead.TYPE, "code", BulkheadConfig.defaults(), 5);
        }
    }

    /** Its section is reported as not in use so far, and its keys are not reported. */
    @Test
    void limitOfALaterFamilyShouldBeNoWarning(CapturedOutput output) {
        runner.withUserConfiguration(Later.class)
                .withPropertyValues("resilience.bulkhead.instances.code.max-keys=5")
                .run(context -> {
                    context.getBean(OfCode.class);
                    assertThat(output).contains("so far").doesNotContain(NO_EFFECT);
                });
    }

    static class Later {

        @Bean
        @Lazy
        OfCode later(ResilienceRegistry registry) {
            return new OfCode(registry);
        }
    }

    @Test
    void limitOfAKeyShouldBeAWarning(CapturedOutput output) {
        runner.withBean(Keyed.class)
                .withInitializer(context -> context.getEnvironment()
                        .getPropertySources()
                        .addFirst(new MapPropertySource(
                                "file", Map.of("resilience.bulkhead.instances[fam:acme].max-keys", 5))))
                .run(context -> assertThat(output)
                        .containsOnlyOnce(NO_EFFECT)
                        .contains("it is the instance of one key. Set max-keys in the section of the family 'fam', or"
                                + " remove it."));
    }

    @Test
    void limitOfABaseWithoutFamiliesShouldBeAWarning(CapturedOutput output) {
        runner.withBean(Plain.class)
                .withPropertyValues(
                        "resilience.bulkhead.bases.big.base=huge",
                        "resilience.bulkhead.bases.huge.max-keys=9",
                        "resilience.bulkhead.instances.pay.base=big")
                .run(context -> assertThat(output)
                        .containsOnlyOnce(NO_EFFECT)
                        .contains("The base 'huge' of Bulkhead: resilience.bulkhead.bases[huge].max-keys")
                        .contains("no instance that builds on it has keys"));
    }

    @Test
    void limitOfABaseThatAFamilySharesShouldBeNoWarning(CapturedOutput output) {
        runner.withBean(Plain.class)
                .withBean(Keyed.class)
                .withPropertyValues(
                        "resilience.bulkhead.bases.big.max-keys=9",
                        "resilience.bulkhead.instances.pay.base=big",
                        "resilience.bulkhead.instances.fam.base=big")
                .run(context -> assertThat(output).doesNotContain(NO_EFFECT));
    }

    /** An instance that may become a family later. */
    @Test
    void limitOfABaseOfAnUnusedNameShouldBeNoWarning(CapturedOutput output) {
        runner.withBean(Plain.class)
                .withPropertyValues(
                        "resilience.bulkhead.bases.big.max-keys=9",
                        "resilience.bulkhead.instances.pay.base=big",
                        "resilience.bulkhead.instances.warehouse.base=big")
                .run(context -> assertThat(output).doesNotContain(NO_EFFECT));
    }

    @Bulkhead(name = "all", maxKeys = 4)
    static class OfClass {

        public void one() {}

        @Retry(name = "pay", maxKeys = 5)
        public void two() {}

        @AttemptTimeout(name = "limit", maxKeys = 6)
        public void three() {}
    }

    @Test
    void limitOfAnAnnotationWithoutAKeyShouldBeAWarning(CapturedOutput output) {
        runner.withBean(OfClass.class).run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(output)
                    .containsOnlyOnce("@Bulkhead of OfClass: maxKeys is 4, but has no effect, because the annotation"
                            + " has no key. Add one, such as key = \"#tenantId\", or remove maxKeys.")
                    .containsOnlyOnce("@Retry of OfClass.two: maxKeys is 5")
                    .containsOnlyOnce("@AttemptTimeout of OfClass.three: maxKeys is 6");
        });
    }

    @Test
    void limitInALateBeanShouldBeAWarning(CapturedOutput output) {
        runner.withUserConfiguration(LateBean.class).run(context -> {
            assertThat(output).doesNotContain(NO_EFFECT);
            ((Greeting) context.getBean("greeting")).greet();
            assertThat(output).containsOnlyOnce("maxKeys is 3, but has no effect");
        });
    }

    public interface Greeting {

        void greet();
    }

    static class LateGreeting implements Greeting {

        @Retry(name = "late", maxKeys = 3)
        @Override
        public void greet() {}
    }

    static class LateBean {

        @Bean
        @Lazy
        Greeting greeting() {
            return new LateGreeting();
        }
    }

    @Test
    void childShouldNotRepeatTheWarningOfItsParent(CapturedOutput output) {
        runner.withBean(Plain.class)
                .withPropertyValues(
                        "resilience.bulkhead.bases.big.max-keys=9",
                        "resilience.retry.instances.pay.max-keys=9",
                        "resilience.bulkhead.instances.pay.base=big")
                .run(parent -> runner.withParent(parent).run(child -> {
                    assertThat(child).hasNotFailed();
                    assertThat(output)
                            .containsOnlyOnce("The base 'big' of Bulkhead")
                            .containsOnlyOnce("Retry 'pay': resilience.retry.instances[pay].max-keys");
                }));
    }
}
