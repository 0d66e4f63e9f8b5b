package io.netrun.resilience.spring.cloud;

import io.netrun.resilience.Guard;
import io.netrun.resilience.reactor.ReactorGuard;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.cloud.client.circuitbreaker.ReactiveCircuitBreaker;
import org.springframework.cloud.client.circuitbreaker.ReactiveCircuitBreakerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Makes Spring Cloud's reactive circuit breakers of this library's; otherwise as
 * {@link ResilienceCircuitBreakerFactory}.
 */
public final class ReactiveResilienceCircuitBreakerFactory
        extends ReactiveCircuitBreakerFactory<CloudCircuitBreakerConfig, CloudCircuitBreakerConfig.Builder> {

    private final CloudCircuitBreakers circuits;

    public ReactiveResilienceCircuitBreakerFactory(CloudCircuitBreakers circuits) {
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
    public ReactiveCircuitBreaker create(String id) {
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

    private record Adapter(Supplier<Guard> guard) implements ReactiveCircuitBreaker {

        @Override
        public <T> Mono<T> run(Mono<T> toRun, @Nullable Function<Throwable, Mono<T>> fallback) {
            Mono<T> guarded = Mono.defer(() -> ReactorGuard.of(guard.get()).mono(toRun));
            return fallback == null ? guarded : guarded.onErrorResume(fallback);
        }

        @Override
        public <T> Flux<T> run(Flux<T> toRun, @Nullable Function<Throwable, Flux<T>> fallback) {
            Flux<T> guarded = Flux.defer(() -> ReactorGuard.of(guard.get()).flux(toRun));
            return fallback == null ? guarded : guarded.onErrorResume(fallback);
        }
    }
}
