package io.netrun.resilience.spring.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.annotation.Hedge;
import io.netrun.resilience.hedge.HedgeConfig;
import io.netrun.resilience.hedge.HedgeDelay;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.autoconfigure.ResilienceRefreshAutoConfiguration;
import io.netrun.resilience.spring.metrics.ResilienceMeters;
import io.netrun.resilience.spring.pattern.KeyedMeters;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.cloud.context.environment.EnvironmentChangeEvent;
import reactor.core.publisher.Mono;

/** Settings of hedges: a delay that is a percentile, and attempts after failures. */
class HedgeSettingTests {

    private static final String DELAY = "resilience.hedge.instances.quotes.delay";

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(
                    AutoConfigurations.of(ResilienceAutoConfiguration.class, ResilienceRefreshAutoConfiguration.class))
            .withBean(Quotes.class);

    @Test
    void annotationShouldSetThem() {
        runner.run(context -> {
            HedgeConfig config = hedge(context).config();
            assertThat(config.delay()).isEqualTo(HedgeDelay.percentile(99.5));
            assertThat(config.initialDelay()).isEqualTo(Duration.ofSeconds(50));
            assertThat(config.minDelay()).isEqualTo(Duration.ofMillis(10));
            assertThat(config.onFailure()).isTrue();
            assertThat(hedge(context).metrics().delay()).isEqualTo(Duration.ofSeconds(50));
        });
    }

    @Test
    void configurationShouldOverrideTheAnnotation() {
        runner.withPropertyValues(
                        DELAY + "=p90",
                        "resilience.hedge.instances.quotes.initial-delay=70ms",
                        "resilience.hedge.instances.quotes.on-failure=false")
                .run(context -> {
                    HedgeConfig config = hedge(context).config();
                    assertThat(config.delay()).isEqualTo(HedgeDelay.percentile(90));
                    assertThat(config.onFailure()).isFalse();
                    assertThat(hedge(context).metrics().delay()).isEqualTo(Duration.ofMillis(70));
                });
    }

    @Test
    void refreshShouldChangeTheDelay() {
        runner.run(context -> {
            TestPropertyValues.of(DELAY + "=80ms").applyTo(context);
            context.publishEvent(new EnvironmentChangeEvent(context, Set.of(DELAY)));
            assertThat(hedge(context).config().delay()).isEqualTo(HedgeDelay.of(Duration.ofMillis(80)));
        });
    }

    @Test
    void delayThatIsNeitherShouldStopTheStart() {
        runner.withPropertyValues(DELAY + "=95")
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasMessageContaining("is '95', which cannot be read as a duration, or a percentile")
                        .hasMessageContaining("such as p95"));
        runner.withPropertyValues(DELAY + "=p20")
                .run(context -> assertThat(context).getFailure().hasMessageContaining("is 'p20'"));
        runner.withPropertyValues(DELAY + "=0ms")
                .run(context -> assertThat(context).getFailure().hasMessageContaining("delay is PT0S"));
    }

    @Test
    void delayInForceShouldBeAMeter() {
        runner.run(context -> {
            SimpleMeterRegistry meters = new SimpleMeterRegistry();
            new ResilienceMeters(context.getBean(ResilienceRegistry.class), KeyedMeters.FAMILY).bindTo(meters);
            assertThat(meters.get("resilience.hedge.delay")
                            .tag("name", "quotes")
                            .gauge()
                            .value())
                    .isEqualTo(50);
        });
    }

    @Test
    void failureOfAMethodShouldBeFollowedAtOnce() throws Exception {
        runner.run(context -> {
            Quotes quotes = context.getBean(Quotes.class);
            assertThat(quotes.quote()).isEqualTo("quote 2");
            assertThat(quotes.quoteLater().join()).isEqualTo("quote 4");
            assertThat(quotes.quoteMono().block()).isEqualTo("quote 6");
            assertThatThrownBy(quotes::missing).isInstanceOf(FileNotFoundException.class);
            assertThat(hedge(context).metrics().totalHedged()).isEqualTo(3);
        });
    }

    private static io.netrun.resilience.hedge.Hedge hedge(AssertableApplicationContext context) {
        return context.getBean(ResilienceRegistry.class)
                .find(io.netrun.resilience.hedge.Hedge.TYPE, "quotes")
                .orElseThrow();
    }

    static class Quotes {

        private final AtomicInteger calls = new AtomicInteger();

        private String next() throws IOException {
            int call = calls.incrementAndGet();
            if (call % 2 == 1) {
                throw new IOException("attempt " + call);
            }
            return "quote " + call;
        }

        @Hedge(
                name = "quotes",
                delay = "p99.5",
                initialDelay = "50s",
                minDelay = "10ms",
                onFailure = "true",
                ignoreExceptions = FileNotFoundException.class)
        public String quote() throws IOException {
            return next();
        }

        @Hedge(name = "quotes")
        public CompletableFuture<String> quoteLater() {
            try {
                return CompletableFuture.completedFuture(next());
            } catch (IOException e) {
                return CompletableFuture.failedFuture(e);
            }
        }

        @Hedge(name = "quotes")
        public Mono<String> quoteMono() {
            return Mono.fromCallable(this::next);
        }

        @Hedge(name = "quotes")
        public String missing() throws IOException {
            throw new FileNotFoundException();
        }
    }
}
