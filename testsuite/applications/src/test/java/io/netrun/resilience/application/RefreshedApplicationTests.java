package io.netrun.resilience.application;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.annotation.CircuitBreaker;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.circuitbreaker.CircuitBreakerConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.cloud.context.config.annotation.RefreshScope;
import org.springframework.cloud.context.refresh.ContextRefresher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Spring Cloud reads a changed file again, and makes the beans of its scope anew. */
@ExtendWith(OutputCaptureExtension.class)
class RefreshedApplicationTests {

    private static final String CIRCUIT = "resilience.circuit-breaker.instances.prices.";

    @TempDir
    private Path directory;

    private Path file;
    private WebApplication application;

    @BeforeEach
    void start() throws IOException {
        file = directory.resolve("application.properties");
        write(
                "shop.currency=EUR",
                CIRCUIT + "failure-threshold=50",
                "resilience.retry.instances.prices.base-delay=1ms");
        application = WebApplication.run(Prices.class, "spring.config.additional-location=file:" + directory + "/");
    }

    @AfterEach
    void stop() {
        application.close();
    }

    @Test
    void beanOfTheScopeShouldStayProtectedByTheSameInstances() throws Exception {
        assertThat(application.get("/price")).isEqualTo("EUR after 3 attempts");
        var breaker = breaker();
        assertThat(breaker.metrics().totalFailed()).isEqualTo(2);
        refresh(
                "shop.currency=CHF",
                CIRCUIT + "failure-threshold=60",
                "resilience.retry.instances.prices.base-delay=2ms");
        assertThat(application.get("/price")).isEqualTo("CHF after 3 attempts");
        assertThat(breaker()).isSameAs(breaker);
        assertThat(breaker.config().failureThreshold()).isEqualTo(60);
        assertThat(breaker.metrics().totalFailed()).isEqualTo(4);
        assertThat(application.get("/actuator/resilience"))
                .containsOnlyOnce("RefreshedApplicationTests$PriceList.price");
    }

    @Test
    void refreshThatIsRejectedShouldChangeNoInstance(CapturedOutput output) throws Exception {
        CircuitBreakerConfig before = breaker().config();
        refresh("shop.currency=CHF", CIRCUIT + "failure-threshold=0", CIRCUIT + "success-threshold=7");
        assertThat(output).contains("failureThreshold is 0: must be at least 1");
        assertThat(breaker().config()).isEqualTo(before);
        assertThat(application.get("/price")).isEqualTo("CHF after 3 attempts");
    }

    @Test
    void refreshAfterARejectedOneShouldBeFollowed() throws Exception {
        refresh(CIRCUIT + "failure-threshold=0", "shop.currency=EUR");
        refresh(CIRCUIT + "failure-threshold=70", "shop.currency=EUR");
        assertThat(breaker().config().failureThreshold()).isEqualTo(70);
        refresh("shop.currency=EUR");
        assertThat(breaker().config().failureThreshold()).as("the annotation's").isEqualTo(40);
    }

    private void refresh(String... lines) throws IOException {
        write(lines);
        application.context().getBean(ContextRefresher.class).refresh();
    }

    private void write(String... lines) throws IOException {
        Files.writeString(file, String.join("\n", lines));
    }

    private io.netrun.resilience.circuitbreaker.CircuitBreaker breaker() {
        return application
                .context()
                .getBean(ResilienceRegistry.class)
                .find(io.netrun.resilience.circuitbreaker.CircuitBreaker.TYPE, "prices")
                .orElseThrow();
    }

    static class PriceList {

        private final AtomicInteger attempts = new AtomicInteger();
        private final String currency;

        PriceList(String currency) {
            this.currency = currency;
        }

        /** For the proxy. */
        PriceList() {
            this("");
        }

        @Retry(name = "prices", maxAttempts = 3)
        @CircuitBreaker(name = "prices", failureThreshold = 40)
        public String price() {
            int attempt = attempts.incrementAndGet();
            if (attempt < 3) {
                throw new IllegalStateException("attempt " + attempt);
            }
            return currency + " after " + attempt + " attempts";
        }
    }

    @Configuration(proxyBeanMethods = false)
    @Import(Controller.class)
    static class Prices {

        @Bean
        @RefreshScope
        PriceList priceList(@Value("${shop.currency}") String currency) {
            return new PriceList(currency);
        }
    }

    @RestController
    static class Controller {

        private final PriceList prices;

        Controller(PriceList prices) {
            this.prices = prices;
        }

        @GetMapping("/price")
        String price() {
            return prices.price();
        }
    }
}
