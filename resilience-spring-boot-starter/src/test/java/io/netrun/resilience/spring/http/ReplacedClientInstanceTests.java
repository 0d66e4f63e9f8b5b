package io.netrun.resilience.spring.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitOpenException;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.autoconfigure.ResilienceHttpClientsAutoConfiguration;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.mock.http.client.MockClientHttpRequest;
import org.springframework.mock.http.client.MockClientHttpResponse;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.ExchangeFilterFunction;
import reactor.core.publisher.Mono;

/** A client goes through the instances that the registry has now, as annotated methods do. */
@ExtendWith(OutputCaptureExtension.class)
class ReplacedClientInstanceTests {

    private static final URI SHOP = URI.create("http://shop.example/prices");

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    ResilienceAutoConfiguration.class, ResilienceHttpClientsAutoConfiguration.class))
            .withPropertyValues(
                    "resilience.http-clients.shop.circuit-breaker=shop",
                    "resilience.circuit-breaker.instances.shop.failure-threshold=3");

    private static Callable<Integer> restCall(ClientHttpRequestInterceptor client) {
        return () -> {
            try (ClientHttpResponse response = client.intercept(
                    new MockClientHttpRequest(HttpMethod.GET, SHOP),
                    new byte[0],
                    (request, body) -> new MockClientHttpResponse(new byte[0], HttpStatus.OK))) {
                return response.getStatusCode().value();
            }
        };
    }

    private static Mono<Integer> webCall(ExchangeFilterFunction client) {
        return client.filter(
                        ClientRequest.create(HttpMethod.GET, SHOP).build(),
                        request ->
                                Mono.just(ClientResponse.create(HttpStatus.OK).build()))
                .map(response -> response.statusCode().value());
    }

    /** One of each kind, and one that is there since before the start. */
    private static List<Callable<Integer>> calls(ApplicationContext context) {
        ResilientRestClients rest = context.getBean(ResilientRestClients.class);
        ResilientWebClients web = context.getBean(ResilientWebClients.class);
        Mono<Integer> assembledOnce = webCall(web.filter("shop"));
        return List.of(
                restCall(rest.interceptor("shop")),
                restCall(rest.interceptor(spec -> spec.circuitBreaker("shop"))),
                webCall(web.filter(spec -> spec.circuitBreaker("shop")))::block,
                assembledOnce::block);
    }

    @Test
    void clientShouldGoThroughTheInstanceThatReplacedItsOwn() {
        runner.run(context -> {
            ResilienceRegistry registry = context.getBean(ResilienceRegistry.class);
            for (Callable<Integer> call : calls(context)) {
                assertThat(call.call()).isEqualTo(200);
                CircuitBreaker replacement = CircuitBreaker.of("shop");
                registry.register(replacement);
                replacement.forceOpen();
                assertThatThrownBy(call::call).isInstanceOf(CircuitOpenException.class);
                replacement.reset();
                assertThat(call.call()).isEqualTo(200);
                assertThat(replacement.metrics().totalSucceeded()).isEqualTo(1);
            }
        });
    }

    @Test
    void clientWhoseInstanceWasRemovedShouldGetANewOne() {
        runner.run(context -> {
            ResilienceRegistry registry = context.getBean(ResilienceRegistry.class);
            for (Callable<Integer> call : calls(context)) {
                assertThat(call.call()).isEqualTo(200);
                CircuitBreaker former =
                        registry.remove(CircuitBreaker.TYPE, "shop").orElseThrow();
                former.forceOpen();
                assertThat(call.call()).isEqualTo(200);
                assertThat(registry.find(CircuitBreaker.TYPE, "shop")).hasValueSatisfying(present -> {
                    assertThat(present).isNotSameAs(former);
                    assertThat(present.config().failureThreshold()).isEqualTo(3);
                    assertThat(present.metrics().totalSucceeded()).isEqualTo(1);
                });
            }
        });
    }

    @Test
    void clientShouldNotWaitInAnInstanceThatWasShutDown() {
        runner.withPropertyValues(
                        "resilience.http-clients.slow.retry=slow",
                        "resilience.retry.instances.slow.base-delay=1ms",
                        "resilience.retry.instances.slow.max-attempts=2")
                .run(context -> {
                    ResilienceRegistry registry = context.getBean(ResilienceRegistry.class);
                    int[] attempts = new int[1];
                    ClientHttpRequestInterceptor client =
                            context.getBean(ResilientRestClients.class).interceptor("slow");
                    registry.remove(Retry.TYPE, "slow").orElseThrow().shutdown();
                    assertThatThrownBy(() -> client.intercept(
                                    new MockClientHttpRequest(HttpMethod.GET, SHOP), new byte[0], (request, body) -> {
                                        attempts[0]++;
                                        throw new IOException("down");
                                    }))
                            .hasRootCauseMessage("down");
                    assertThat(attempts[0]).isEqualTo(2);
                });
    }

    @Test
    void endpointShouldShowWhatTheNextCallGoesThrough() {
        runner.run(context -> {
            Bulkhead bulkhead = Bulkhead.of("elsewhere");
            ResilienceRegistry registry = context.getBean(ResilienceRegistry.class);
            CircuitBreaker replacement = CircuitBreaker.of("shop");
            registry.register(bulkhead);
            registry.register(replacement);
            assertThat(context.getBean(HttpClients.class)
                            .pipelines()
                            .get("HTTP client 'shop'")
                            .policies())
                    .containsExactly(replacement);
        });
    }

    @Test
    void refreshedClientShouldFollowItsNewInstance() {
        runner.run(context -> {
            Callable<Integer> call =
                    restCall(context.getBean(ResilientRestClients.class).interceptor("shop"));
            TestPropertyValues.of("resilience.http-clients.shop.circuit-breaker=other")
                    .applyTo(context.getSourceApplicationContext());
            context.getBean(HttpClients.class).rebind(Set.of("resilience.http-clients.shop.circuit-breaker"));
            CircuitBreaker replacement = CircuitBreaker.of("other");
            context.getBean(ResilienceRegistry.class).register(replacement);
            assertThat(call.call()).isEqualTo(200);
            assertThat(replacement.metrics().totalSucceeded()).isEqualTo(1);
        });
    }

    @Test
    void callShouldBeMadeWithoutAnInstanceThatCannotBeMade(CapturedOutput output) {
        runner.run(context -> {
            ResilienceRegistry registry = context.getBean(ResilienceRegistry.class);
            Callable<Integer> call =
                    restCall(context.getBean(ResilientRestClients.class).interceptor("shop"));
            ConfigurableApplicationContext source = context.getSourceApplicationContext();
            TestPropertyValues.of("resilience.circuit-breaker.instances.shop.failure-threshold=0")
                    .applyTo(source);
            registry.remove(CircuitBreaker.TYPE, "shop");
            assertThat(call.call()).isEqualTo(200);
            assertThat(call.call()).isEqualTo(200);
            assertThat(output.toString().split("Calls are not protected by it", -1))
                    .hasSize(2);
            TestPropertyValues.of("resilience.circuit-breaker.instances.shop.failure-threshold=4")
                    .applyTo(source);
            assertThat(call.call()).isEqualTo(200);
            assertThat(registry.find(CircuitBreaker.TYPE, "shop"))
                    .hasValueSatisfying(present ->
                            assertThat(present.metrics().totalSucceeded()).isEqualTo(1));
        });
    }
}
