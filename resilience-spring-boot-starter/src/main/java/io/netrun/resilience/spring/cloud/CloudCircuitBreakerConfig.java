package io.netrun.resilience.spring.cloud;

import io.netrun.resilience.circuitbreaker.CircuitBreakerConfig;
import io.netrun.resilience.timeout.TimeoutConfig;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.cloud.client.circuitbreaker.ConfigBuilder;

/**
 * The configuration of one of Spring Cloud's circuit breakers. Immutable.
 *
 * @param circuitBreaker the settings of the circuit breaker
 * @param timeout the settings of the timeout around it, null for none
 */
public record CloudCircuitBreakerConfig(
        CircuitBreakerConfig circuitBreaker, @Nullable TimeoutConfig timeout) {

    public CloudCircuitBreakerConfig {
        Objects.requireNonNull(circuitBreaker, "circuitBreaker");
    }

    /** Changes the configuration of an id. Not thread-safe. */
    public static final class Builder implements ConfigBuilder<CloudCircuitBreakerConfig> {

        private final CircuitBreakerConfig.Builder circuitBreaker;
        private TimeoutConfig.@Nullable Builder timeout;

        Builder(CloudCircuitBreakerConfig configured) {
            this.circuitBreaker = configured.circuitBreaker.toBuilder();
            this.timeout = configured.timeout == null ? null : configured.timeout.toBuilder();
        }

        /** Changes settings of the circuit breaker, as in {@code c -> c.failureThreshold(3)}. */
        public Builder circuitBreaker(Consumer<? super CircuitBreakerConfig.Builder> change) {
            change.accept(circuitBreaker);
            return this;
        }

        /** Changes settings of the timeout, and adds one if there is none. */
        public Builder timeout(Consumer<? super TimeoutConfig.Builder> change) {
            TimeoutConfig.Builder limit = timeout == null ? TimeoutConfig.builder() : timeout;
            change.accept(limit);
            timeout = limit;
            return this;
        }

        /**
         * Sets the duration of the timeout, and adds one if there is none.
         *
         * @param duration above zero
         */
        public Builder timeout(Duration duration) {
            return timeout(t -> t.duration(duration));
        }

        /** Removes the timeout. */
        public Builder noTimeout() {
            timeout = null;
            return this;
        }

        /**
         * Builds the configuration.
         *
         * @throws IllegalArgumentException if a setting is out of range
         */
        @Override
        public CloudCircuitBreakerConfig build() {
            return new CloudCircuitBreakerConfig(circuitBreaker.build(), timeout == null ? null : timeout.build());
        }
    }
}
