package io.netrun.resilience.spring.cloud;

import io.netrun.resilience.Guard;
import java.util.function.Function;
import java.util.function.Supplier;
import org.springframework.cloud.client.circuitbreaker.CircuitBreaker;
import org.springframework.cloud.client.circuitbreaker.CircuitBreakerFactory;

/**
 * Makes Spring Cloud's circuit breakers of this library's. Beans of type
 * {@code Customizer<ResilienceCircuitBreakerFactory>} can change what the configuration says of single ids
 * ({@code configure}), and say what holds for those of which it says nothing ({@code configureDefault}). Both are to be
 * called before ids are asked for, and hold for the reactive factory too. Thread-safe beyond that.
 */
public final class ResilienceCircuitBreakerFactory
        extends CircuitBreakerFactory<CloudCircuitBreakerConfig, CloudCircuitBreakerConfig.Builder> {

    private final CloudCircuitBreakers circuits;

    public ResilienceCircuitBreakerFactory(CloudCircuitBreakers circuits) {
        this.circuits = circuits;
        circuits.addCustomized(getConfigurations());
    }

    /**
     * The circuit breaker of an id. Its fallback gets whatever the call fails with, refusals by the circuit included;
     * without one that is the cause of a {@code NoFallbackAvailableException}.
     *
     * @throws IllegalArgumentException if the id is blank, too long or has control characters
     */
    @Override
    public CircuitBreaker create(String id) {
        return new Adapter(circuits.get(id));
    }

    @Override
    public void configureDefault(Function<String, CloudCircuitBreakerConfig> defaultConfiguration) {
        circuits.configureDefault(defaultConfiguration);
    }

    /** A builder that begins with what the configuration says of an id, for {@link #configureDefault} too. */
    @Override
    public CloudCircuitBreakerConfig.Builder configBuilder(String id) {
        return new CloudCircuitBreakerConfig.Builder(circuits.configured(id));
    }

    private record Adapter(Supplier<Guard> guard) implements CircuitBreaker {

        @Override
        public <T> T run(Supplier<T> toRun, Function<Throwable, T> fallback) {
            try {
                return guard.get().<T, RuntimeException>call(toRun::get);
            } catch (Throwable failure) {
                return fallback.apply(failure);
            }
        }
    }
}
