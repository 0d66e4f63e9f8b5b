package io.netrun.resilience.spring.actuate;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.annotation.Bulkhead;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.autoconfigure.ResilienceEndpointAutoConfiguration;
import io.netrun.resilience.spring.autoconfigure.ResilienceRefreshAutoConfiguration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.cloud.context.environment.EnvironmentChangeEvent;
import org.springframework.core.env.MapPropertySource;

/** Whether the link of a family in a chain is shown as switched on is what holds for its keys. */
class KeyedSwitchTests {

    private static final String ENABLED = "resilience.bulkhead.instances.tenant.enabled";

    private final Map<String, Object> properties = new HashMap<>();

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    ResilienceAutoConfiguration.class,
                    ResilienceRefreshAutoConfiguration.class,
                    ResilienceEndpointAutoConfiguration.class))
            .withInitializer(context -> context.getEnvironment()
                    .getPropertySources()
                    .addFirst(new MapPropertySource("changed", properties)))
            .withPropertyValues("management.endpoints.web.exposure.include=resilience")
            .withBean(Reports.class);

    static class Reports {

        @Retry(name = "calm")
        @Bulkhead(name = "tenant", key = "#tenantId", maxConcurrent = 3)
        public String report(String tenantId) {
            return tenantId;
        }
    }

    private void refresh(AssertableApplicationContext context, String key, Object value) {
        properties.put(key, value);
        context.publishEvent(new EnvironmentChangeEvent(context, Set.of(key)));
    }

    /** Whether the endpoint shows the family as switched on. */
    private static boolean isShownOn(AssertableApplicationContext context) {
        Map<?, ?> methods =
                (Map<?, ?>) context.getBean(ResilienceEndpoint.class).all().get("methods");
        Map<?, ?> link = (Map<?, ?>) ((List<?>) methods.values().iterator().next()).get(0);
        assertThat(link.get("name")).isEqualTo("tenant");
        return !Boolean.FALSE.equals(link.get("enabled"));
    }

    private static boolean isOn(AssertableApplicationContext context, String tenant) {
        context.getBean(Reports.class).report(tenant);
        return context.getBean(ResilienceRegistry.class)
                .find(io.netrun.resilience.bulkhead.Bulkhead.TYPE, "tenant:" + tenant)
                .orElseThrow()
                .isEnabled();
    }

    @ParameterizedTest
    @CsvSource({
        "resilience.bulkhead.instances.tenant.enabled, true",
        "resilience.bulkhead.instances.tenant.enabled, false",
        "resilience.bulkhead.defaults.enabled, true",
        "resilience.bulkhead.defaults.enabled, false"
    })
    void familyShouldBeShownAsItsKeysAreAfterARefresh(String key, boolean first) {
        properties.put(key, first);
        runner.run(context -> {
            assertThat(isOn(context, "before")).isEqualTo(first);
            assertThat(isShownOn(context)).isEqualTo(first);
            refresh(context, key, !first);
            assertThat(isOn(context, "before")).isEqualTo(!first);
            assertThat(isOn(context, "after")).isEqualTo(!first);
            assertThat(isShownOn(context)).isEqualTo(!first);
            refresh(context, key, first);
            assertThat(isOn(context, "after")).isEqualTo(first);
            assertThat(isShownOn(context)).isEqualTo(first);
        });
    }

    @Test
    void refreshBeforeTheFirstKeyShouldBeShown() {
        runner.run(context -> {
            refresh(context, ENABLED, false);
            assertThat(isShownOn(context)).isFalse();
            assertThat(isOn(context, "acme")).isFalse();
        });
    }

    @Test
    void refusedRefreshShouldChangeNothing() {
        runner.run(context -> {
            properties.put("resilience.bulkhead.instances.tenant.max-concurrent", "many");
            refresh(context, ENABLED, false);
            assertThat(isShownOn(context)).isTrue();
            assertThat(isOn(context, "acme")).isTrue();
        });
    }

    /** It is the state of one key, and shown there. */
    @Test
    void operatorsSwitchOfAKeyShouldLeaveTheFamily() {
        runner.run(context -> {
            assertThat(isOn(context, "acme")).isTrue();
            context.getBean(ResilienceRegistry.class)
                    .find(io.netrun.resilience.bulkhead.Bulkhead.TYPE, "tenant:acme")
                    .orElseThrow()
                    .setEnabled(false);
            assertThat(isShownOn(context)).isTrue();
            assertThat(isOn(context, "acme")).isFalse();
            assertThat(isOn(context, "other")).isTrue();
        });
    }
}
