package io.netrun.resilience.spring.cloud;

import io.netrun.resilience.circuitbreaker.CircuitBreakerConfig;
import io.netrun.resilience.timeout.TimeoutConfig;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.cloud.client.circuitbreaker.ConfigBuilder;

/**
 * What one of Spring Cloud's circuit breakers is made of. Immutable.
 *
 * @param circuitBreaker settings of the circuit breaker
 * @param timeout settings of the time limit around it, null for none
 */
public record CloudCircuitBreakerConfig(
        CircuitBreakerConfig circuitBreaker, @Nullable TimeoutConfig timeout) {

    public CloudCircuitBreakerConfig {
        Objects.requireNonNull(circuitBreaker, "circuitBreaker");
    }

    /** Changes what the configuration says of an id. Not thread-safe. */
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

        /** Changes settings of the time limit; there is one from now on. */
        public Builder timeout(Consumer<? super TimeoutConfig.Builder> change) {
            TimeoutConfig.Builder limit = timeout == null ? TimeoutConfig.builder() : timeout;
            change.accept(limit);
            timeout = limit;
            return this;
        }

        /** Sets the time limit; above zero. */
        public Builder timeout(Duration duration) {
            return timeout(t -> t.duration(duration));
        }

        /** Takes the time limit away. */
        public Builder noTimeout() {
            timeout = null;
            return this;
        }

        /**
         * The settings.
         *
         * @throws IllegalArgumentException if one is out of its range
         */
        @Override
        public CloudCircuitBreakerConfig build() {
            return new CloudCircuitBreakerConfig(circuitBreaker.build(), timeout == null ? null : timeout.build());
        }
    }
}
