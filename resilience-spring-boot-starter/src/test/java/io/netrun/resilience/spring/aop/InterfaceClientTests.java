package io.netrun.resilience.spring.aop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.netrun.resilience.Policy;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.annotation.CircuitBreaker;
import io.netrun.resilience.annotation.Fallback;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.method.MethodPipeline;
import io.netrun.resilience.spring.method.MethodPipelines;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.support.RestClientAdapter;
import org.springframework.web.service.annotation.GetExchange;
import org.springframework.web.service.annotation.HttpExchange;
import org.springframework.web.service.invoker.HttpServiceProxyFactory;

/** Spring's HTTP interface clients, which are proxies without a class of their own. */
class InterfaceClientTests {

    private final AtomicInteger requests = new AtomicInteger();
    private volatile int failures;
    private HttpServer server;

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(ResilienceAutoConfiguration.class))
            .withBean(
                    Prices.class,
                    () -> HttpServiceProxyFactory.builderFor(RestClientAdapter.create(RestClient.create(
                                    "http://localhost:" + server.getAddress().getPort())))
                            .build()
                            .createClient(Prices.class));

    @BeforeEach
    void start() throws Exception {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            boolean fails = requests.incrementAndGet() <= failures;
            byte[] body = (fails ? "down" : "4.90").getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(fails ? 503 : 200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void methodShouldBeProtectedByTheInterfacesAnnotations() {
        failures = 2;
        runner.run(context -> {
            assertThat(context.getBean(Prices.class).ofProduct(7)).isEqualTo("4.90");
            assertThat(requests).hasValue(3);
        });
    }

    @Test
    void instanceAndMethodShouldBeNamedAfterTheInterface() {
        runner.run(context -> {
            context.getBean(Prices.class).ofProduct(7);
            assertThat(context.getBean(ResilienceRegistry.class)
                            .all(io.netrun.resilience.circuitbreaker.CircuitBreaker.TYPE))
                    .extracting(Policy::name)
                    .contains("Prices.ofProduct", "Prices.latest")
                    .allMatch(name -> name.startsWith("Prices."));
            assertThat(context.getBean(MethodPipelines.class).all())
                    .extracting(MethodPipeline::title)
                    .contains(Prices.class.getName() + ".ofProduct(long)", Prices.class.getName() + ".latest()")
                    .allMatch(title -> title.startsWith(Prices.class.getName() + "."));
        });
    }

    @Test
    void defaultMethodOfTheInterfaceShouldReplaceAFailure() {
        failures = 10;
        runner.run(context -> assertThat(context.getBean(Prices.class).latest()).isEqualTo("the last one known"));
    }

    @Test
    void circuitShouldOpenForOneMethodAlone() {
        failures = 5;
        runner.run(context -> {
            Prices prices = context.getBean(Prices.class);
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> prices.ofProduct(7)).isInstanceOf(RuntimeException.class);
            }
            assertThat(prices.latest()).isEqualTo("4.90");
        });
    }

    @HttpExchange("/prices")
    @CircuitBreaker(failureThreshold = 5)
    public interface Prices {

        @GetExchange("/product")
        @Retry(maxAttempts = 3, baseDelay = "1ms")
        String ofProduct(@RequestParam("id") long id);

        @GetExchange("/latest")
        @Fallback(method = "lastKnown")
        String latest();

        default String lastKnown() {
            return "the last one known";
        }
    }
}
