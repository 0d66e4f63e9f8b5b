package io.netrun.resilience.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netrun.resilience.spring.ShopBeans.PaymentClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.autoconfigure.AutoConfigurationImportSelector;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.ApplicationContextAssertProvider;
import org.springframework.boot.test.context.runner.AbstractApplicationContextRunner;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.annotation.AnnotationAttributes;
import org.springframework.core.type.AnnotationMetadata;

/** The starter works in every kind of application, whichever of its optional libraries is absent. */
class AbsentLibraryTests {

    private static final List<String> OPTIONAL_BEANS = List.of(
            "resilienceEndpoint",
            "resilienceDashboard",
            "resilienceHealthIndicator",
            "resilienceMeters",
            "resilienceHttpClients",
            "resilientRestClients",
            "resilientWebClients",
            "resilienceCircuitBreakerFactory",
            "reactiveResilienceCircuitBreakerFactory",
            "resilienceTransactionBinding",
            "resilienceRequestBinding");

    enum Absent {
        NOTHING(List.of()),
        ACTUATOR(
                List.of("org.springframework.boot.actuate", "org.springframework.boot.health"),
                "resilienceEndpoint",
                "resilienceDashboard",
                "resilienceHealthIndicator"),
        MICROMETER(List.of("io.micrometer.core"), "resilienceMeters"),
        CONTEXT_PROPAGATION(List.of("io.micrometer.context")),
        REACTOR(
                List.of("reactor", "org.reactivestreams"),
                "resilientWebClients",
                "reactiveResilienceCircuitBreakerFactory"),
        HTTP_CLIENTS(
                List.of("org.springframework.http", "org.springframework.web"),
                "resilienceHttpClients",
                "resilientRestClients",
                "resilientWebClients",
                "resilienceRequestBinding"),
        WEB_CLIENT(List.of("org.springframework.web.reactive"), "resilientWebClients"),
        SPRING_CLOUD(
                List.of("org.springframework.cloud"),
                "resilienceCircuitBreakerFactory",
                "reactiveResilienceCircuitBreakerFactory"),
        VALIDATION(List.of("jakarta.validation")),
        TRANSACTIONS(List.of("org.springframework.transaction"), "resilienceTransactionBinding");

        private final String[] packages;
        private final List<String> beans;

        Absent(List<String> packages, String... beans) {
            this.packages = packages.toArray(String[]::new);
            this.beans = List.of(beans);
        }
    }

    @ParameterizedTest
    @EnumSource
    void plainApplicationShouldHaveAllButWhatNeedsTheAbsent(Absent absent) {
        run(new ApplicationContextRunner(), absent, context -> check(context, absent));
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "HTTP_CLIENTS")
    void servletApplicationShouldHaveAllButWhatNeedsTheAbsent(Absent absent) {
        run(new WebApplicationContextRunner(), absent, context -> check(context, absent));
    }

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"REACTOR", "HTTP_CLIENTS", "WEB_CLIENT"})
    void reactiveApplicationShouldHaveAllButWhatNeedsTheAbsent(Absent absent) {
        run(new ReactiveWebApplicationContextRunner(), absent, context -> check(context, absent));
    }

    private static <
                    R extends AbstractApplicationContextRunner<R, C, A>,
                    C extends ConfigurableApplicationContext,
                    A extends ApplicationContextAssertProvider<C>>
            void run(R runner, Absent absent, Consumer<ApplicationContext> check) {
        runner.withClassLoader(new FilteredClassLoader(absent.packages))
                .withUserConfiguration(Application.class)
                .withPropertyValues("management.endpoints.web.exposure.include=*")
                .run(context -> check.accept(context.getSourceApplicationContext()));
    }

    private static void check(ApplicationContext context, Absent absent) {
        List<String> expected = new ArrayList<>(OPTIONAL_BEANS);
        expected.removeAll(absent.beans);
        assertThat(OPTIONAL_BEANS.stream().filter(context::containsBean)).isEqualTo(expected);
        assertThat(charge(context.getBean(PaymentClient.class))).isEqualTo("ok");
    }

    private static String charge(PaymentClient client) {
        client.failTimes(2);
        try {
            return client.charge();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @Import(OwnAutoConfigurations.class)
    static class Application {

        @Bean
        PaymentClient client() {
            return new PaymentClient();
        }

        @Configuration(proxyBeanMethods = false)
        @ConditionalOnClass(MeterRegistry.class)
        static class Meters {

            @Bean
            MeterRegistry meters() {
                return new SimpleMeterRegistry();
            }
        }
    }

    /** Selects as Spring Boot does, conditions and order included, but only among ours. */
    static class OwnAutoConfigurations extends AutoConfigurationImportSelector {

        @Override
        protected AnnotationAttributes getAttributes(AnnotationMetadata metadata) {
            return new AnnotationAttributes(Map.of("exclude", new String[0], "excludeName", new String[0]));
        }

        @Override
        protected List<String> getCandidateConfigurations(
                AnnotationMetadata metadata, AnnotationAttributes attributes) {
            return super.getCandidateConfigurations(metadata, attributes).stream()
                    .filter(name -> name.startsWith("io.netrun."))
                    .toList();
        }
    }
}
