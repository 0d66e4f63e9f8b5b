package io.netrun.resilience.application;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netrun.resilience.ResilienceRegistry;
import java.util.Arrays;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.aop.framework.autoproxy.DefaultAdvisorAutoProxyCreator;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.cloud.context.environment.EnvironmentChangeEvent;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** Applications that are put together in other ways than usual, asked over HTTP. */
class ContextKindsTests {

    @RegisterExtension
    final FailingServer server = new FailingServer();

    @Test
    void lazyApplicationShouldBeProtectedAndListed() throws Exception {
        try (WebApplication application = run(Stock.class, "spring.main.lazy-initialization=true")) {
            assertThat(application.get("/actuator/resilience")).contains("Stock$Client.quantity", "\"stock\"");
            assertThat(application.get("/stock")).isEqualTo("unknown");
            assertThat(server.requests()).isEqualTo(3);
        }
    }

    @Test
    void lazyApplicationShouldBeCheckedAtTheStart() {
        assertThatThrownBy(() -> run(
                                Stock.class,
                                "spring.main.lazy-initialization=true",
                                "resilience.retry.instances.stock.max-attemps=4")
                        .close())
                .hasMessageContaining("unknown key 'max-attemps'");
    }

    @Test
    void managementPortOfItsOwnShouldShowTheApplication() throws Exception {
        try (WebApplication application = run(Stock.class, "management.server.port=0")) {
            assertThat(application.get("/stock")).isEqualTo("unknown");
            assertThat(server.requests()).isEqualTo(3);
            assertThat(application.get("local.management.port", "/actuator/resilience"))
                    .contains("Stock$Client.quantity", "\"totalFailed\":3");
        }
    }

    @Test
    void secondProxyCreatorShouldNotMultiplyAttempts() throws Exception {
        try (WebApplication application = run(WithSecondCreator.class)) {
            assertThat(application.get("/stock")).isEqualTo("unknown");
            assertThat(server.requests()).isEqualTo(3);
        }
    }

    @Test
    void childContextShouldShareTheInstancesOfItsParent() throws Exception {
        SpringApplicationBuilder parent = new SpringApplicationBuilder(Parent.class).web(WebApplicationType.NONE);
        WebApplication child = new WebApplication(parent.child(WebApplication.Open.class, Stock.class)
                .web(WebApplicationType.SERVLET)
                .run(WebApplication.arguments("stock.url=" + server.url())));
        try (child;
                var parents = parent.context()) {
            assertThat(child.get("/stock")).isEqualTo("unknown");
            assertThat(server.requests()).isEqualTo(3);
            assertThat(child.get("/actuator/resilience")).contains("Stock$Client.quantity", "\"totalFailed\":3");
            assertThat(child.context().getBean(ResilienceRegistry.class).all())
                    .isNotEmpty()
                    .isEqualTo(parents.getBean(ResilienceRegistry.class).all());
        }
    }

    /** Lazy beans of a child context, beside another proxy creator, after a refresh. */
    @Test
    void kindsOfContextsTogetherShouldBeProtectedOnce() throws Exception {
        SpringApplicationBuilder parent = new SpringApplicationBuilder(Parent.class)
                .web(WebApplicationType.NONE)
                .properties("spring.main.lazy-initialization=true");
        WebApplication child = new WebApplication(parent.child(WebApplication.Open.class, WithSecondCreator.class)
                .web(WebApplicationType.SERVLET)
                .run(WebApplication.arguments(
                        "stock.url=" + server.url(),
                        "spring.main.lazy-initialization=true",
                        "resilience.circuit-breaker.instances.stock.failure-threshold=50")));
        try (child;
                var parents = parent.context()) {
            assertThat(child.get("/stock")).isEqualTo("unknown");
            assertThat(server.requests()).isEqualTo(3);
            String changed = "resilience.retry.instances.stock.max-attempts";
            TestPropertyValues.of(changed + "=2").applyTo(child.context());
            child.context().publishEvent(new EnvironmentChangeEvent(child.context(), Set.of(changed)));
            assertThat(child.get("/stock")).isEqualTo("unknown");
            assertThat(server.requests()).isEqualTo(3 + 2);
            assertThat(child.get("/actuator/resilience")).contains("Stock$Client.quantity", "\"totalFailed\":5");
            assertThat(parents.getBean(ResilienceRegistry.class).all())
                    .isEqualTo(child.context().getBean(ResilienceRegistry.class).all());
        }
    }

    private WebApplication run(Class<?> source, String... properties) {
        String[] all = Arrays.copyOf(properties, properties.length + 1);
        all[properties.length] = "stock.url=" + server.url();
        return WebApplication.run(source, all);
    }

    /** As old libraries bring one, beside Spring Boot's. */
    @Configuration(proxyBeanMethods = false)
    @Import(Stock.class)
    static class WithSecondCreator {

        @Bean
        static DefaultAdvisorAutoProxyCreator secondCreator() {
            DefaultAdvisorAutoProxyCreator creator = new DefaultAdvisorAutoProxyCreator();
            creator.setProxyTargetClass(true);
            return creator;
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Parent {}
}
