package io.netrun.resilience.spring.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.autoconfigure.ResilienceHttpClientsAutoConfiguration;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.web.client.RestClient;
import org.springframework.web.reactive.function.client.WebClient;

/** Clients that would protect no call. */
@ExtendWith(OutputCaptureExtension.class)
class UnprotectedClientTests {

    private static final String MESSAGE = "names no instance, so its calls are not protected";

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    ResilienceAutoConfiguration.class, ResilienceHttpClientsAutoConfiguration.class));

    private ApplicationContextRunner yaml(String text) {
        return runner.withInitializer(context -> {
            try {
                new YamlPropertySourceLoader()
                        .load("application.yml", new ByteArrayResource(text.getBytes(StandardCharsets.UTF_8)))
                        .forEach(context.getEnvironment().getPropertySources()::addFirst);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    @ParameterizedTest
    @ValueSource(classes = {OnlyStatuses.class, OnlyMethods.class, NothingAtAll.class, Named.class, Reactive.class})
    void clientInCodeWithoutAnInstanceShouldStopTheStart(Class<?> client) {
        runner.withUserConfiguration(client)
                .run(context -> assertThat(context).getFailure().hasMessageContaining(MESSAGE));
    }

    @Test
    void clientWithoutAnInstanceShouldBeNamed() {
        runner.withUserConfiguration(Named.class)
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasMessageContaining("HTTP client 'stock' in code " + MESSAGE)
                        .hasMessageContaining("circuitBreaker(\"payments\")"));
        runner.withPropertyValues("resilience.http-clients.pay.failure-statuses=5xx")
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasMessageContaining("HTTP client 'pay' " + MESSAGE)
                        .hasMessageContaining("timeout: pay"));
    }

    @Test
    void lateClientWithoutAnInstanceShouldNotBeBuilt() {
        runner.run(context -> {
            ResilientRestClients clients = context.getBean(ResilientRestClients.class);
            assertThatThrownBy(() -> clients.interceptor(spec -> spec.failureStatuses("5xx")))
                    .isInstanceOf(ResilienceConfigurationException.class)
                    .hasMessageContaining(MESSAGE);
        });
    }

    @Test
    void clientWithoutAnInstanceShouldBeAWarningWhereAsked(CapturedOutput output) {
        runner.withUserConfiguration(OnlyStatuses.class)
                .withPropertyValues(
                        "resilience.validation=warn",
                        "resilience.http-clients.pay.retry-methods=POST",
                        "resilience.http-clients.shop.circuit-breaker=shop")
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    context.getBean(ResilientRestClients.class).interceptor(spec -> spec.retryMethods("GET"));
                    HttpClients clients = context.getBean(HttpClients.class);
                    assertThat(clients.of("pay").plan().repeating().policies()).isEmpty();
                });
        assertThat(output.getOut().lines().filter(line -> line.contains(MESSAGE)))
                .hasSize(3);
    }

    @Test
    void clientsShouldNotBeReportedWhereProtectionIsOff() {
        runner.withUserConfiguration(OnlyStatuses.class)
                .withPropertyValues("resilience.enabled=false")
                .run(context -> assertThat(context).hasNotFailed());
    }

    @ParameterizedTest
    @ValueSource(strings = {"pay:", "pay: {}", "pay: ''", "'[pay]':"})
    void sectionWithoutSettingsShouldBeIgnored(String section) {
        yaml("resilience:\n  http-clients:\n    " + section)
                .run(context -> assertThat(context).hasNotFailed());
    }

    @ParameterizedTest
    @ValueSource(strings = {"pay:", "pay: {}"})
    void clientOfAnEmptySectionShouldBeReportedAsUnknown(String section) {
        yaml("resilience:\n  http-clients:\n    " + section)
                .withUserConfiguration(Pay.class)
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasMessageContaining("HTTP client 'pay' is used, but the configuration has no")
                        .hasMessageNotContaining(MESSAGE)
                        .hasMessageNotContaining("has a value"));
    }

    private static ClientHttpRequestInterceptor of(ResilientRestClients clients, Consumer<HttpClientSpec> spec) {
        return clients.interceptor(spec);
    }

    @Configuration(proxyBeanMethods = false)
    static class OnlyStatuses {

        @Bean
        ClientHttpRequestInterceptor stock(ResilientRestClients clients) {
            return of(clients, spec -> spec.failureStatuses("5xx"));
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OnlyMethods {

        @Bean
        ClientHttpRequestInterceptor stock(ResilientRestClients clients) {
            return of(clients, spec -> spec.retryMethods("POST"));
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class NothingAtAll {

        @Bean
        RestClient stock(ResilientRestClients clients) {
            return RestClient.builder().apply(clients.client(spec -> {})).build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Named {

        @Bean
        RestClient stock(ResilientRestClients clients) {
            return RestClient.builder()
                    .apply(clients.client("stock", spec -> spec.failureStatuses("5xx")))
                    .build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Reactive {

        @Bean
        WebClient stock(ResilientWebClients clients) {
            return WebClient.builder()
                    .apply(clients.client(spec -> spec.failureStatuses("5xx")))
                    .build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Pay {

        @Bean
        ClientHttpRequestInterceptor pay(ResilientRestClients clients) {
            return clients.interceptor("pay");
        }
    }
}
