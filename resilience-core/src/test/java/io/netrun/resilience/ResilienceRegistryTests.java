package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitBreakerConfig;
import io.netrun.resilience.retry.Retry;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResilienceRegistryTests {

    private final ResilienceRegistry registry = ResilienceRegistry.create();

    @Test
    void getOrCreateWhenCalledAgainShouldReturnTheSameInstance() {
        CircuitBreaker first = registry.getOrCreate(
                CircuitBreaker.TYPE,
                "pay",
                CircuitBreakerConfig.builder().failureThreshold(2).build());
        assertThat(registry.getOrCreate(CircuitBreaker.TYPE, "pay")).isSameAs(first);
        assertThat(first.config().failureThreshold()).isEqualTo(2);
    }

    @Test
    void getOrCreateWhenThreadsRaceShouldMakeOneAndSaySoOnce() throws Exception {
        List<RegistryEvent> events = new ArrayList<>();
        registry.onChange(events::add);
        Set<Retry> seen = ConcurrentHashMap.newKeySet();
        ExecutorService threads = Executors.newFixedThreadPool(8);
        Callable<Boolean> task = () -> seen.add(registry.getOrCreate(Retry.TYPE, "same"));
        for (Future<Boolean> done : threads.invokeAll(Collections.nCopies(200, task))) {
            done.get();
        }
        threads.shutdown();
        assertThat(seen).hasSize(1);
        assertThat(events).hasSize(1);
    }

    @Test
    void findWhenNameIsUnknownShouldBeEmptyAndCreateNothing() {
        assertThat(registry.find(Retry.TYPE, "nobody")).isEmpty();
        assertThat(registry.all()).isEmpty();
    }

    @Test
    void allShouldKeepPatternsApart() {
        Retry retry = registry.getOrCreate(Retry.TYPE, "x");
        CircuitBreaker breaker = registry.getOrCreate(CircuitBreaker.TYPE, "x");
        assertThat(registry.all(Retry.TYPE)).containsExactly(retry);
        assertThat(registry.all(CircuitBreaker.TYPE)).containsExactly(breaker);
    }

    @Test
    void changesShouldBeReported() {
        List<RegistryEvent> events = new ArrayList<>();
        registry.onChange(events::add);
        Retry first = Retry.of("r");
        Retry second = Retry.of("r");
        registry.register(first);
        registry.register(second);
        registry.remove(Retry.TYPE, "r");
        assertThat(events)
                .containsExactly(
                        new RegistryEvent.Added(first),
                        new RegistryEvent.Replaced(second, first),
                        new RegistryEvent.Removed(second));
    }

    @Test
    void changeOfAListenerShouldArriveAfterThePresentOne() {
        registry.onChange(event -> {
            if (event instanceof RegistryEvent.Added) {
                registry.remove(event.policy());
            }
        });
        List<RegistryEvent> events = new ArrayList<>();
        registry.onChange(events::add);
        Retry retry = registry.getOrCreate(Retry.TYPE, "gone");
        assertThat(events).containsExactly(new RegistryEvent.Added(retry), new RegistryEvent.Removed(retry));
    }

    @Test
    void changesOfManyThreadsShouldArriveInTheirOrder() throws Exception {
        Set<Policy> present = ConcurrentHashMap.newKeySet();
        List<String> wrong = Collections.synchronizedList(new ArrayList<>());
        registry.onChange(event -> {
            boolean fits;
            if (event instanceof RegistryEvent.Removed) {
                fits = present.remove(event.policy());
            } else if (event instanceof RegistryEvent.Replaced replaced) {
                fits = present.remove(replaced.former()) && present.add(event.policy());
            } else {
                fits = present.add(event.policy()) && present.size() == 1;
            }
            if (!fits) {
                wrong.add(event.toString());
            }
        });
        ExecutorService threads = Executors.newFixedThreadPool(4);
        Callable<Void> task = () -> {
            for (int i = 0; i < 5_000; i++) {
                registry.getOrCreate(Retry.TYPE, "same");
                if (i % 3 == 0) {
                    registry.register(Retry.of("same"));
                }
                registry.remove(Retry.TYPE, "same");
            }
            return null;
        };
        for (Future<Void> done : threads.invokeAll(Collections.nCopies(4, task))) {
            done.get();
        }
        threads.shutdown();
        await().atMost(Duration.ofSeconds(30)).until(() -> present.isEmpty());
        assertThat(wrong).isEmpty();
    }

    @Test
    void closeShouldShutDownTheOthersWhenOneThrows() {
        List<String> shutDown = new ArrayList<>();
        for (String name : List.of("a", "b", "c")) {
            registry.register(policy(name, () -> {
                shutDown.add(name);
                throw new IllegalStateException(name);
            }));
        }
        registry.close();
        assertThat(shutDown).containsExactlyInAnyOrder("a", "b", "c");
    }

    private static Policy policy(String name, Runnable onClose) {
        return (Policy) Proxy.newProxyInstance(
                ResilienceRegistryTests.class.getClassLoader(),
                new Class<?>[] {Policy.class},
                (proxy, method, args) -> {
                    switch (method.getName()) {
                        case "name", "toString":
                            return name;
                        case "type":
                            return Retry.TYPE;
                        case "shutdown":
                            onClose.run();
                            return null;
                        default:
                            throw new UnsupportedOperationException(method.getName());
                    }
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  ", "line\nbreak", "nul\u0000"})
    void getOrCreateWhenNameIsUnfitShouldSayTheRule(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> registry.getOrCreate(Retry.TYPE, name))
                .withMessageContaining("must have 1 to 200 characters");
    }
}
