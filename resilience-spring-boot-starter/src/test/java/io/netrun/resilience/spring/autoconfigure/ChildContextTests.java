package io.netrun.resilience.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.annotation.CircuitBreaker;
import io.netrun.resilience.annotation.Fallback;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.circuitbreaker.CircuitBreakerEvent;
import io.netrun.resilience.retry.RetryConfig;
import io.netrun.resilience.spring.actuate.ResilienceEndpoint;
import io.netrun.resilience.spring.http.ResilientRestClients;
import io.netrun.resilience.spring.settings.ConfigCustomizer;
import io.netrun.resilience.spring.settings.InstanceFactory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.cloud.client.circuitbreaker.CircuitBreakerFactory;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.core.env.MapPropertySource;
import org.springframework.http.HttpStatus;
import org.springframework.mock.http.client.MockClientHttpRequest;
import org.springframework.mock.http.client.MockClientHttpResponse;
import org.springframework.web.client.RestClient;

/** Contexts with a parent: both have the starter, and they share instances. */
@ExtendWith(OutputCaptureExtension.class)
class ChildContextTests {

    private final List<ConfigurableApplicationContext> open = new ArrayList<>();

    @AfterEach
    void close() {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
    }

    @Test
    void childShouldShareTheInstancesOfItsParent() {
        var parent = context(null, Map.of(), Client.class);
        var child = context(parent, Map.of(), Client.class);
        var sibling = context(parent, Map.of(), Client.class);
        assertThat(breaker(child)).isSameAs(breaker(parent));
        fail(child, 1);
        fail(sibling, 1);
        fail(parent, 1);
        assertThat(parent.getBean(ResilienceRegistry.class)
                        .find(io.netrun.resilience.circuitbreaker.CircuitBreaker.TYPE, "payments")
                        .orElseThrow()
                        .metrics()
                        .failureCount())
                .isEqualTo(3);
    }

    @Test
    void annotationOfAChildShouldGoWithTheConfiguration() {
        var parent = context(null, Map.of("resilience.retry.instances.flaky.base-delay", "1ms"));
        var child = context(parent, Map.of(), Flaky.class);
        assertThat(attempts(child)).isEqualTo(4);
    }

    @Test
    void configurationOfAChildShouldCountForItsBeans() {
        var parent = context(null, Map.of("resilience.retry.defaults.max-attempts", "6"));
        var child = context(
                parent,
                Map.of(
                        "resilience.retry.instances.flaky.max-attempts",
                        "2",
                        "resilience.retry.defaults.base-delay",
                        "0s"),
                Flaky.class);
        assertThat(attempts(child)).isEqualTo(2);
        assertThat(retry(parent).config().baseDelay()).as("the annotation's").hasMillis(1);
    }

    @Test
    void placeholderOfAChildShouldBeResolvedInTheChild() {
        var parent = context(null, Map.of("attempts", "7"));
        var child = context(parent, Map.of("attempts", "2"), Placeholder.class);
        assertThat(child.getBean(ResilienceRegistry.class).all(io.netrun.resilience.retry.Retry.TYPE))
                .extracting(io.netrun.resilience.retry.Retry::name)
                .containsExactly("with-2");
    }

    @Test
    void configurationThatAnotherContextOverrulesShouldStopTheStart() {
        var parent = context(null, Map.of("resilience.retry.instances.flaky.max-attempts", "3"));
        assertThatThrownBy(() ->
                        context(parent, Map.of("resilience.retry.instances.flaky.max-attempts", "2"), Flaky.class))
                .hasMessageContaining("Retry 'flaky' has settings in this application context that differ")
                .hasMessageContaining("maxAttempts");
        context(parent, Map.of("resilience.retry.instances.flaky.max-attempts", "3"), Flaky.class);
    }

