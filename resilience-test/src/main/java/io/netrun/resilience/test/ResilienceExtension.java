package io.netrun.resilience.test;

import io.netrun.resilience.Policy;
import io.netrun.resilience.PolicyType;
import io.netrun.resilience.RegistryEvent;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.Subscription;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Provides instances to a JUnit test and resets them afterwards, so that no test leaves a circuit open or an instance
 * disabled for the next one.
 *
 * <pre>{@code
 * @RegisterExtension
 * final ResilienceExtension resilience = new ResilienceExtension();
 * }</pre>
 *
 * creates a registry and a {@link ManualTicker} for every test. In a test with a Spring context, which many tests
 * share,
 *
 * <pre>{@code
 * @RegisterExtension
 * final ResilienceExtension resilience = ResilienceExtension.of(() -> registry);   // the context's, injected
 * }</pre>
 *
 * uses the instances of the application.
 */
public final class ResilienceExtension implements BeforeEachCallback, AfterEachCallback {

    private final ManualTicker ticker;
    private final Supplier<ResilienceRegistry> registry;
    private final Set<Policy> switchedOff = ConcurrentHashMap.newKeySet();
    private @Nullable Subscription added;

    /** Creates an extension with its own registry and ticker. */
    public ResilienceExtension() {
        ManualTicker own = new ManualTicker();
        ResilienceRegistry instances = ResilienceRegistry.create(own);
        this.ticker = own;
        this.registry = () -> instances;
    }

    private ResilienceExtension(Supplier<ResilienceRegistry> registry) {
        this.ticker = new ManualTicker();
        this.registry = registry;
    }

    /**
     * Creates an extension with the registry of an application.
     *
     * @param registry called in each test, so it may return a field that is injected later; its instances use the
     *     ticker of the application, not that of this extension
     */
    public static ResilienceExtension of(Supplier<ResilienceRegistry> registry) {
        return new ResilienceExtension(registry);
    }

    /** The ticker of the extension's own registry. */
    public ManualTicker ticker() {
        return ticker;
    }

    /** The registry whose instances are reset after each test. */
    public ResilienceRegistry registry() {
        return registry.get();
    }

    /**
     * A circuit breaker of the registry.
     *
     * @throws NoSuchElementException if there is none of that name; the message names those there are
     */
    public CircuitBreaker circuitBreaker(String name) {
        return instance(CircuitBreaker.TYPE, name);
    }

    /**
     * An instance of the registry.
     *
     * @throws NoSuchElementException if there is none of that name; the message names those there are
     */
    public <P extends Policy> P instance(PolicyType<P, ?> type, String name) {
        return registry()
                .find(type, name)
                .orElseThrow(() -> new NoSuchElementException("there is no " + type + " '" + name + "', but "
                        + registry().all(type).stream()
                                .map(present -> "'" + present.name() + "'")
                                .collect(Collectors.joining(", ", "[", "]"))));
    }

    /** Remembers which instances the configuration disables, including those created later. */
    @Override
    public void beforeEach(ExtensionContext context) {
        ResilienceRegistry present = registry.get();
        if (present != null) { // it may be injected later
            switchedOff.clear();
            present.all().forEach(this::remember);
            added = present.onChange(event -> {
                if (!(event instanceof RegistryEvent.Removed)) {
                    remember(event.policy());
                }
            });
        }
    }

    private void remember(Policy policy) {
        if (!policy.isEnabled()) {
            switchedOff.add(policy);
        }
    }

    /** Resets every circuit breaker, and enables every instance that was enabled before the test. */
    @Override
    public void afterEach(ExtensionContext context) {
        Subscription subscription = added;
        if (subscription != null) {
            subscription.close();
            added = null;
        }
        registry().all(CircuitBreaker.TYPE).forEach(CircuitBreaker::reset);
        registry().all().forEach(policy -> policy.setEnabled(!switchedOff.contains(policy)));
    }
}
