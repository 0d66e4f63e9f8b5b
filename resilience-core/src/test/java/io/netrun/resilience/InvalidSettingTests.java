package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.netrun.resilience.circuitbreaker.CircuitBreakerConfig;
import io.netrun.resilience.circuitbreaker.Detection;
import io.netrun.resilience.ratelimiter.RateLimiterConfig;
import io.netrun.resilience.retry.RetryConfig;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A rejected setting is named by the exception itself, and not by its message alone. */
class InvalidSettingTests {

    static Stream<Arguments> rejected() {
        Duration second = Duration.ofSeconds(1);
        return Stream.of(
                rejected(() -> RetryConfig.builder().maxAttempts(0).build(), "maxAttempts"),
                rejected(
                        () -> RetryConfig.builder()
                                .baseDelay(Duration.ofMinutes(1))
                                .maxDelay(second)
                                .build(),
                        "maxDelay",
                        "baseDelay"),
                rejected(() -> RetryConfig.builder().exceptions().build(), "exceptions"),
                rejected(
                        () -> CircuitBreakerConfig.builder()
                                .openDuration(Duration.ofMinutes(1))
                                .maxOpenDuration(second)
                                .build(),
                        "maxOpenDuration",
                        "openDuration"),
                rejected(
                        () -> CircuitBreakerConfig.builder()
                                .detection(Detection.CONSECUTIVE)
                                .slowCallDuration(second)
                                .build(),
                        "slowCallDuration",
                        "detection"),
                rejected(
                        () -> CircuitBreakerConfig.builder()
                                .failureRateThreshold(101)
                                .build(),
                        "failureRateThreshold"),
                rejected(
                        () -> RateLimiterConfig.builder()
                                .limit(2_000)
                                .period(Duration.ofMillis(1))
                                .build(),
                        "limit",
                        "period"),
                rejected(() -> Require.name(" "), "name"));
    }

    private static Arguments rejected(ThrowingCallable code, String field, String... conflicting) {
        return arguments(code, field, List.of(conflicting));
    }

    @ParameterizedTest
    @MethodSource("rejected")
    void exceptionShouldNameFields(ThrowingCallable code, String field, List<String> conflicting) {
        InvalidSettingException rejection = catchThrowableOfType(InvalidSettingException.class, code);
        assertThat(rejection.field()).isEqualTo(field);
        assertThat(rejection.conflictingFields()).isEqualTo(conflicting);
        assertThat(rejection).hasMessageStartingWith(field + " is ");
    }
}