    @Test
    void settingsUnderOneNameInSiblingsShouldBeTheSame() {
        var parent = context(null, Map.of());
        context(parent, Map.of("resilience.retry.instances.flaky.max-attempts", "2"), Flaky.class);
        assertThatThrownBy(() ->
                        context(parent, Map.of("resilience.retry.instances.flaky.max-attempts", "3"), Flaky.class))
                .hasMessageContaining("Retry 'flaky' has settings in this application context");
    }

    @Test
    void childThatIsMadeAgainShouldGoByItsNewConfiguration() {
        var parent = context(null, Map.of());
        var first = context(parent, Map.of("resilience.retry.instances.flaky.max-attempts", "2"), Flaky.class);
        assertThat(attempts(first)).isEqualTo(2);
        first.close();
        var second = context(parent, Map.of("resilience.retry.instances.flaky.max-attempts", "3"), Flaky.class);
        assertThat(attempts(second)).isEqualTo(3);
        second.close();
        var third = context(parent, Map.of(), Flaky.class);
        assertThat(attempts(third)).isEqualTo(4);
    }

    @Test
    void closedChildShouldLeaveNothingOfItsConfiguration(CapturedOutput output) {
        var parent = context(null, Map.of(), Flaky.class);
        var child = context(parent, Map.of("resilience.retry.instances.flaky.max-attempts", "2"));
        assertThat(attempts(parent)).isEqualTo(2);
        assertThat(output).contains("Retry 'flaky' applied the configuration of a child context: [maxAttempts]");
        child.close();
        assertThat(retry(parent).config().maxAttempts()).isEqualTo(4);
        assertThat(output)
                .contains("Retry 'flaky' applied the settings of the other contexts, since a child context was closed:"
                        + " [maxAttempts]");
        context(parent, Map.of());
        assertThat(retry(parent).config().maxAttempts()).isEqualTo(4);
    }

    @Test
    void closedChildShouldLeaveNothingOfItsAnnotations(CapturedOutput output) {
        var parent = context(null, Map.of("resilience.retry.defaults.base-delay", "1ms"));
        parent.getBean(ResilienceRegistry.class).getOrCreate(io.netrun.resilience.retry.Retry.TYPE, "flaky");
        var child = context(parent, Map.of(), Flaky.class);
        assertThat(retry(parent).config().maxAttempts()).isEqualTo(4);
        assertThat(output)
                .contains("Retry 'flaky' applied the settings of a child context's annotation: [maxAttempts]");
        child.close();
        assertThat(retry(parent).config().maxAttempts()).isEqualTo(3);
        assertThat(retry(parent).config().baseDelay()).hasMillis(1);
    }

    @Test
    void closedChildShouldGiveWayToTheNextContext() {
        var parent = context(null, Map.of(), Flaky.class);
        var first = context(parent, Map.of("resilience.retry.instances.flaky.max-attempts", "2"));
        context(parent, Map.of("resilience.retry.instances.flaky.max-attempts", "2"));
        first.close();
        assertThat(retry(parent).config().maxAttempts()).isEqualTo(2);
    }

    @Test
    void closedChildShouldLeaveAnOperatorsChange() {
        var parent = context(
                null,
                Map.of(
                        "management.endpoint.resilience.access",
                        "UNRESTRICTED",
                        "management.endpoints.web.exposure.include",
                        "resilience"),
                Flaky.class);
        var child = context(
                parent,
                Map.of(
                        "resilience.retry.instances.flaky.max-attempts",
                        "2",
                        "resilience.retry.instances.flaky.base-delay",
                        "2ms"));
        parent.getBean(ResilienceEndpoint.class)
                .act("retry", "flaky", null, "maxAttempts=9", null, null, null, null, SecurityContext.NONE);
        child.close();
        assertThat(retry(parent).config().maxAttempts()).isEqualTo(9);
        assertThat(retry(parent).config().baseDelay()).hasMillis(1);
    }

