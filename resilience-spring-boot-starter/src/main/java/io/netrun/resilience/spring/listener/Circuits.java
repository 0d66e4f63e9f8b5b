package io.netrun.resilience.spring.listener;

import io.netrun.resilience.Policy;
import io.netrun.resilience.PolicyMode;
import io.netrun.resilience.RegistryEvent;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.Subscription;
import io.netrun.resilience.Ticker;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitBreakerEvent;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The circuits of a registry by name: whether they reject calls, and when that changes. */
final class Circuits implements AutoCloseable {

    private final ResilienceRegistry registry;
    private final Consumer<String> onChange;
    private final Subscription registrySubscription;
    private final Map<CircuitBreaker, Subscription> followed = new ConcurrentHashMap<>();

    /**
     * Follows all circuit breakers of a registry.
     *
     * @param onChange receives the name of one that has changed; quick, since it is called where the change happens
     */
    Circuits(ResilienceRegistry registry, Consumer<String> onChange) {
        this.registry = registry;
        this.onChange = onChange;
        this.registrySubscription = registry.onChange(this::onRegistry);
        registry.all(CircuitBreaker.TYPE).forEach(this::follow);
    }

    Ticker ticker() {
        return registry.ticker();
    }

    /** Returns whether there is a circuit breaker of this name. */
    boolean contains(String name) {
        return registry.find(CircuitBreaker.TYPE, name).isPresent();
    }

    /**
     * Returns the first name whose circuit rejects calls, and would not take the next one as a trial; null if there is
     * none.
     */
    @Nullable
    String firstOpen(Collection<String> names) {
        return names.stream()
                .filter(name -> registry.find(CircuitBreaker.TYPE, name)
                        .filter(this::isRejecting)
                        .isPresent())
                .findFirst()
                .orElse(null);
    }

    private boolean isRejecting(CircuitBreaker breaker) {
        return switch (breaker.state()) {
            case FORCED_OPEN -> true;
            case OPEN -> breaker.config().mode() == PolicyMode.ENFORCE && nanosToTrial(breaker) > 0;
            case CLOSED, HALF_OPEN, DISABLED -> false;
        };
    }

    /** Returns the nanoseconds to the next trial of any of these circuits; {@link Long#MAX_VALUE} if none is open. */
    long nanosToTrial(Collection<String> names) {
        return names.stream()
                .map(name -> registry.find(CircuitBreaker.TYPE, name))
                .flatMap(Optional::stream)
                .filter(breaker -> breaker.state() == CircuitBreaker.State.OPEN)
                .mapToLong(this::nanosToTrial)
                .filter(nanos -> nanos > 0)
                .min()
                .orElse(Long.MAX_VALUE);
    }

    private long nanosToTrial(CircuitBreaker breaker) {
        return Optional.ofNullable(breaker.metrics().nextTrialTime())
                .map(trial -> Duration.between(ticker().now(), trial))
                .map(left -> left.compareTo(Duration.ofDays(1)) > 0 ? Duration.ofDays(1) : left)
                .map(Duration::toNanos)
                .orElse(0L);
    }

    private void onRegistry(RegistryEvent event) {
        if (event instanceof RegistryEvent.Removed) {
            leave(event.policy());
        } else {
            if (event instanceof RegistryEvent.Replaced replaced) {
                leave(replaced.former());
            }
            if (event.policy() instanceof CircuitBreaker breaker) {
                follow(breaker);
            }
        }
        if (event.policy() instanceof CircuitBreaker breaker) {
            onChange.accept(breaker.name());
        }
    }

    private void follow(CircuitBreaker breaker) {
        followed.computeIfAbsent(
                breaker,
                same -> breaker.on(CircuitBreakerEvent.StateChanged.class, event -> onChange.accept(breaker.name())));
    }

    private void leave(Policy policy) {
        if (policy instanceof CircuitBreaker breaker) {
            Subscription subscription = followed.remove(breaker);
            if (subscription != null) {
                subscription.close();
            }
        }
    }

    @Override
    public void close() {
        registrySubscription.close();
        followed.keySet().forEach(this::leave);
    }
}
