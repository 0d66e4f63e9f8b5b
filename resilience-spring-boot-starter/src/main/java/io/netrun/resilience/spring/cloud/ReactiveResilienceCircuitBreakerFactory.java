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
 * Creates Spring Cloud's reactive circuit breakers from this library's instances; otherwise like
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
     * Creates the circuit breaker of an id. Its fallback gets every failure of the call, including rejections by the
     * circuit breaker. Without a fallback, the failure is the cause of a {@code NoFallbackAvailableException}.
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

    /** Returns a builder that starts with the configuration of an id; also for {@link #configureDefault}. */
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
