package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitBreakerConfig;
import io.netrun.resilience.test.ManualTicker;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class KeyedPoliciesTests {

    private final ResilienceRegistry registry = ResilienceRegistry.create(new ManualTicker());

    @Test
    void getShouldMakeOneInstanceForEachKey() {
        KeyedPolicies<CircuitBreaker> hosts = hosts(10);
        CircuitBreaker a = hosts.get("a");
        assertThat(hosts.get("a")).isSameAs(a);
        assertThat(hosts.get("b")).isNotSameAs(a);
        assertThat(registry.find(CircuitBreaker.TYPE, "host:a")).containsSame(a);
        assertThat(hosts.size()).isEqualTo(2);
    }

    @Test
    void getBeyondTheLimitShouldLetTheLeastRecentlyUsedGo() {
        KeyedPolicies<CircuitBreaker> hosts = hosts(2);
        hosts.get("a");
        hosts.get("b");
        hosts.get("a");
        hosts.get("c");
        assertThat(registry.all(CircuitBreaker.TYPE))
                .extracting(CircuitBreaker::name)
                .containsExactly("host:a", "host:c");
    }

    @Test
    void getAfterEvictionShouldMakeAFreshInstance() {
        KeyedPolicies<CircuitBreaker> hosts = hosts(1);
        CircuitBreaker first = hosts.get("a");
        first.forceOpen();
        hosts.get("b");
        assertThat(hosts.get("a")).isNotSameAs(first);
        assertThat(hosts.get("a").state()).isEqualTo(CircuitBreaker.State.CLOSED);
    }

    @Test
    void settingsShouldBeAskedForWithTheKeyWhenItsInstanceIsMade() {
        List<String> asked = new ArrayList<>();
        KeyedPolicies<CircuitBreaker> hosts = registry.keyed(CircuitBreaker.TYPE, "host", 10, key -> {
            asked.add(key);
            return CircuitBreakerConfig.builder().failureThreshold(key.length()).build();
        });
        hosts.get("abc");
        assertThat(hosts.get("abc").config().failureThreshold()).isEqualTo(3);
        assertThat(asked).containsExactly("abc");
    }

    @Test
    void evictionShouldBeTold() {
        KeyedPolicies<CircuitBreaker> hosts = hosts(1);
        List<String> heard = new ArrayList<>();
        registry.onChange(event -> heard.add(
                event.getClass().getSimpleName() + " " + event.policy().name()));
        hosts.get("a");
        hosts.get("b");
        assertThat(heard).containsExactly("Added host:a", "Removed host:a", "Added host:b");
    }

    @Test
    void getWhenKeyIsUnfitForANameShouldRefuseAndMakeNothing() {
        KeyedPolicies<CircuitBreaker> hosts = hosts(1);
        assertThatIllegalArgumentException().isThrownBy(() -> hosts.get("x".repeat(300)));
        assertThat(hosts.size()).isZero();
    }

    @Test
    void limitShouldBeChecked() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> hosts(0))
                .withMessage("limit is 0: must be between 1 and 100000");
    }

    @Test
    void registryShouldHoldJustTheInstancesThatThereAreAfterManyThreadsAsked() throws Exception {
        KeyedPolicies<CircuitBreaker> hosts = hosts(5);
        ExecutorService threads = Executors.newFixedThreadPool(4);
        List<Future<?>> runs = new ArrayList<>();
        for (int thread = 0; thread < 4; thread++) {
            Random random = new Random(thread);
            runs.add(threads.submit(() -> {
                for (int i = 0; i < 20_000; i++) {
                    hosts.get("h" + random.nextInt(12));
                }
            }));
        }
        for (Future<?> run : runs) {
            run.get();
        }
        threads.shutdown();
        assertThat(hosts.size()).isEqualTo(5);
        assertThat(registry.all(CircuitBreaker.TYPE))
                .hasSize(5)
                .allSatisfy(breaker -> assertThat(hosts.get(breaker.name().substring("host:".length())))
                        .isSameAs(breaker));
    }

    private KeyedPolicies<CircuitBreaker> hosts(int limit) {
        return registry.keyed(CircuitBreaker.TYPE, "host", CircuitBreakerConfig.defaults(), limit);
    }
}
