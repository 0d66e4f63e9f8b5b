package io.netrun.resilience.spring.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.PolicyMode;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.annotation.Bulkhead;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.bulkhead.BulkheadConfig;
import io.netrun.resilience.retry.RetryConfig;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.env.MapPropertySource;

/** The origins of settings that code changes at run time, when an operator changes others. */
class ChangedByCodeTests {

    private static final PatternDescriptor<io.netrun.resilience.bulkhead.Bulkhead, BulkheadConfig> BULKHEADS =
            PatternDescriptors.of(io.netrun.resilience.bulkhead.Bulkhead.TYPE);
    private static final PatternDescriptor<io.netrun.resilience.retry.Retry, RetryConfig> RETRIES =
            PatternDescriptors.of(io.netrun.resilience.retry.Retry.TYPE);

    static class Shop {

        @Bulkhead(name = "shop", mode = "observe", maxConcurrent = 1, maxQueue = 0)
        @Retry(name = "shop", baseDelay = "1s", maxDelay = "2s")
        public String call() {
            return "called";
        }
    }

    private final Map<String, Object> properties = new HashMap<>();

    private void run(Consumer<Changes> test) {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(ResilienceAutoConfiguration.class))
                .withInitializer(context -> context.getEnvironment()
                        .getPropertySources()
                        .addFirst(new MapPropertySource("changed", properties)))
                .withBean(Shop.class)
                .run(context -> test.accept(new Changes(
                        context.getBean(InstanceFactory.class), context.getBean(ResilienceRegistry.class))));
    }

    private record Changes(InstanceFactory instances, ResilienceRegistry registry) {

        io.netrun.resilience.bulkhead.Bulkhead bulkhead() {
            return registry.find(io.netrun.resilience.bulkhead.Bulkhead.TYPE, "shop")
                    .orElseThrow();
        }

        io.netrun.resilience.retry.Retry retry() {
            return registry.find(io.netrun.resilience.retry.Retry.TYPE, "shop").orElseThrow();
        }

        void operator(String changes) {
            new RuntimeSettings(instances).change(BULKHEADS, bulkhead(), changes);
        }

        String origin(String setting) {
            return instances.effectiveSettings().origin(BULKHEADS, bulkhead(), setting);
        }

        String originOfRetry(String setting) {
            return instances.effectiveSettings().origin(RETRIES, retry(), setting);
        }
    }

    @Test
    void valueShouldStayOfCodeWhenAnotherIsChanged() {
        run(changes -> {
            changes.bulkhead()
                    .reconfigure(c -> c.toBuilder().mode(PolicyMode.ENFORCE).build());
            changes.bulkhead().reconfigure(c -> c.toBuilder().maxQueue(5).build());
            changes.operator("mode=observe");
            assertThat(changes.origin("maxQueue")).isEqualTo(ValueWithOrigin.CODE);
            assertThat(changes.origin("mode")).isEqualTo(ValueWithOrigin.OPERATOR);
            assertThat(changes.origin("maxConcurrent")).isEqualTo(ValueWithOrigin.ANNOTATION);
        });
    }

    @Test
    void operatorsValueThatCodeReplacesShouldBeOfCode() {
        run(changes -> {
            changes.operator("maxQueue=5");
            changes.bulkhead().reconfigure(c -> c.toBuilder().maxQueue(7).build());
            changes.operator("maxConcurrent=3");
            assertThat(changes.origin("maxQueue")).isEqualTo(ValueWithOrigin.CODE);
            changes.operator("maxQueue=6");
            assertThat(changes.origin("maxQueue")).isEqualTo(ValueWithOrigin.OPERATOR);
        });
    }

    @Test
    void annotationsValueThatCodeRestoresShouldBeOfCode() {
        run(changes -> {
            changes.operator("maxQueue=5");
            changes.bulkhead().reconfigure(c -> c.toBuilder().maxQueue(0).build());
            changes.operator("maxConcurrent=3");
            assertThat(changes.origin("maxQueue")).isEqualTo(ValueWithOrigin.CODE);
        });
    }

    @Test
    void valueOnWhichAnOperatorsDependsShouldStayOfCode() {
        run(changes -> {
            changes.retry()
                    .reconfigure(
                            c -> c.toBuilder().maxDelay(Duration.ofHours(1)).build());
            new RuntimeSettings(changes.instances).change(RETRIES, changes.retry(), "base-delay=10s");
            assertThat(changes.originOfRetry("baseDelay")).isEqualTo(ValueWithOrigin.OPERATOR);
            assertThat(changes.originOfRetry("maxDelay")).isEqualTo(ValueWithOrigin.CODE);
            assertThat(changes.originOfRetry("maxAttempts")).isEqualTo(ValueWithOrigin.BUILT_IN);
        });
    }

    @Test
    void refreshOfAnotherSettingShouldKeepWhatCodeHasChanged() {
        run(changes -> {
            changes.operator("mode=enforce");
            changes.operator("maxWait=3s");
            changes.bulkhead()
                    .reconfigure(c ->
                            c.toBuilder().maxQueue(5).mode(PolicyMode.OBSERVE).build());
            properties.put("resilience.bulkhead.instances.shop.max-concurrent", 9);
            changes.instances.rebind(true, List.of());
            BulkheadConfig config = changes.bulkhead().config();
            assertThat(config.maxConcurrent()).isEqualTo(9);
            assertThat(config.maxQueue()).isEqualTo(5);
            assertThat(config.mode()).as("later than the operator").isEqualTo(PolicyMode.OBSERVE);
            assertThat(config.maxWait()).hasSeconds(3);
            assertThat(changes.origin("maxQueue")).isEqualTo(ValueWithOrigin.CODE);
            assertThat(changes.origin("mode")).isEqualTo(ValueWithOrigin.CODE);
            assertThat(changes.origin("maxWait")).isEqualTo(ValueWithOrigin.OPERATOR);
        });
    }

    @Test
    void refreshOfTheSameSettingShouldWinOverCode() {
        run(changes -> {
            changes.bulkhead()
                    .reconfigure(c -> c.toBuilder().maxQueue(5).maxConcurrent(2).build());
            properties.put("resilience.bulkhead.instances.shop.max-queue", 9);
            changes.instances.rebind(true, List.of());
            assertThat(changes.bulkhead().config().maxQueue()).isEqualTo(9);
            assertThat(changes.bulkhead().config().maxConcurrent()).isEqualTo(2);
            assertThat(changes.origin("maxQueue")).contains("max-queue");
        });
    }

    @Test
    void configurationShouldWinWhereCodeDoesNotAgree() {
        run(changes -> {
            changes.retry()
                    .reconfigure(c -> c.toBuilder()
                            .baseDelay(Duration.ofSeconds(2))
                            .maxAttempts(7)
                            .build());
            properties.put("resilience.retry.instances.shop.max-delay", "1s");
            changes.instances.rebind(true, List.of());
            assertThat(changes.retry().config().maxDelay()).hasSeconds(1);
            assertThat(changes.retry().config().baseDelay()).hasSeconds(1);
            assertThat(changes.originOfRetry("baseDelay")).isEqualTo(ValueWithOrigin.ANNOTATION);
        });
    }

    @Test
    void secondRefreshShouldKeepWhatCodeHasChanged() {
        run(changes -> {
            changes.bulkhead().reconfigure(c -> c.toBuilder().maxQueue(5).build());
            for (int limit = 4; limit < 7; limit++) {
                properties.put("resilience.bulkhead.instances.shop.max-concurrent", limit);
                changes.instances.rebind(true, List.of());
                assertThat(changes.bulkhead().config().maxQueue()).isEqualTo(5);
            }
        });
    }

    @Test
    void pinnedConfigurationShouldBeAll() {
        run(changes -> {
            changes.bulkhead().reconfigure(c -> c.toBuilder().maxQueue(5).build());
            changes.instances.pin(
                    BULKHEADS, "shop", BulkheadConfig.builder().maxConcurrent(3).build());
            assertThat(changes.bulkhead().config())
                    .isEqualTo(BulkheadConfig.builder().maxConcurrent(3).build());
        });
    }

    @Test
    void valueOnWhichAnOperatorsDependsShouldSurviveARefresh() {
        run(changes -> {
            changes.retry()
                    .reconfigure(
                            c -> c.toBuilder().maxDelay(Duration.ofHours(1)).build());
            new RuntimeSettings(changes.instances).change(RETRIES, changes.retry(), "base-delay=10s");
            properties.put("resilience.retry.instances.shop.max-attempts", 4);
            changes.instances.rebind(true, List.of());
            assertThat(changes.retry().config().maxAttempts()).isEqualTo(4);
            assertThat(changes.retry().config().maxDelay()).hasHours(1);
            assertThat(changes.originOfRetry("maxDelay")).isEqualTo(ValueWithOrigin.CODE);
        });
    }
}