    @Test
    void closedChildShouldSwitchNothingOffForGood() {
        var parent = context(null, Map.of(), Flaky.class);
        var child = context(parent, Map.of("resilience.retry.instances.flaky.enabled", "false"));
        assertThat(retry(parent).isEnabled()).isFalse();
        child.close();
        assertThat(retry(parent).isEnabled()).isTrue();
    }

    @Test
    void refreshShouldKeepWhatAChildConfigures() {
        Map<String, Object> properties = new HashMap<>();
        var parent = context(null, properties, Flaky.class);
        var child = context(parent, Map.of("resilience.retry.instances.flaky.max-attempts", "2"));
        properties.put("resilience.retry.defaults.max-delay", "20s");
        parent.getBean(InstanceFactory.class).rebind(true, List.of());
        assertThat(retry(parent).config().maxAttempts()).isEqualTo(2);
        child.close();
        assertThat(retry(parent).config().maxAttempts()).isEqualTo(4);
        assertThat(retry(parent).config().maxDelay()).hasSeconds(20);
    }

    @Test
    void customizerOfAChildShouldCountForItsBeans() {
        var parent = context(null, Map.of());
        var child = context(parent, Map.of(), Flaky.class, CustomizesRetries.class);
        assertThat(attempts(child)).isEqualTo(2);
    }

    @Test
    void childShouldBeCheckedWhenItStarts() {
        var parent = context(null, Map.of());
        assertThatThrownBy(() -> context(parent, Map.of(), FinalMethod.class))
                .hasMessageContaining("FinalMethod.call")
                .hasMessageContaining("is final");
        assertThatThrownBy(() -> context(parent, Map.of("resilience.retyr.instances.x.max-attempts", "2")))
                .hasMessageContaining("retyr");
    }

    @Test
    void fallbackShouldBeFoundAmongTheBeansOfTheChild() {
        var parent = context(null, Map.of());
        for (int again = 0; again < 2; again++) {
            var child = context(parent, Map.of(), Archived.class, Archive.class);
            assertThat(child.getBean(Archived.class).call()).isEqualTo("from the archive");
            child.close();
        }
    }

    @Test
    void httpClientOfAChildShouldHaveTheSettingsOfTheChild() {
        var parent = context(null, Map.of("resilience.retry.defaults.base-delay", "1ms"), Clients.class);
        for (int attempts = 2; attempts <= 3; attempts++) {
            var child = context(
                    parent,
                    Map.of(
                            "resilience.http-clients.prices.retry",
                            "prices",
                            "resilience.retry.instances.prices.max-attempts",
                            attempts),
                    Clients.class);
            assertThat(requests(child)).isEqualTo(attempts);
            assertThat(parent.getBean(ResilienceRegistry.class).find(io.netrun.resilience.retry.Retry.TYPE, "prices"))
                    .as("the instance is that of all")
                    .isPresent();
            child.close();
        }
        assertThatThrownBy(() -> requests(parent)).hasMessageContaining("resilience.http-clients.prices");
    }

    private static int requests(ConfigurableApplicationContext context) {
        AtomicInteger requests = new AtomicInteger();
        RestClient client = RestClient.builder()
                .requestFactory((uri, method) -> {
                    requests.incrementAndGet();
                    MockClientHttpRequest request = new MockClientHttpRequest(method, uri);
                    request.setResponse(new MockClientHttpResponse(new byte[0], HttpStatus.SERVICE_UNAVAILABLE));
                    return request;
                })
                .apply(context.getBean(ResilientRestClients.class).client("prices"))
                .build();
        assertThat(client.get()
                        .uri("http://prices/7")
                        .<Integer>exchange(
                                (request, response) -> response.getStatusCode().value()))
                .isEqualTo(503);
        return requests.get();
    }

