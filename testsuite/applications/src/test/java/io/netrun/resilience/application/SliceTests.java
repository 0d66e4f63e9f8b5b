package io.netrun.resilience.application;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.autoconfigure.json.JsonTest;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.ContextConfiguration;

/** The settings of the whole application are there in a slice of it, whose beans are few. */
@ExtendWith(OutputCaptureExtension.class)
class SliceTests {

    /** Two names that are in use, one that is not in this slice, and one that resembles it. */
    static final String USED = "resilience.retry.instances.prices.base-delay=1ms";

    static final String ABSENT = "resilience.bulkhead.instances.warehouse.max-concurrent=3";
    static final String CLIENT = "resilience.http-clients.rates.circuit-breaker=rates";
    static final String SHARED = "resilience.retry.defaults.max-attempts=4";

    @Nested
    @JsonTest(properties = {USED, ABSENT, CLIENT, SHARED})
    @ContextConfiguration(classes = SliceTests.Application.class)
    @DirtiesContext
    class WithoutTheStarter {

        @Test
        void sectionsShouldMeanNothing(@Autowired ApplicationContext context, CapturedOutput output) {
            assertThat(context.getBeanNamesForType(ResilienceRegistry.class)).isEmpty();
            assertThat(output).doesNotContain("has settings in the configuration");
        }
    }

    @Nested
    @JsonTest(properties = {USED, ABSENT, CLIENT, SHARED})
    @ContextConfiguration(classes = SliceTests.Application.class)
    @ImportAutoConfiguration(ResilienceAutoConfiguration.class)
    @Import(Prices.class)
    @DirtiesContext
    class WithTheStarter {

        @Test
        void beanOfTheSliceShouldBeProtected(@Autowired Prices prices, @Autowired ResilienceRegistry registry) {
            assertThat(prices.price()).isEqualTo(4);
            assertThat(registry.find(io.netrun.resilience.retry.Retry.TYPE, "prices")
                            .orElseThrow()
                            .metrics()
                            .totalRetries())
                    .isEqualTo(3);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {}

    static class Prices {

        private int calls;

        @Retry(name = "prices")
        public int price() {
            if (++calls < 4) {
                throw new IllegalStateException("not yet");
            }
            return calls;
        }
    }
}
