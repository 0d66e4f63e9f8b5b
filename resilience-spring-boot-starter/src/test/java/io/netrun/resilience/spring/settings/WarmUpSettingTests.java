package io.netrun.resilience.spring.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.annotation.RateLimiter;
import io.netrun.resilience.ratelimiter.RateLimiterConfig;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

/** The settings {@code initial-tokens} and {@code warm-up}. */
class WarmUpSettingTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(ResilienceAutoConfiguration.class))
            .withBean(Search.class);

    static class Search {

        @RateLimiter(name = "search", limit = 30, period = "1h", initialTokens = 0, warmUp = "2h")
        public String find() {
            return "found";
        }
    }

    private static io.netrun.resilience.ratelimiter.RateLimiter search(ApplicationContext context) {
        return context.getBean(ResilienceRegistry.class)
                .find(io.netrun.resilience.ratelimiter.RateLimiter.TYPE, "search")
                .orElseThrow();
    }

    @Test
    void annotationShouldSetTheBeginning() {
        runner.run(context -> {
            RateLimiterConfig config = search(context).config();
            assertThat(config.initialTokens()).isZero();
            assertThat(config.warmUp()).isEqualTo(Duration.ofHours(2));
            assertThat(search(context).metrics().available()).isZero();
            assertThat(search(context).metrics().inForce()).isEqualTo(10);
        });
    }

    @Test
    void configurationShouldOverrideTheAnnotation() {
        runner.withPropertyValues(
                        "resilience.rate-limiter.instances.search.initial-tokens=7",
                        "resilience.rate-limiter.instances.search.warm-up=0s")
                .run(context -> {
                    assertThat(search(context).metrics().available()).isEqualTo(7);
                    assertThat(search(context).metrics().inForce()).isEqualTo(30);
                });
    }

    @Test
    void valueOutOfRangeShouldBeAStartUpProblem() {
        runner.withPropertyValues("resilience.rate-limiter.instances.search.initial-tokens=-1")
                .run(context -> assertThat(context.getStartupFailure())
                        .hasMessageContaining("initial-tokens")
                        .hasMessageContaining("must be between 0 and 1000000"));
        runner.withPropertyValues("resilience.rate-limiter.defaults.warm-up=-1s")
                .run(context -> assertThat(context.getStartupFailure())
                        .hasMessageContaining("warm-up")
                        .hasMessageContaining("must be zero or positive"));
    }
}