    @Test
    void springCloudIdOfAChildShouldHaveTheSettingsOfTheChild() {
        var parent = context(null, Map.of(), Clients.class);
        var child = context(
                parent, Map.of("resilience.circuit-breaker.instances.stock.failure-threshold", "2"), Clients.class);
        assertThat(admitted(child, "stock")).isEqualTo(2);
        assertThat(admitted(child, "other")).isEqualTo(5);
        assertThat(parent.getBean(ResilienceRegistry.class)
                        .all(io.netrun.resilience.circuitbreaker.CircuitBreaker.TYPE))
                .extracting(io.netrun.resilience.circuitbreaker.CircuitBreaker::name)
                .containsExactly("spring-cloud:other", "stock");
        child.close();
        assertThat(parent.getBean(ResilienceRegistry.class)
                        .find(io.netrun.resilience.circuitbreaker.CircuitBreaker.TYPE, "stock")
                        .orElseThrow()
                        .config()
                        .failureThreshold())
                .isEqualTo(5);
    }

    /** The number of failing calls that a circuit breaker of Spring Cloud admits before it opens. */
    private static int admitted(ConfigurableApplicationContext context, String id) {
        AtomicInteger admitted = new AtomicInteger();
        for (int i = 0; i < 10; i++) {
            String answer = context.getBean(CircuitBreakerFactory.class)
                    .create(id)
                    .run(
                            () -> {
                                admitted.incrementAndGet();
                                throw new IllegalStateException("the service is down");
                            },
                            failure -> "instead");
            assertThat(answer).isEqualTo("instead");
        }
        return admitted.get();
    }

    @Test
    void listenersOfEachContextShouldReceiveEachEventOnce() {
        var parent = context(null, Map.of(), Client.class, Listener.class);
        var child = context(parent, Map.of(), Client.class, Listener.class);
        var sibling = context(parent, Map.of(), Client.class, Listener.class);
        fail(child, 5);
        assertThat(List.of(heard(parent), heard(child), heard(sibling))).containsOnly(1);
        child.close();
        breaker(parent).reset();
        assertThat(List.of(heard(parent), heard(sibling))).containsOnly(2);
        assertThat(child.isActive()).isFalse();
        var again = context(parent, Map.of(), Client.class, Listener.class);
        fail(parent, 5);
        assertThat(List.of(heard(parent), heard(sibling))).containsOnly(3);
        assertThat(heard(again)).isEqualTo(1);
    }

    /** As a checkpoint does it, and a test suite on Spring Framework 7. */
    @Test
    void contextsThatAreStoppedAndStartedShouldGoOn() {
        var parent = context(null, Map.of(), Client.class, Listener.class);
        var child = context(parent, Map.of(), Client.class, Flaky.class, Listener.class);
        for (int restart = 0; restart < 2; restart++) {
            child.stop();
            parent.stop();
            parent.start();
            child.start();
        }
        fail(child, 5);
        assertThat(List.of(heard(parent), heard(child))).containsOnly(1);
        assertThat(attempts(child)).isEqualTo(4);
        child.stop();
        fail(parent, 1, io.netrun.resilience.circuitbreaker.CircuitOpenException.class);
        child.start();
        breaker(child).reset();
        fail(child, 1);
    }

    @Test
    void metersShouldBeThereOnceAndOutliveTheChild() {
        var parent = context(null, Map.of(), Meters.class);
        var child = context(parent, Map.of(), Client.class);
        MeterRegistry meters = parent.getBean(MeterRegistry.class);
        parent.getBean(io.netrun.resilience.spring.metrics.ResilienceMeters.class)
                .bindTo(meters);
        assertThat(child.getBeansOfType(io.netrun.resilience.spring.metrics.ResilienceMeters.class))
                .isEmpty();
        fail(child, 2);
        child.close();
        assertThat(meters.get("resilience.circuitbreaker.calls")
                        .tag("name", "payments")
                        .tag("outcome", "failed")
                        .functionCounter()
                        .count())
                .isEqualTo(2);
    }

    @Test
    void endpointShouldListTheMethodsOfEachContext() {
        var parent = context(null, Map.of("management.endpoints.web.exposure.include", "resilience"), Client.class);
        var child = context(parent, Map.of(), Flaky.class);
        assertThat(methods(parent)).hasToString(methods(child).toString()).hasSize(2);
        child.close();
        assertThat(methods(parent)).hasSize(1);
    }

