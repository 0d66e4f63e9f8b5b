package io.netrun.resilience.spring.actuate;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.autoconfigure.ResilienceDashboardAutoConfiguration;
import io.netrun.resilience.spring.autoconfigure.ResilienceEndpointAutoConfiguration;
import io.netrun.resilience.spring.dashboard.ResilienceDashboard;
import io.netrun.resilience.spring.event.RecentEvents;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.convert.ApplicationConversionService;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** Writes are possible where they are allowed for this endpoint alone, and nowhere else. */
class EndpointAccessTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    ResilienceAutoConfiguration.class,
                    ResilienceEndpointAutoConfiguration.class,
                    ResilienceDashboardAutoConfiguration.class))
            .withInitializer(
                    context -> context.getEnvironment().setConversionService(new ApplicationConversionService()))
            .withPropertyValues(
                    "management.endpoints.web.exposure.include=resilience,resilienceui",
                    "resilience.circuit-breaker.instances.payments.failure-threshold=3");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "management.endpoints.access.default=unrestricted",
                "management.endpoint.resilience.enabled=true",
                "management.endpoints.enabled-by-default=true",
                "management.endpoint.resilience.access=read-only"
            })
    void otherPropertyShouldNotAllowWrites(String property) {
        runner.withPropertyValues(property).run(context -> {
            assertThat(post(context, SecurityContext.NONE)).isEqualTo(405);
            assertThat(breaker(context).state()).isEqualTo(CircuitBreaker.State.CLOSED);
            assertThat(page(context)).contains("name=\"resilience-writable\" content=\"false\"");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"unrestricted", "UNRESTRICTED"})
    void accessToThisEndpointShouldAllowWrites(String access) {
        runner.withPropertyValues("management.endpoint.resilience.access=" + access)
                .run(context -> {
                    assertThat(post(context, SecurityContext.NONE)).isEqualTo(200);
                    assertThat(breaker(context).state()).isEqualTo(CircuitBreaker.State.FORCED_OPEN);
                });
    }

    @ParameterizedTest
    @CsvSource({"alice, alice", "'mal\nlory', 'mal?lory'"})
    void changeShouldNameThePrincipal(String name, String shown) {
        runner.withPropertyValues("management.endpoint.resilience.access=unrestricted")
                .run(context -> {
                    post(context, new Named(() -> name));
                    assertThat(context.getBean(RecentEvents.class).of(breaker(context)))
                            .filteredOn(event -> "operatorChange".equals(event.get("event")))
                            .singleElement()
                            .extracting(event -> event.get("principal"))
                            .isEqualTo(shown);
                });
    }

    @Test
    void exceptionWhoseMethodsAllThrowShouldNotBreakTheAnswer() {
        runner.run(context -> {
            breaker(context).acquirePermit().onFailure(new Unreadable());
            assertThat(String.valueOf(context.getBean(ResilienceEndpoint.class)
                            .instance("circuit-breaker", "payments")
                            .getBody()
                            .get("lastFailures")))
                    .contains("Unreadable: (getMessage() threw ");
        });
    }

    static class Unreadable extends IllegalStateException {

        @Override
        public String getMessage() {
            throw new UnsupportedOperationException("no message");
        }

        @Override
        public String getLocalizedMessage() {
            throw new UnsupportedOperationException("no message");
        }

        @Override
        public String toString() {
            throw new UnsupportedOperationException("no text");
        }

        @Override
        public synchronized Throwable getCause() {
            throw new UnsupportedOperationException("no cause");
        }
    }

    @Test
    void exceptionThatCannotBeReadShouldNotBreakTheAnswer() {
        runner.run(context -> {
            breaker(context).acquirePermit().onFailure(new IllegalStateException() {
                @Override
                public String getMessage() {
                    throw new UnsupportedOperationException("no message");
                }
            });
            Object failures = context.getBean(ResilienceEndpoint.class)
                    .instance("circuit-breaker", "payments")
                    .getBody()
                    .get("lastFailures");
            assertThat(String.valueOf(failures)).contains("(getMessage() threw ");
        });
    }

    private static int post(AssertableApplicationContext context, SecurityContext security) {
        return context.getBean(ResilienceEndpoint.class)
                .act("circuit-breaker", "payments", "force-open", null, null, null, null, null, security)
                .getStatus();
    }

    private static CircuitBreaker breaker(AssertableApplicationContext context) {
        return context.getBean(ResilienceRegistry.class)
                .find(CircuitBreaker.TYPE, "payments")
                .orElseThrow();
    }

    private static String page(AssertableApplicationContext context) {
        try {
            return context.getBean(ResilienceDashboard.class)
                    .page(new Named(null))
                    .getBody()
                    .getContentAsString(StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private record Named(Principal principal) implements SecurityContext {

        @Override
        public Principal getPrincipal() {
            return principal;
        }

        @Override
        public boolean isUserInRole(String role) {
            return false;
        }
    }
}
