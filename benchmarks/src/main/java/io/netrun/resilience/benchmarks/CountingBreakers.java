package io.netrun.resilience.benchmarks;

import dev.failsafe.CircuitBreaker;
import java.time.Duration;

/**
 * Circuit breakers of other libraries that count every failure and never open, as this library's with a threshold that
 * is not reached. SmallRye's opens at any rate of failures that it counts, so that it has to ignore them.
 */
final class CountingBreakers {

    private CountingBreakers() {}

    static io.github.resilience4j.circuitbreaker.CircuitBreaker resilience4j(String name) {
        var breaker = io.github.resilience4j.circuitbreaker.CircuitBreaker.ofDefaults(name);
        breaker.transitionToMetricsOnlyState();
        return breaker;
    }

    static CircuitBreaker<Object> failsafe() {
        return CircuitBreaker.builder()
                .handle(IllegalStateException.class)
                .withFailureRateThreshold(100, Integer.MAX_VALUE, Duration.ofSeconds(10))
                .build();
    }
}