    @Test
    void childThatIsSwitchedOffShouldNotBeProtected() {
        var parent = context(null, Map.of(), Flaky.class);
        var child = context(parent, Map.of("resilience.enabled", "false"), AopAutoConfiguration.class, Flaky.class);
        assertThat(attempts(child)).isEqualTo(1);
        assertThat(attempts(parent)).isEqualTo(4);
    }

    @Test
    void childOfAParentThatIsSwitchedOffShouldNotStart() {
        var parent = context(null, Map.of("resilience.enabled", "false"), Flaky.class);
        assertThatThrownBy(() -> context(parent, Map.of("resilience.enabled", "true"), Flaky.class))
                .hasMessageContaining("resilience.enabled")
                .hasMessageContaining("is true, but false in the parent context, whose instances this context shares:"
                        + " nothing here would be protected");
    }

    @Test
    void childOfAParentThatIsSwitchedOffShouldSayWhatItLacks(CapturedOutput output) {
        var parent = context(null, Map.of("resilience.enabled", "false"), Flaky.class);
        var child = new AnnotationConfigApplicationContext();
        open.add(child);
        // As with arguments of each application, whose sources have the same name: the child does not inherit them.
        child.getEnvironment()
                .getPropertySources()
                .addFirst(new MapPropertySource("properties of context 1", Map.of("some", "thing")));
        child.setParent(parent);
        child.register(Parent.class, Flaky.class);
        child.refresh();
        assertThat(attempts(child)).isEqualTo(1);
        assertThat(output)
                .containsOnlyOnce("Nothing in this application context is protected: resilience.enabled is false in its"
                        + " parent, whose instances it shares.");
    }

    @Test
    void childThatInheritsTheSwitchShouldSayIt(CapturedOutput output) {
        var parent = context(null, Map.of("resilience.enabled", "false"), Flaky.class);
        assertThat(output).containsOnlyOnce("is false: nothing in this application context is protected");
        var child = context(parent, Map.of(), Flaky.class);
        assertThat(attempts(child)).isEqualTo(1);
        assertThat(output.toString().split("is false: nothing in this application context is protected", -1))
                .hasSize(3);
        assertThat(output).doesNotContain("Nothing in this application context");
    }

    @Test
    void contextsOfOneBuilderShouldShareInstances(CapturedOutput output) {
        var child = new SpringApplicationBuilder(Parent.class, Listener.class)
                .properties("resilience.retry.instances.flaky.max-attempts=2")
                .child(Parent.class, Flaky.class, Client.class, Listener.class)
                .web(WebApplicationType.NONE)
                .run();
        open.add((ConfigurableApplicationContext) child.getParent());
        open.add(child);
        assertThat(attempts(child)).isEqualTo(2);
        fail(child, 5);
        assertThat(heard(child)).isEqualTo(1);
        assertThat(heard((ConfigurableApplicationContext) child.getParent())).isEqualTo(1);
        assertThat(output).doesNotContain("ERROR");
    }

    /** Spring Cloud's bootstrap context has nothing of ours, so its child is like an application without a parent. */
    @Test
    void applicationWithABootstrapContextShouldBeAsOneWithout() {
        var application = new SpringApplicationBuilder(Parent.class, Flaky.class, Client.class, Listener.class)
                .properties("spring.cloud.bootstrap.enabled=true", "resilience.retry.instances.flaky.max-attempts=2")
                .web(WebApplicationType.NONE)
                .run();
        open.add(application);
        assertThat(application.getParent()).as("the bootstrap context").isNotNull();
        assertThat(attempts(application)).isEqualTo(2);
        fail(application, 5);
        assertThat(heard(application)).isEqualTo(1);
    }

