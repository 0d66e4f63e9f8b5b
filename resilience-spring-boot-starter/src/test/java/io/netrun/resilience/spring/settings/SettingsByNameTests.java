package io.netrun.resilience.spring.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.Policy;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.bulkhead.BulkheadConfig;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.retry.RetryConfig;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Scope;

/** An instance has the same settings whatever asks for it first, and the origin of a setting is the one in force. */
@ExtendWith(OutputCaptureExtension.class)
class SettingsByNameTests {

    private final ApplicationContextRunner runner =
            new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(ResilienceAutoConfiguration.class));

    // ---- code that asks while beans are made

    static class EarlyCode {

        final Bulkhead byName;
        final Optional<Bulkhead> found;
        final List<String> listed;

        EarlyCode(ResilienceRegistry registry) {
            listed = registry.all(Bulkhead.TYPE).stream().map(Policy::name).toList();
            found = registry.find(Bulkhead.TYPE, "found");
            byName = registry.getOrCreate(Bulkhead.TYPE, "early");
        }
    }

    @Test
    void registryInAConstructorShouldHaveTheConfiguredSettings() {
        runner.withBean(EarlyCode.class)
                .withPropertyValues(
                        "resilience.bulkhead.instances.early.max-concurrent=7",
                        "resilience.bulkhead.instances.found.max-concurrent=8")
                .run(context -> {
                    EarlyCode code = context.getBean(EarlyCode.class);
                    assertThat(code.byName.config().maxConcurrent()).isEqualTo(7);
                    assertThat(code.found.orElseThrow().config().maxConcurrent())
                            .isEqualTo(8);
                    assertThat(code.listed).containsExactly("early", "found");
                    assertThat(origin(context, code.byName, "maxConcurrent"))
                            .contains("resilience.bulkhead.instances[early].max-concurrent");
                });
    }

    @Test
    void registryShouldUseTheDefaultsOfTheConfigurationAtAnyTime() {
        runner.withBean(EarlyCode.class)
                .withPropertyValues("resilience.bulkhead.defaults.max-concurrent=3")
                .run(context -> {
                    ResilienceRegistry registry = context.getBean(ResilienceRegistry.class);
                    Bulkhead fresh = registry.getOrCreate(Bulkhead.TYPE, "fresh");
                    assertThat(fresh.config().maxConcurrent()).isEqualTo(3);
                    assertThat(context.getBean(EarlyCode.class).byName.config().maxConcurrent())
                            .isEqualTo(3);
                    assertThat(origin(context, fresh, "maxConcurrent"))
                            .contains("resilience.bulkhead.defaults.max-concurrent");
                });
    }

    @Test
    void configurationShouldWinOverCodeForWhatIsWrittenForTheName() {
        runner.withPropertyValues(
                        "resilience.bulkhead.instances.written.max-queue=9",
                        "resilience.bulkhead.defaults.max-concurrent=3")
                .run(context -> {
                    ResilienceRegistry registry = context.getBean(ResilienceRegistry.class);
                    registry.remove(Bulkhead.TYPE, "written");
                    BulkheadConfig given = BulkheadConfig.builder()
                            .maxConcurrent(5)
                            .maxQueue(1)
                            .build();
                    Bulkhead written = registry.getOrCreate(Bulkhead.TYPE, "written", given);
                    Bulkhead unwritten = registry.getOrCreate(Bulkhead.TYPE, "unwritten", given);
                    assertThat(written.config().maxQueue()).isEqualTo(9);
                    assertThat(written.config().maxConcurrent()).isEqualTo(5);
                    assertThat(unwritten.config()).isEqualTo(given);
                    assertThat(origin(context, written, "maxConcurrent")).isEqualTo("code");
                    assertThat(origin(context, written, "maxQueue")).contains("instances[written]");
                });
    }

    @Test
    void instanceRegisteredByCodeShouldTakeWhatIsWrittenForIt() {
        runner.withBean(Bulkhead.class, () -> Bulkhead.of("own"))
                .withBean(Registering.class)
                .withPropertyValues("resilience.bulkhead.instances.own.max-concurrent=4")
                .run(context -> {
                    Bulkhead own = context.getBean(Bulkhead.class);
                    assertThat(own.config().maxConcurrent()).isEqualTo(4);
                    assertThat(context.getBean(ResilienceRegistry.class).find(Bulkhead.TYPE, "own"))
                            .containsSame(own);
                });
    }

    static class Registering {

        Registering(ResilienceRegistry registry, Bulkhead own) {
            registry.register(own);
        }
    }

    // ---- annotations that the start-up check sees late or never

    interface Client {

        String charge() throws IOException;
    }

    static class HttpClient implements Client {

        private int calls;

        @Override
        @Retry(name = "payments", maxAttempts = 3)
        public String charge() throws IOException {
            if (++calls % 3 != 0) {
                throw new IOException("down");
            }
            return "charged";
        }
    }

    enum Kind {
        EAGER,
        LAZY,
        PROTOTYPE
    }

    @Configuration(proxyBeanMethods = false)
    static class Eager {

        @Bean
        Client client() {
            return new HttpClient();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class LazyBean {

        @Bean
        @Lazy
        Client client() {
            return new HttpClient();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Prototype {

        @Bean
        @Scope("prototype")
        Client client() {
            return new HttpClient();
        }
    }

    private ApplicationContextRunner with(Kind kind) {
        return runner.withUserConfiguration(
                switch (kind) {
                    case EAGER -> Eager.class;
                    case LAZY -> LazyBean.class;
                    case PROTOTYPE -> Prototype.class;
                });
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void beanOfAnyScopeShouldGoByConfigurationAndAnnotation(Kind kind) {
        with(kind)
                .withPropertyValues("resilience.retry.instances.payments.base-delay=1ms")
                .run(context -> {
                    assertThat(context.getBean(Client.class).charge()).isEqualTo("charged");
                    RetryConfig config = retry(context, "payments").config();
                    assertThat(config.maxAttempts()).isEqualTo(3);
                    assertThat(config.baseDelay()).isEqualTo(Duration.ofMillis(1));
                    assertThat(origin(context, retry(context, "payments"), "maxAttempts"))
                            .isEqualTo("annotation");
                });
    }

    @Test
    void lazyInitializationShouldKeepTheAnnotationsSettings() {
        with(Kind.EAGER)
                .withPropertyValues(
                        "resilience.retry.instances.payments.base-delay=1ms", "spring.main.lazy-initialization=true")
                .withInitializer(context -> context.addBeanFactoryPostProcessor(
                        new org.springframework.boot.LazyInitializationBeanFactoryPostProcessor()))
                .run(context ->
                        assertThat(context.getBean(Client.class).charge()).isEqualTo("charged"));
    }

    static class Namer {

        @Retry(name = "payments")
        public String ping() {
            return "pong";
        }
    }

    static class Sayer {

        @Retry(name = "payments", maxAttempts = 7)
        public String charge() {
            return "charged";
        }
    }

    static class CallingEarly {

        CallingEarly(Namer namer) {
            namer.ping();
        }
    }

    @Test
    void callWhileBeansAreMadeShouldNotFixTheSettings() {
        runner.withBean(Namer.class)
                .withBean(CallingEarly.class)
                .withBean(Sayer.class)
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(retry(context, "payments").config().maxAttempts())
                            .isEqualTo(7);
                });
    }

    @Test
    void operatorsChangeShouldOutliveAnAnnotationThatComesLater() {
        with(Kind.LAZY)
                .withPropertyValues("resilience.retry.instances.payments.base-delay=1ms")
                .run(context -> {
                    new RuntimeSettings(context.getBean(InstanceFactory.class))
                            .change(
                                    PatternDescriptors.of(io.netrun.resilience.retry.Retry.TYPE),
                                    retry(context, "payments"),
                                    "baseDelay=2ms");
                    context.getBean(Client.class).charge();
                    assertThat(retry(context, "payments").config().maxAttempts())
                            .isEqualTo(3);
                    assertThat(retry(context, "payments").config().baseDelay()).isEqualTo(Duration.ofMillis(2));
                    assertThat(origin(context, retry(context, "payments"), "baseDelay"))
                            .isEqualTo("operator");
                });
    }

    // ---- contradictions

    interface Other {

        String cancel();
    }

    static class OtherClient implements Other {

        @Override
        @Retry(name = "payments", maxAttempts = 5)
        public String cancel() {
            return "cancelled";
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class TwoLazyBeans {

        @Bean
        @Lazy
        Client client() {
            return new HttpClient();
        }

        @Bean
        @Lazy
        Other other() {
            return new OtherClient();
        }
    }

    @Test
    void contradictionAtRunTimeShouldBeLoggedOnceAndFailNoCall(CapturedOutput output) {
        runner.withUserConfiguration(TwoLazyBeans.class)
                .withPropertyValues("resilience.retry.instances.payments.base-delay=1ms")
                .run(context -> {
                    assertThat(context.getBean(Client.class).charge()).isEqualTo("charged");
                    assertThat(context.getBean(Other.class).cancel()).isEqualTo("cancelled");
                    assertThat(context.getBean(Other.class).cancel()).isEqualTo("cancelled");
                    assertThat(retry(context, "payments").config().maxAttempts())
                            .isEqualTo(3);
                    assertThat(output.getAll()).containsOnlyOnce("Retry 'payments' has different settings");
                });
    }

    static class Milliseconds {

        @Retry(name = "same", baseDelay = "500ms")
        public void one() {
            // Only its annotation matters.
        }

        @Retry(name = "same", baseDelay = "PT0.5S")
        public void other() {
            // Only its annotation matters.
        }

        @Retry(name = "same", baseDelay = "${absent:500}ms")
        public void third() {
            // Only its annotation matters.
        }
    }

    @Test
    void sameValueInAnotherWritingShouldBeNoContradiction() {
        runner.withBean(Milliseconds.class).run(context -> assertThat(context).hasNotFailed());
    }

    // ---- customizers

    @Configuration(proxyBeanMethods = false)
    static class CustomizerThatAsksTheRegistry {

        private final ResilienceRegistry registry;

        CustomizerThatAsksTheRegistry(ResilienceRegistry registry) {
            this.registry = registry;
            registry.getOrCreate(Bulkhead.TYPE, "early");
        }

        @Bean
        ConfigCustomizer<BulkheadConfig> customizer() {
            registry.getOrCreate(Bulkhead.TYPE, "early");
            return ConfigCustomizer.of(
                    BulkheadConfig.class,
                    (name, config) -> config.toBuilder().maxConcurrent(42).build());
        }
    }

    @Test
    void customizerShouldHaveTheLastWordEvenIfItsBeanAsksFirst() {
        runner.withUserConfiguration(CustomizerThatAsksTheRegistry.class)
                .withPropertyValues("resilience.bulkhead.instances.early.max-concurrent=7")
                .run(context -> {
                    Bulkhead early = context.getBean(ResilienceRegistry.class).getOrCreate(Bulkhead.TYPE, "early");
                    assertThat(early.config().maxConcurrent()).isEqualTo(42);
                    assertThat(origin(context, early, "maxConcurrent")).isEqualTo("customizer");
                    assertThat(origin(context, early, "maxQueue")).isEqualTo("default");
                });
    }

    // ---- origins

    @Test
    void originOfCodeThatNobodyHasSetShouldBeDefault() {
        runner.withPropertyValues("resilience.circuit-breaker.instances.plain.failure-threshold=2")
                .run(context -> {
                    CircuitBreaker plain =
                            context.getBean(ResilienceRegistry.class).getOrCreate(CircuitBreaker.TYPE, "plain");
                    assertThat(origin(context, plain, "failureResult")).isEqualTo("default");
                    assertThat(origin(context, plain, "failure")).isEqualTo("default");
                });
    }

    @Test
    void originShouldBeCodeForWhatCodeHasChanged() {
        runner.withPropertyValues("resilience.bulkhead.instances.x.max-concurrent=7")
                .run(context -> {
                    ResilienceRegistry registry = context.getBean(ResilienceRegistry.class);
                    registry.reconfigure(
                            Bulkhead.TYPE,
                            "x",
                            config -> config.toBuilder().maxConcurrent(8).build());
                    Bulkhead changed = registry.getOrCreate(Bulkhead.TYPE, "x");
                    assertThat(origin(context, changed, "maxConcurrent")).isEqualTo("code");
                });
    }

    @Test
    void originShouldBeDefaultForCodeThatNobodyHasGiven() {
        runner.withBean(Sayer.class)
                .run(context -> assertThat(origin(context, retry(context, "payments"), "budget"))
                        .isEqualTo("default"));
    }

    @Test
    void instancesThatComeAndGoShouldLeaveNothingBehind() {
        runner.run(context -> {
            ResilienceRegistry registry = context.getBean(ResilienceRegistry.class);
            InstanceFactory instances = context.getBean(InstanceFactory.class);
            List<String> names = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                registry.getOrCreate(Bulkhead.TYPE, "passing" + i);
                registry.remove(Bulkhead.TYPE, "passing" + i);
            }
            names.addAll(instances.effectiveSettings().names(PatternDescriptors.of(Bulkhead.TYPE)));
            names.addAll(instances.requestedNames(PatternDescriptors.of(Bulkhead.TYPE)));
            assertThat(names).isEmpty();
        });
    }

    // ---- nothing is protected

    static class Injected {

        final ObjectProvider<Client> clients;

        Injected(ResilienceRegistry registry, ObjectProvider<Client> clients) {
            this.clients = clients;
            registry.getOrCreate(Bulkhead.TYPE, "early");
        }
    }

    @Test
    void enabledWhenFalseShouldLeaveTheBeansAndProtectNothing() {
        runner.withBean(Injected.class)
                .withUserConfiguration(Eager.class)
                .withPropertyValues(
                        "resilience.enabled=false",
                        "resilience.bulkhead.instances.early.max-concurrent=nonsense",
                        "resilience.bulkhead.instances.early.max-wiat=1s",
                        "resilience.order=nonsense",
                        "resilience.retry.instances.payments.max-attempts=9")
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    ResilienceRegistry registry = context.getBean(ResilienceRegistry.class);
                    registry.register(Bulkhead.of("own"));
                    registry.keyed(Bulkhead.TYPE, "tenants", BulkheadConfig.defaults(), 10)
                            .get("one");
                    assertThat(registry.all()).hasSize(4).noneMatch(Policy::isEnabled);
                    assertThat(context.getBean(Client.class)).isExactlyInstanceOf(HttpClient.class);
                });
    }

    private static Bulkhead bulkheadWhenDisabled(AssertableApplicationContext context, @Nullable BulkheadConfig given) {
        assertThat(context).hasNotFailed();
        ResilienceRegistry registry = context.getBean(ResilienceRegistry.class);
        return given == null
                ? registry.getOrCreate(Bulkhead.TYPE, "n")
                : registry.getOrCreate(Bulkhead.TYPE, "n", given);
    }

    @Test
    void unreadableSectionWhenDisabledShouldLeaveTheDefaults(CapturedOutput output) {
        runner.withPropertyValues(
                        "resilience.enabled=false",
                        "resilience.bulkhead.instances.n.max-concurrent=",
                        "resilience.bulkhead.instances.n.max-queue=7",
                        "resilience.bulkhead.defaults.max-concurrent=4")
                .run(context -> {
                    Bulkhead bulkhead = bulkheadWhenDisabled(context, null);
                    assertThat(bulkhead.config().maxConcurrent()).isEqualTo(4);
                    assertThat(origin(context, bulkhead, "maxConcurrent"))
                            .contains("resilience.bulkhead.defaults.max-concurrent");
                    assertThat(origin(context, bulkhead, "maxQueue")).isEqualTo("default");
                    assertThat(bulkhead.isEnabled()).isFalse();
                    assertThat(output)
                            .containsOnlyOnce("It has the other settings.")
                            .doesNotContain("It keeps its settings");
                });
    }

    @Test
    void unreadableDefaultsWhenDisabledShouldHaveTheBuiltInOrigin() {
        runner.withPropertyValues("resilience.enabled=false", "resilience.bulkhead.defaults.max-concurrent=nonsense")
                .run(context -> assertThat(origin(context, bulkheadWhenDisabled(context, null), "maxConcurrent"))
                        .isEqualTo("default"));
    }

    @Test
    void unreadableSectionWhenDisabledShouldLeaveWhatCodeGave() {
        runner.withPropertyValues("resilience.enabled=false", "resilience.bulkhead.instances.n.max-concurrent=")
                .run(context -> {
                    Bulkhead bulkhead = bulkheadWhenDisabled(
                            context, BulkheadConfig.builder().maxConcurrent(5).build());
                    assertThat(bulkhead.config().maxConcurrent()).isEqualTo(5);
                    assertThat(origin(context, bulkhead, "maxConcurrent")).isEqualTo("code");
                    assertThat(origin(context, bulkhead, "maxQueue")).isEqualTo("default");
                });
    }

    @Test
    void failingCustomizerWhenDisabledShouldLeaveTheSection() {
        runner.withBean(
                        ConfigCustomizer.class,
                        () -> ConfigCustomizer.of(BulkheadConfig.class, (name, config) -> {
                            throw new IllegalStateException("no");
                        }))
                .withPropertyValues("resilience.enabled=false", "resilience.bulkhead.instances.n.max-concurrent=4")
                .run(context -> {
                    Bulkhead bulkhead = bulkheadWhenDisabled(context, null);
                    assertThat(bulkhead.config().maxConcurrent()).isEqualTo(4);
                    assertThat(origin(context, bulkhead, "maxConcurrent")).contains("instances[n].max-concurrent");
                });
    }

    private static io.netrun.resilience.retry.Retry retry(AssertableApplicationContext context, String name) {
        return context.getBean(ResilienceRegistry.class)
                .find(io.netrun.resilience.retry.Retry.TYPE, name)
                .orElseThrow();
    }

    private static String origin(AssertableApplicationContext context, Policy policy, String setting) {
        return context.getBean(InstanceFactory.class)
                .effectiveSettings()
                .origin(PatternDescriptors.of(policy).orElseThrow(), policy, setting);
    }
}
