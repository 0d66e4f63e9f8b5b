package io.netrun.resilience.spring.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.bulkhead.BulkheadConfig;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import io.netrun.resilience.spring.problem.SpellingSuggestion;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.SystemEnvironmentPropertySource;

@ExtendWith(OutputCaptureExtension.class)
class UnusedSettingsTests {

    private final ApplicationContextRunner runner =
            new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(ResilienceAutoConfiguration.class));

    static class Named {

        @Retry(name = "${used}")
        public void call() {
            // Only its annotation matters.
        }
    }

    @ParameterizedTest
    @CsvSource({
        "s3, db",
        "eu-payments, us-payments",
        "payments-eu, payments-us",
        "cart, card",
        "eu1, eu2",
        "payments1, payments2",
        "payments-v1, payments-v2",
        "orders, order-archive",
        "warehouse, carrier",
        "read, ready",
        "backendA-pool, backendB-pool",
        "backendA-pool, backend-pool",
        "backendA, backend",
        "payments-a, payments-b",
        "orders-read, orders-write",
        "orders-get, orders-set",
        "shop-cart, shop-card",
        "payments-internal, payments-external",
        "payments, payments2",
        "s3-client1, s3-client2"
    })
    void settingsOfABeanThatIsNotThereShouldBeAWarning(String used, String written, CapturedOutput output) {
        runner.withBean(Named.class)
                .withPropertyValues("used=" + used, "resilience.retry.instances." + written + ".max-attempts=9")
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(output).contains("Retry '" + written + "' has settings in the configuration");
                });
    }

    @Test
    void similarNameThatIsInUseShouldBeNamedInTheWarning(CapturedOutput output) {
        runner.withBean(Named.class)
                .withPropertyValues("used=rates", "resilience.retry.instances.rate.max-attempts=9")
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(output).contains("A similar name, 'rates', is in use and has no settings.");
                });
    }

    @ParameterizedTest
    @CsvSource({
        "carrier, carier",
        "payments, paymnets",
        "payments, payment",
        "orderService, order-service",
        "orderService, OrderService",
        "PaymentClient.charge, PaymentClient.chrage",
        "inventory-service, inventroy-service",
        "backendA-pool, backendA-pol",
        "backendA-pool, backendA-poll",
        "backendA-pool, backendA-pools",
        "backendA-pool, backendA-polo",
        "backendA-pool, bakendA-pol",
        "backendA-pool, backendApol",
        "backendA, backenA",
        "payments1, paymnets1",
        "orderService, orderservce"
    })
    void settingsOfAMistypedNameShouldStopTheStart(String used, String written) {
        runner.withBean(Named.class)
                .withPropertyValues("used=" + used, "resilience.retry.instances." + written + ".max-attempts=9")
                .run(context -> assertThat(context).getFailure().hasMessageContaining("Did you mean '" + used + "'"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Config resource 'class path resource [application-prod.yml]' via location 'optional:classpath:/'",
                "Config resource 'class path resource [application-prod-eu.yml]' via location 'optional:classpath:/'",
                "Config resource 'class path resource [config/shop-api-prod-eu.properties]' via location"
                        + " 'optional:classpath:/config/' (document #1)",
                "Config resource 'class path resource [application-PROD-EU.yaml]' via location 'classpath:/'",
                "Config resource 'class path resource [shop-prod-eu]' via location 'classpath:shop[.yml]'",
                "class path resource [defaults-prod-eu.properties]",
                "Config resource 'file [config/application.yml]' via location 'optional:file:./config/'",
                "Config resource 'file [/etc/shared/common.yml]' via location 'file:/etc/shared/common.yml'",
                "Config resource 'file [C:\\config\\application-prod-eu.yml]' via location 'file:C:/config/'",
                "Config tree '/run/config'",
                "file [/etc/shared/common.properties]",
                "configserver:https://config/shop/application.yml",
                "bootstrapProperties-shop"
            })
    void settingsOfAProfileOrOfSeveralApplicationsShouldBeAWarning(String source) {
        runner.withBean(Named.class)
                .withPropertyValues("used=carrier")
                .withInitializer(context -> {
                    context.getEnvironment().setActiveProfiles("prod", "prod-eu");
                    context.getEnvironment()
                            .getPropertySources()
                            .addLast(new MapPropertySource(
                                    source, Map.of("resilience.retry.instances.carier.max-attempts", 9)));
                })
                .run(context -> assertThat(context).hasNotFailed());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Config resource 'class path resource [application.yml]' via location 'optional:classpath:/'",
                "Config resource 'class path resource [config-prod-eu/shop.yml]' via location"
                        + " 'classpath:/config-prod/'",
                "Config resource 'class path resource [application-us.yml]' via location 'classpath:/'",
                "class path resource [defaults.properties]",
                "commandLineArgs"
            })
    void mistypedNameInADocumentForAllProfilesShouldStop(String source) {
        runner.withBean(Named.class)
                .withPropertyValues("used=carrier")
                .withInitializer(context -> {
                    context.getEnvironment().setActiveProfiles("prod", "prod-eu");
                    context.getEnvironment()
                            .getPropertySources()
                            .addLast(new MapPropertySource(
                                    source, Map.of("resilience.retry.instances.carier.max-attempts", 9)));
                })
                .run(context -> assertThat(context).getFailure().hasMessageContaining("Did you mean 'carrier'"));
    }

    /** A store with a class of its own, such as one in a cloud, may be shared under any name. */
    @Test
    void settingsOfAStoreShouldBeAWarning() {
        runner.withBean(Named.class)
                .withPropertyValues("used=carrier")
                .withInitializer(context ->
                        context.getEnvironment().getPropertySources().addLast(new ParameterStore("parameters")))
                .run(context -> assertThat(context).hasNotFailed());
    }

    static class ParameterStore extends EnumerablePropertySource<Object> {

        ParameterStore(String name) {
            super(name, new Object());
        }

        @Override
        public String[] getPropertyNames() {
            return new String[] {"resilience.retry.instances.carier.max-attempts"};
        }

        @Override
        public Object getProperty(String name) {
            return List.of(getPropertyNames()).contains(name) ? 9 : null;
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "spring.config.activate.on-profile",
                "spring.config.activate.on-profile[0]",
                "spring.config.activate.onProfile",
                "spring.config.activate.on-cloud-platform",
                "spring.config.activate.onCloudPlatform"
            })
    void settingsOfADocumentForAProfileShouldBeAWarning(String condition) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put(condition, "kubernetes");
        document.put("resilience.retry.instances.carier.max-attempts", 9);
        runner.withBean(Named.class)
                .withPropertyValues("used=carrier")
                .withInitializer(context -> context.getEnvironment()
                        .getPropertySources()
                        .addLast(new MapPropertySource("Config resource 'application.yml' (document #1)", document)))
                .run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void settingsOfAnInstanceWithOtherProblemsShouldNotBeCalledUnused(CapturedOutput output) {
        runner.withBean(Named.class)
                .withPropertyValues(
                        "used=odd",
                        "resilience.retry.instances.odd.max-attempts=many",
                        "resilience.retry.instances.od.max-attempts=3")
                .run(context -> {
                    assertThat(((ResilienceConfigurationException) context.getStartupFailure()).problems())
                            .extracting(Problem::description)
                            .singleElement()
                            .asString()
                            .contains("is 'many'");
                    assertThat(output).doesNotContain("Retry 'odd' has settings in the configuration");
                });
    }

    @Test
    void settingsBesideAWrongInstanceShouldNotBeCalledUnused(CapturedOutput output) {
        runner.withBean(Both.class)
                .withPropertyValues(
                        "resilience.timeout.instances.both.duration=soon",
                        "resilience.retry.instances.both.max-attempts=4",
                        "resilience.circuit-breaker.instances.both.failure-threshold=4")
                .run(context -> {
                    assertThat(context).getFailure().hasMessageContaining("is 'soon'");
                    assertThat(output).doesNotContain("is not in use");
                });
    }

    @Test
    void settingsOfResilience4jShouldBeNamedWhereTheStartStops(CapturedOutput output) {
        runner.withPropertyValues(
                        "resilience4j.retry.instances.x.max-attempts=3", "resilience.retry.defaults.max-attempts=many")
                .run(context -> {
                    assertThat(context).hasFailed();
                    assertThat(output).containsOnlyOnce("settings under 'resilience4j'");
                });
    }

    static class Both {

        @io.netrun.resilience.annotation.Timeout(name = "both")
        @Retry(name = "both")
        @io.netrun.resilience.annotation.CircuitBreaker(name = "both")
        public void call() {
            // Only its annotations matter.
        }
    }

    @Test
    void environmentVariableOfResilience4jShouldBeAWarning(CapturedOutput output) {
        runner.withInitializer(context -> context.getEnvironment()
                        .getPropertySources()
                        .addFirst(new SystemEnvironmentPropertySource(
                                "test-systemEnvironment", Map.of("RESILIENCE4J_RETRY_INSTANCES_X_MAXATTEMPTS", "3"))))
                .run(context -> assertThat(output).containsOnlyOnce("settings under 'resilience4j'"));
    }

    @Test
    void settingsOfResilience4jShouldBeAWarning(CapturedOutput output) {
        runner.withPropertyValues("resilience4j.retry.instances.x.max-attempts=3")
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(output).containsOnlyOnce("settings under 'resilience4j'");
                });
    }

    @Test
    void unknownKeyShouldSayWhereItIs() {
        runner.withPropertyValues("resilience.retry.defaults.max-atempts=3")
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasMessageContaining("'resilience.retry.defaults.max-atempts' (\"resilience.retry.defaults"
                                + ".max-atempts\" from property source \"test\")"));
    }

    @Test
    void settingsThatALazyBeanMayUseShouldBeNoWarning(CapturedOutput output) {
        runner.withBean("lazy", Named.class, Named::new, definition -> definition.setLazyInit(true))
                .withPropertyValues("used=carrier", "resilience.bulkhead.instances.warehouse.max-concurrent=9")
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(output.getOut().lines().filter(line -> line.contains("warehouse")))
                            .singleElement()
                            .asString()
                            .contains(
                                    " INFO ", "is not in use so far. Beans that have not been created yet may use it.");
                });
    }

    @Test
    void settingsThatCodeHasAskedForShouldBeNoWarning(CapturedOutput output) {
        runner.withBean(Asking.class)
                .withPropertyValues("resilience.bulkhead.instances.warehouse.max-concurrent=9")
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(output).doesNotContain("warehouse");
                });
    }

    @Test
    void settingsOfASimilarNameThatCodeAsksForShouldStart(CapturedOutput output) {
        runner.withBean(Named.class)
                .withBean(AskingForARetry.class)
                .withPropertyValues("used=backendA", "resilience.retry.instances.backendB.max-attempts=9")
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(output).doesNotContain("backendB");
                });
    }

    static class AskingForARetry {

        AskingForARetry(ResilienceRegistry registry) {
            registry.getOrCreate(io.netrun.resilience.retry.Retry.TYPE, "backendB");
        }
    }

    static class Asking {

        Asking(ResilienceRegistry registry) {
            registry.getOrCreate(Bulkhead.TYPE, "warehouse");
        }
    }

    @Test
    void nearestShouldPreferTheFewestEdits() {
        assertThat(SpellingSuggestion.mistyped("paymnts", List.of("payment", "payments")))
                .isEqualTo("payments");
    }

    static class Tenants {

        Tenants(ResilienceRegistry registry) {
            registry.keyed(Bulkhead.TYPE, "tenant", BulkheadConfig.defaults(), 10);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "[tenent:b], Did you mean '[tenant:b]'? The family 'tenant' is in use",
        "[Tenant:b], Did you mean '[tenant:b]'? The family 'tenant' is in use",
        "tenant:b, Write '[tenant:b]' as the key"
    })
    void settingsOfAMistypedFamilyShouldStopTheStart(String written, String remedy) {
        runner.withBean(Tenants.class)
                .withInitializer(context -> context.getEnvironment()
                        .getPropertySources()
                        .addFirst(new MapPropertySource(
                                "file", Map.of("resilience.bulkhead.instances." + written + ".max-queue", 8))))
                .run(context -> assertThat(context).getFailure().hasMessageContaining(remedy));
    }

    @ParameterizedTest
    @ValueSource(strings = {"[tenant:b]", "[customer:b]", "[tenant2:b]"})
    void settingsOfAKeyOfAnotherFamilyShouldStart(String written) {
        runner.withBean(Tenants.class)
                .withInitializer(context -> context.getEnvironment()
                        .getPropertySources()
                        .addFirst(new MapPropertySource(
                                "file", Map.of("resilience.bulkhead.instances." + written + ".max-queue", 8))))
                .run(context -> assertThat(context).hasNotFailed());
    }
}
