package io.netrun.resilience.spring.cloud;

import io.netrun.resilience.Guard;
import java.util.function.Function;
import java.util.function.Supplier;
import org.springframework.cloud.client.circuitbreaker.CircuitBreaker;
import org.springframework.cloud.client.circuitbreaker.CircuitBreakerFactory;

/**
 * Creates Spring Cloud's circuit breakers from this library's instances. Beans of type
 * {@code Customizer<ResilienceCircuitBreakerFactory>} can change the configuration of single ids ({@code configure}),
 * and set the configuration of ids that have none ({@code configureDefault}). Call both before the first circuit
 * breaker is created; they also apply to the reactive factory. Otherwise thread-safe.
 */
public final class ResilienceCircuitBreakerFactory
        extends CircuitBreakerFactory<CloudCircuitBreakerConfig, CloudCircuitBreakerConfig.Builder> {

    private final CloudCircuitBreakers circuits;

    public ResilienceCircuitBreakerFactory(CloudCircuitBreakers circuits) {
        this.circuits = circuits;
        circuits.addCustomized(getConfigurations());
    }

    /**
     * Creates the circuit breaker of an id. Its fallback gets every failure of the call, including rejections by the
     * circuit breaker. Without a fallback, the failure is the cause of a {@code NoFallbackAvailableException}.
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

    /** Returns a builder that starts with the configuration of an id; also for {@link #configureDefault}. */
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