    private ConfigurableApplicationContext context(
            ConfigurableApplicationContext parent, Map<String, Object> properties, Class<?>... beans) {
        var context = new AnnotationConfigApplicationContext();
        open.add(context);
        context.getEnvironment()
                .getPropertySources()
                .addFirst(new MapPropertySource("properties of context " + open.size(), properties));
        if (parent != null) {
            context.setParent(parent);
        }
        context.register(Parent.class);
        for (Class<?> bean : beans) {
            context.register(bean);
        }
        context.refresh();
        return context;
    }

    private static io.netrun.resilience.circuitbreaker.CircuitBreaker breaker(ConfigurableApplicationContext context) {
        return context.getBean(ResilienceRegistry.class)
                .find(io.netrun.resilience.circuitbreaker.CircuitBreaker.TYPE, "payments")
                .orElseThrow();
    }

    private static io.netrun.resilience.retry.Retry retry(ConfigurableApplicationContext context) {
        return context.getBean(ResilienceRegistry.class)
                .find(io.netrun.resilience.retry.Retry.TYPE, "flaky")
                .orElseThrow();
    }

    private static void fail(ConfigurableApplicationContext context, int times) {
        fail(context, times, IllegalStateException.class);
    }

    private static void fail(ConfigurableApplicationContext context, int times, Class<? extends Exception> failure) {
        for (int i = 0; i < times; i++) {
            assertThatThrownBy(context.getBean(Client.class)::call).isInstanceOf(failure);
        }
    }

    private static int attempts(ConfigurableApplicationContext context) {
        Flaky flaky = context.getBean(Flaky.class);
        assertThatThrownBy(flaky::call).isInstanceOf(RuntimeException.class);
        return flaky.calls();
    }

    private static int heard(ConfigurableApplicationContext context) {
        return context.getBean(Listener.class).heard.get();
    }

    private static Map<?, ?> methods(ConfigurableApplicationContext context) {
        return (Map<?, ?>) context.getBean(ResilienceEndpoint.class).all().get("methods");
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({
        ResilienceAutoConfiguration.class,
        ResilienceEndpointAutoConfiguration.class,
        ResilienceMetricsAutoConfiguration.class
    })
    static class Parent {}

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({ResilienceHttpClientsAutoConfiguration.class, ResilienceCloudAutoConfiguration.class})
    static class Clients {}

    @Configuration(proxyBeanMethods = false)
    static class Meters {

        @Bean
        SimpleMeterRegistry meters() {
            return new SimpleMeterRegistry();
        }
    }

    static class Client {

        @CircuitBreaker(name = "payments")
        public void call() {
            throw new IllegalStateException("the service is down");
        }
    }

    static class Flaky {

        private final AtomicInteger calls = new AtomicInteger();

        @Retry(name = "flaky", maxAttempts = 4, baseDelay = "1ms")
        public void call() {
            calls.incrementAndGet();
            throw new IllegalStateException("every attempt fails");
        }

        public int calls() {
            return calls.get();
        }
    }

    static class Placeholder {

        @Retry(name = "with-${attempts}", baseDelay = "${attempts}ms")
        public void call() {}
    }

    static class FinalMethod {

        @Retry
        public final void call() {}
    }

    static class Archived {

        @Fallback(bean = "archive", method = "read")
        public String call() {
            throw new IllegalStateException("the service is down");
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Archive {

        @Bean
        Reader archive() {
            return new Reader();
        }
    }

    static class Reader {

        public String read() {
            return "from the archive";
        }
    }

    static class Listener {

        private final AtomicInteger heard = new AtomicInteger();

        @EventListener
        void onStateChange(CircuitBreakerEvent.StateChanged event) {
            heard.incrementAndGet();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class CustomizesRetries {

        @Bean
        ConfigCustomizer<RetryConfig> twoAttempts() {
            return ConfigCustomizer.of(
                    RetryConfig.class,
                    (name, config) -> config.toBuilder().maxAttempts(2).build());
        }
    }
}
