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
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

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

    private static void run(Consumer<Changes> test) {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(ResilienceAutoConfiguration.class))
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
}
