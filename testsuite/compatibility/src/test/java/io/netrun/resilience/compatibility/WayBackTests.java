package io.netrun.resilience.compatibility;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.github.resilience4j.circuitbreaker.annotation.CircuitBreaker;
import io.github.resilience4j.retry.RetryRegistry;
import io.github.resilience4j.retry.annotation.Retry;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.circuitbreaker.CircuitOpenException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurationImportSelector;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.annotation.AnnotationAttributes;
import org.springframework.core.type.AnnotationMetadata;

/** An application of resilience4j on its way into the compatibility mode, and back. */
class WayBackTests {

    private static final String OURS = "io.netrun.resilience.";
    private static final String THEIRS = "io.github.resilience4j.";
    private static final String NONE = "none";
    private static final String COMPATIBLE = "resilience.compatibility=resilience4j";

    /**
     * Starts the application without the auto-configurations of a library, as if its starter were not there; with all
     * for {@link #NONE}.
     */
    private static ConfigurableApplicationContext start(String absent, String... properties) {
        List<String> all = new ArrayList<>(List.of(
                "without=" + absent,
                "resilience4j.retry.instances.a.max-attempts=5",
                "resilience4j.retry.instances.a.wait-duration=1ms",
                "resilience4j.circuitbreaker.instances.b.minimum-number-of-calls=2",
                "resilience4j.circuitbreaker.instances.b.sliding-window-size=2"));
        all.addAll(List.of(properties));
        return new SpringApplicationBuilder(Application.class)
                .web(WebApplicationType.NONE)
                .properties(all.toArray(String[]::new))
                .run();
    }

    /** The attempts of a call that is retried, and the failure of one that an open circuit rejects. */
    private static void requireProtection(
            ConfigurableApplicationContext context, Class<? extends Throwable> rejection) {
        Calls calls = context.getBean(Calls.class);
        assertThat(calls.retried()).isEqualTo("fallback");
        assertThat(calls.attempts()).isEqualTo(5);
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(calls::counted).isInstanceOf(IllegalStateException.class);
        }
        assertThatThrownBy(calls::counted).isInstanceOf(rejection);
    }

    @Test
    void applicationShouldBeProtectedByItsAspectsAlone() {
        try (var context = start(OURS)) {
            requireProtection(context, CallNotPermittedException.class);
            assertThat(context.getBeanNamesForType(ResilienceRegistry.class)).isEmpty();
        }
    }

    @Test
    void starterWithoutTheSettingShouldLeaveItsAspectsAlone() {
        try (var context = start(NONE)) {
            requireProtection(context, CallNotPermittedException.class);
            assertThat(context.getBeanNamesForType(RetryRegistry.class)).hasSize(1);
        }
    }

    @Test
    void settingBesideItsAspectsShouldStopTheStart() {
        assertThatThrownBy(() -> start(NONE, COMPATIBLE).close())
                .hasMessageContaining("calls would be protected twice")
                .hasMessageContaining("remove resilience.compatibility");
    }

    @Test
    void settingWithoutItsAspectsShouldProtectTheApplication() {
        try (var context = start(THEIRS, COMPATIBLE)) {
            requireProtection(context, CircuitOpenException.class);
            assertThat(context.getBeanNamesForType(RetryRegistry.class)).isEmpty();
        }
    }

    @Test
    void settingThatIsLeftBehindShouldHaveNoEffectWithoutTheStarter() {
        try (var context = start(OURS, COMPATIBLE, "resilience.retry.instances.a.max-attempts=2")) {
            requireProtection(context, CallNotPermittedException.class);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @Import(Present.class)
    static class Application {

        @Bean
        Calls calls() {
            return new Calls();
        }
    }

    /** The auto-configurations of the starters that are there. */
    static class Present extends AutoConfigurationImportSelector {

        @Override
        protected AnnotationAttributes getAttributes(AnnotationMetadata metadata) {
            return new AnnotationAttributes(Map.of("exclude", new String[0], "excludeName", new String[0]));
        }

        @Override
        protected List<String> getCandidateConfigurations(
                AnnotationMetadata metadata, AnnotationAttributes attributes) {
            String absent = getEnvironment().getRequiredProperty("without");
            return super.getCandidateConfigurations(metadata, attributes).stream()
                    .filter(name -> !name.startsWith(absent))
                    .toList();
        }
    }

    static class Calls {

        private final AtomicInteger attempts = new AtomicInteger();

        @Retry(name = "a", fallbackMethod = "fallback")
        public String retried() {
            attempts.incrementAndGet();
            throw new IllegalStateException();
        }

        @SuppressWarnings("unused") // called by its name
        String fallback(IllegalStateException failure) {
            return "fallback";
        }

        @CircuitBreaker(name = "b")
        public String counted() {
            throw new IllegalStateException();
        }

        public int attempts() {
            return attempts.get();
        }
    }
}
