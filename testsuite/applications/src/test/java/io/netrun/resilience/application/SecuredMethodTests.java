package io.netrun.resilience.application;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.annotation.CircuitBreaker;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.retry.RetryMetrics;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.config.annotation.method.configuration.EnableMethodSecurity;
import org.springframework.security.core.context.SecurityContextHolder;

/** Who may call a protected method is asked before the protection is. */
class SecuredMethodTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(ResilienceAutoConfiguration.class))
            .withUserConfiguration(Security.class)
            .withBean(Accounts.class);

    @AfterEach
    void signOut() {
        SecurityContextHolder.clearContext();
    }

    @Test
    void deniedCallShouldReachNoPolicy() {
        runner.run(context -> {
            signInAs("ROLE_GUEST");
            assertThatThrownBy(context.getBean(Accounts.class)::close).isInstanceOf(AccessDeniedException.class);
            ResilienceRegistry registry = context.getBean(ResilienceRegistry.class);
            assertThat(registry.find(io.netrun.resilience.circuitbreaker.CircuitBreaker.TYPE, "Accounts.close")
                            .orElseThrow()
                            .metrics()
                            .totalFailed())
                    .isZero();
            assertThat(registry.find(io.netrun.resilience.retry.Retry.TYPE, "Accounts.close")
                            .orElseThrow()
                            .metrics())
                    .isEqualTo(new RetryMetrics(0, 0, 0, 0, 0, 0, 0));
        });
    }

    @Test
    void allowedCallShouldBeProtected() {
        runner.run(context -> {
            signInAs("ROLE_OWNER");
            assertThat(context.getBean(Accounts.class).close()).isEqualTo("closed");
        });
    }

    private static void signInAs(String role) {
        SecurityContextHolder.getContext().setAuthentication(new TestingAuthenticationToken("ada", "", role));
    }

    @Configuration(proxyBeanMethods = false)
    @EnableMethodSecurity
    static class Security {}

    static class Accounts {

        @PreAuthorize("hasRole('OWNER')")
        @Retry(maxAttempts = 3, baseDelay = "1ms")
        @CircuitBreaker
        public String close() {
            return "closed";
        }
    }
}
