package io.netrun.resilience.application;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.content;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.webmvc.test.autoconfigure.AutoConfigureMockMvc;
import org.springframework.boot.webmvc.test.autoconfigure.WebMvcTest;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Import;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** The controllers of an application alone, with the settings of all of it. */
@WebMvcTest(
        properties = {
            "resilience.retry.instances.prices.base-delay=1ms",
            "resilience.retry.instances.warehouse.max-attempts=5",
            "resilience.bulkhead.instances.orders.max-concurrent=3",
            "resilience.http-clients.rates.circuit-breaker=rates"
        })
@AutoConfigureMockMvc(addFilters = false)
@ImportAutoConfiguration(ResilienceAutoConfiguration.class)
@Import(WebSliceTests.Prices.class)
@ExtendWith(OutputCaptureExtension.class)
class WebSliceTests {

    @Autowired
    private MockMvc http;

    @Autowired
    private ApplicationContext context;

    @Test
    void controllerOfTheSliceShouldBeProtected(CapturedOutput output) throws Exception {
        http.perform(get("/price"))
                .andExpect(status().isOk())
                .andExpect(content().string("3"));
        assertThat(context.getBean(ResilienceRegistry.class)
                        .find(io.netrun.resilience.retry.Retry.TYPE, "prices")
                        .orElseThrow()
                        .metrics()
                        .totalRetries())
                .isEqualTo(2);
        assertThat(output).doesNotContain("Retry 'prices' has settings in the configuration");
    }

    @SpringBootConfiguration
    @EnableAutoConfiguration
    static class Application {}

    @RestController
    static class Prices {

        private int calls;

        @GetMapping("/price")
        @Retry(name = "prices")
        public String price() {
            if (++calls < 3) {
                throw new IllegalStateException("not yet");
            }
            return String.valueOf(calls);
        }
    }
}
