package io.netrun.resilience.spring.autoconfigure;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netrun.resilience.annotation.CircuitBreaker;
import io.netrun.resilience.annotation.Fallback;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.annotation.Timeout;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.springframework.boot.autoconfigure.AutoConfigurationImportSelector;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
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

/** An application for {@link AbsentLibraryTests}, which has the class loader of this class. */
final class LoadedApplication {

    private LoadedApplication() {}

    /** Which of some beans an application of a kind has, and what its protected method returns. */
    static String run(String kind, List<String> beans) {
        return switch (kind) {
            case "servlet" -> run(new WebApplicationContextRunner(), beans);
            case "reactive" -> run(new ReactiveWebApplicationContextRunner(), beans);
            default -> run(new ApplicationContextRunner(), beans);
        };
    }

    private static <
                    R extends AbstractApplicationContextRunner<R, C, A>,
                    C extends ConfigurableApplicationContext,
                    A extends ApplicationContextAssertProvider<C>>
            String run(R runner, List<String> beans) {
        StringBuilder result = new StringBuilder();
        Function<ApplicationContext, String> view =
                context -> beans.stream().filter(context::containsBean).toList() + ": "
                        + context.getBean(Client.class).call();
        runner.withUserConfiguration(Application.class)
                .withPropertyValues("management.endpoints.web.exposure.include=*")
                .run(context -> result.append(view.apply(context.getSourceApplicationContext())));
        return result.toString();
    }

    static class Client {

        private int calls;

        @Timeout(duration = "30s")
        @Retry(baseDelay = "1ms")
        @CircuitBreaker
        @Fallback(method = "instead")
        public String call() {
            if (++calls < 3) {
                throw new IllegalStateException("not yet");
            }
            return "ok";
        }

        private String instead() {
            return "not retried";
        }
    }

    @Configuration(proxyBeanMethods = false)
    @Import(OwnAutoConfigurations.class)
    static class Application {

        @Bean
        Client client() {
            return new Client();
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
