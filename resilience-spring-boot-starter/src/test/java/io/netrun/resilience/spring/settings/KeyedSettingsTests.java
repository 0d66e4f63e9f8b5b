package io.netrun.resilience.spring.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.KeyedPolicies;
import io.netrun.resilience.Policy;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitBreakerConfig;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.pattern.HealthRole;
import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.MapPropertySource;

/** Settings of one key of a family. */
@ExtendWith(OutputCaptureExtension.class)
class KeyedSettingsTests {

    private static final PatternDescriptor<CircuitBreaker, CircuitBreakerConfig> BREAKERS =
            PatternDescriptors.of(CircuitBreaker.TYPE);
    private static final String FAMILY = "resilience.circuit-breaker.instances.tenant.";
    private static final String SECTION = "resilience.circuit-breaker.instances[tenant:acme].";

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(ResilienceAutoConfiguration.class))
            .withInitializer(context -> threshold(context, 20));

    /** By a source of its own, since a pair of text would end its key at the colon. */
    private static void threshold(ConfigurableApplicationContext context, int value) {
        context.getEnvironment()
                .getPropertySources()
                .addFirst(new MapPropertySource("value-" + value, Map.of(SECTION + "failure-threshold", value)));
    }

    private static KeyedPolicies<CircuitBreaker> tenants(ResilienceRegistry registry) {
        return registry.keyed(
                CircuitBreaker.TYPE,
                "tenant",
                CircuitBreakerConfig.builder()
                        .openDuration(Duration.ofSeconds(30))
                        .build(),
                10);
    }

    @Test
    void sectionOfAKeyShouldKeepTheFamilysOtherSettings() {
        runner.run(context -> {
            ResilienceRegistry registry = context.getBean(ResilienceRegistry.class);
            CircuitBreakerConfig acme = tenants(registry).get("acme").config();
            assertThat(acme.failureThreshold()).isEqualTo(20);
            assertThat(acme.openDuration()).hasSeconds(30);
        });
    }

    @Test
    void sectionOfAKeyShouldNotMatterWhoAsksFirst() {
        runner.run(context -> {
            ResilienceRegistry registry = context.getBean(ResilienceRegistry.class);
            assertThat(registry.find(CircuitBreaker.TYPE, "tenant:acme")).isEmpty();
            assertThat(registry.all()).isEmpty();
            assertThat(tenants(registry).get("acme").config().openDuration()).hasSeconds(30);
        });
    }

    @Test
    void otherKeysShouldGoByTheFamilyAlone() {
        runner.run(context -> {
            CircuitBreakerConfig other = tenants(context.getBean(ResilienceRegistry.class))
                    .get("other")
                    .config();
            assertThat(other.failureThreshold())
                    .isEqualTo(CircuitBreakerConfig.defaults().failureThreshold());
            assertThat(other.openDuration()).hasSeconds(30);
        });
    }

    @Test
    void sectionOfAFamilyShouldApplyToItsKeys() {
        family().run(context -> {
            KeyedPolicies<CircuitBreaker> tenants = tenants(context.getBean(ResilienceRegistry.class));
            CircuitBreakerConfig other = tenants.get("other").config();
            assertThat(other.failureThreshold()).isEqualTo(7);
            assertThat(other.successThreshold()).isEqualTo(4);
            assertThat(other.openDuration()).as("from code").hasSeconds(30);
            CircuitBreakerConfig acme = tenants.get("acme").config();
            assertThat(acme.failureThreshold()).as("its own").isEqualTo(20);
            assertThat(acme.successThreshold()).isEqualTo(4);
            assertThat(context.getBean(InstanceFactory.class)
                            .effectiveSettings()
                            .origin(BREAKERS, tenants.get("other"), "failureThreshold"))
                    .contains("resilience.circuit-breaker.instances[tenant].failure-threshold");
        });
    }

    @Test
    void sectionOfAFamilyShouldWinOverSettingsFromCode() {
        family("open-duration=9s")
                .run(context -> assertThat(tenants(context.getBean(ResilienceRegistry.class))
                                .get("other")
                                .config()
                                .openDuration())
                        .hasSeconds(9));
    }

    @Test
    void familyWithoutSettingsFromCodeShouldUseTheDefaults() {
        runner.withPropertyValues("resilience.circuit-breaker.defaults.failure-threshold=8")
                .run(context -> assertThat(context.getBean(ResilienceRegistry.class)
                                .keyed(CircuitBreaker.TYPE, "host", CircuitBreakerConfig.defaults(), 5)
                                .get("a")
                                .config()
                                .failureThreshold())
                        .isEqualTo(8));
    }

    @Test
    void sectionOfAFamilyShouldSwitchItsKeysOff() {
        family("enabled=false")
                .run(context -> assertThat(tenants(context.getBean(ResilienceRegistry.class))
                                .get("other")
                                .isEnabled())
                        .isFalse());
    }

    @Test
    void customizerShouldApplyToKeys() {
        family().withBean(ConfigCustomizer.class, KeyedSettingsTests::customizer)
                .run(context -> assertThat(tenants(context.getBean(ResilienceRegistry.class))
                                .get("other")
                                .config()
                                .halfOpenMaxCalls())
                        .isEqualTo("tenant:other".length()));
    }

    private static ConfigCustomizer<CircuitBreakerConfig> customizer() {
        return ConfigCustomizer.of(
                CircuitBreakerConfig.class,
                (name, config) ->
                        config.toBuilder().halfOpenMaxCalls(name.length()).build());
    }

    @Test
    void nameOfAFamilyShouldBeNoInstance(CapturedOutput output) {
        family().withBean(Tenants.class).run(context -> {
            ResilienceRegistry registry = context.getBean(ResilienceRegistry.class);
            assertThat(registry.find(CircuitBreaker.TYPE, "tenant")).isEmpty();
            assertThat(output).doesNotContain("'tenant' has settings in the configuration, but is not in use");
            context.getBean(Tenants.class).family.get("other");
            assertThat(registry.all()).extracting(Policy::name).containsExactly("tenant:other");
        });
    }

    @Test
    void instanceThatIsOnlyConfiguredShouldGiveWayToItsFamily() {
        family().run(context -> {
            ResilienceRegistry registry = context.getBean(ResilienceRegistry.class);
            assertThat(registry.find(CircuitBreaker.TYPE, "tenant")).isPresent();
            tenants(registry).get("other");
            assertThat(registry.all()).extracting(Policy::name).containsExactly("tenant:other");
        });
    }

    @Test
    void instanceThatCodeHasRequestedShouldStay() {
        family().run(context -> {
            ResilienceRegistry registry = context.getBean(ResilienceRegistry.class);
            registry.getOrCreate(CircuitBreaker.TYPE, "tenant:single");
            registry.remove(CircuitBreaker.TYPE, "tenant");
            CircuitBreaker asked = registry.getOrCreate(CircuitBreaker.TYPE, "tenant");
            tenants(registry).get("other");
            assertThat(registry.find(CircuitBreaker.TYPE, "tenant")).containsSame(asked);
        });
    }

    @Test
    void refreshShouldReachTheKeysOfAFamily() {
        Map<String, Object> properties = new HashMap<>(Map.of(FAMILY + "failure-threshold", 7));
        runner.withInitializer(context -> context.getEnvironment()
                        .getPropertySources()
                        .addFirst(new MapPropertySource("changed", properties)))
                .run(context -> {
                    KeyedPolicies<CircuitBreaker> tenants = tenants(context.getBean(ResilienceRegistry.class));
                    assertThat(tenants.get("other").config().failureThreshold()).isEqualTo(7);
                    properties.put(FAMILY + "failure-threshold", 9);
                    context.getBean(InstanceFactory.class).rebind(true, List.of());
                    assertThat(tenants.get("other").config().failureThreshold()).isEqualTo(9);
                    assertThat(tenants.get("acme").config().failureThreshold()).isEqualTo(20);
                    properties.clear();
                    context.getBean(InstanceFactory.class).rebind(true, List.of());
                    assertThat(tenants.get("other").config())
                            .isEqualTo(tenants.get("new").config());
                    assertThat(tenants.get("new").config().failureThreshold())
                            .isEqualTo(CircuitBreakerConfig.defaults().failureThreshold());
                });
    }

    /** A refresh is no operator's change: new instances have the same settings. */
    @Test
    void refreshedKeysShouldGoButChangedOnesStay() {
        Map<String, Object> properties = new HashMap<>(Map.of(FAMILY + "failure-threshold", 7));
        runner.withInitializer(context -> context.getEnvironment()
                        .getPropertySources()
                        .addFirst(new MapPropertySource("changed", properties)))
                .run(context -> {
                    ResilienceRegistry registry = context.getBean(ResilienceRegistry.class);
                    KeyedPolicies<CircuitBreaker> tenants = tenants(registry);
                    for (int i = 0; i < 10; i++) {
                        tenants.get("old" + i);
                    }
                    new RuntimeSettings(context.getBean(InstanceFactory.class))
                            .change(BREAKERS, tenants.get("old0"), "successThreshold=9");
                    properties.put(FAMILY + "failure-threshold", 9);
                    properties.put(FAMILY + "enabled", false);
                    context.getBean(InstanceFactory.class).rebind(true, List.of());
                    for (int i = 0; i < 30; i++) {
                        tenants.get("new" + i);
                    }
                    assertThat(registry.all(CircuitBreaker.TYPE))
                            .hasSize(10)
                            .extracting(Policy::name)
                            .contains("tenant:old0", "tenant:new29")
                            .doesNotContain("tenant:old1", "tenant:old9");
                });
    }

    @Test
    void originWhenTheSectionCannotApplyShouldBeCodeWhereItIs() {
        family("max-open-duration=2m").run(context -> {
            CircuitBreaker one = context.getBean(ResilienceRegistry.class)
                    .keyed(
                            CircuitBreaker.TYPE,
                            "tenant",
                            CircuitBreakerConfig.builder()
                                    .openDuration(Duration.ofMinutes(5))
                                    .maxOpenDuration(Duration.ofMinutes(6))
                                    .build(),
                            10)
                    .get("one");
            EffectiveSettings settings = context.getBean(InstanceFactory.class).effectiveSettings();
            assertThat(settings.origin(BREAKERS, one, "openDuration")).isEqualTo("code");
            assertThat(settings.origin(BREAKERS, one, "failureThreshold")).isEqualTo("default");
        });
    }

    /** Settings that conflict with those from code do not fail the calls that request the instances. */
    @Test
    void sectionThatCannotApplyShouldBeLoggedOnceAndLeaveTheHealth(CapturedOutput output) {
        family("max-open-duration=2m", "health=status").run(context -> {
            ResilienceRegistry registry = context.getBean(ResilienceRegistry.class);
            KeyedPolicies<CircuitBreaker> tenants = registry.keyed(
                    CircuitBreaker.TYPE,
                    "tenant",
                    CircuitBreakerConfig.builder()
                            .openDuration(Duration.ofMinutes(5))
                            .maxOpenDuration(Duration.ofMinutes(6))
                            .build(),
                    10);
            for (String key : List.of("a", "b", "c")) {
                assertThat(tenants.get(key).config().openDuration()).hasMinutes(5);
                assertThat(context.getBean(InstanceFactory.class)
                                .effectiveSettings()
                                .health(BREAKERS, "tenant:" + key))
                        .isEqualTo(HealthRole.NONE);
            }
            assertThat(output.getOut().lines().filter(line -> line.contains("keep their settings from code")))
                    .hasSize(1);
        });
    }

    @Test
    void instanceOfNoFamilyShouldNotBeTakenForOne(CapturedOutput output) {
        runner.run(context -> {
            ResilienceRegistry registry = context.getBean(ResilienceRegistry.class);
            registry.register(CircuitBreaker.of("tenant:other"));
            assertThat(context.getBean(InstanceFactory.class)
                            .effectiveSettings()
                            .settings(BREAKERS, "tenant:other"))
                    .isPresent();
        });
        runner.withBean(AcmeClient.class).run(context -> assertThat(context).hasNotFailed());
        assertThat(output.getOut().lines().filter(line -> line.contains("They apply when the family")))
                .as("only where nothing has requested it")
                .hasSize(1);
    }

    private ApplicationContextRunner family(String... others) {
        Map<String, Object> properties = new HashMap<>();
        properties.put(FAMILY + "failure-threshold", 7);
        properties.put(FAMILY + "success-threshold", 4);
        for (String other : others) {
            properties.put(FAMILY + other.substring(0, other.indexOf('=')), other.substring(other.indexOf('=') + 1));
        }
        return runner.withInitializer(context ->
                context.getEnvironment().getPropertySources().addFirst(new MapPropertySource("family", properties)));
    }

    static class Tenants {

        private final KeyedPolicies<CircuitBreaker> family;

        Tenants(ResilienceRegistry registry) {
            family = tenants(registry);
        }
    }

    static class AcmeClient {

        @io.netrun.resilience.annotation.CircuitBreaker(name = "tenant:acme")
        public void call() {}
    }

    @Test
    void sectionOfAKeyShouldBeNoWarning(CapturedOutput output) {
        runner.run(context -> assertThat(output.getOut().lines().filter(line -> line.contains("tenant:acme")))
                .singleElement()
                .asString()
                .contains(" INFO ", "They apply when the family 'tenant' creates the instance of this key."));
    }

    @Test
    void wrongSectionOfAKeyShouldStopTheStart() {
        runner.withInitializer(context -> threshold(context, 0))
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasMessageContaining("failure-threshold")
                        .hasMessageContaining("tenant:acme"));
    }
}
