package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitBreakerConfig;
import io.netrun.resilience.fallback.Fallback;
import io.netrun.resilience.hedge.Hedge;
import io.netrun.resilience.ratelimiter.RateLimiter;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.test.ManualTicker;
import io.netrun.resilience.timeout.Timeout;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the instances of families are named. */
class KeyedNamesTests {

    private final ResilienceRegistry registry = ResilienceRegistry.create(new ManualTicker());

    static Stream<PolicyType<?, ?>> types() {
        return Stream.of(
                Bulkhead.TYPE,
                CircuitBreaker.TYPE,
                Fallback.TYPE,
                Hedge.TYPE,
                RateLimiter.TYPE,
                Retry.TYPE,
                Timeout.TYPE);
    }

    /** Otherwise {@code a} with {@code b:c} and {@code a:b} with {@code c} would have one instance. */
    @ParameterizedTest
    @MethodSource("types")
    <P extends Policy, C extends Record> void nameOfAFamilyWithAColonShouldBeRejected(PolicyType<P, C> type) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> registry.keyed(type, "a:b", type.defaults(), 5))
                .withMessage("name is 'a:b': must not contain a colon,"
                        + " which ends a family's name within the names of its instances");
    }

    @ParameterizedTest
    @MethodSource("types")
    <P extends Policy, C extends Record> void keyWithColonsShouldHaveAnInstanceOfItsOwn(PolicyType<P, C> type) {
        KeyedPolicies<P> hosts = registry.keyed(type, "a", type.defaults(), 5);
        P instance = hosts.get("b:c");
        assertThat(instance.name()).isEqualTo("a:b:c");
        assertThat(hosts.get("b:c")).isSameAs(instance);
        assertThat(hosts.get("b")).isNotSameAs(instance);
        registry.remove(instance);
        assertThat(hosts.size()).isOne();
    }

    @Test
    void requestedKeyShouldHaveTheConfigurationOfItsFamily() {
        registry.keyed(
                CircuitBreaker.TYPE,
                "host",
                5,
                key -> CircuitBreakerConfig.builder()
                        .failureThreshold(key.length())
                        .build());
        assertThat(registry.getOrCreate(CircuitBreaker.TYPE, "host:four")
                        .config()
                        .failureThreshold())
                .isEqualTo(4);
        assertThat(registry.configOfKey(CircuitBreaker.TYPE, "host:a:b"))
                .map(CircuitBreakerConfig::failureThreshold)
                .hasValue(3);
        assertThat(registry.configOfKey(CircuitBreaker.TYPE, "other:four")).isEmpty();
        assertThat(registry.configOfKey(CircuitBreaker.TYPE, "host")).isEmpty();
        assertThat(registry.configOfKey(Bulkhead.TYPE, "host:four")).isEmpty();
    }

    @Test
    void newFamilyShouldBeReportedOnceAndInOrder() {
        List<Object> events = new ArrayList<>();
        registry.onFamily(events::add);
        registry.onChange(events::add);
        CircuitBreaker early = registry.getOrCreate(CircuitBreaker.TYPE, "host:early");
        KeyedPolicies<CircuitBreaker> hosts =
                registry.keyed(CircuitBreaker.TYPE, "host", CircuitBreakerConfig.defaults(), 5);
        registry.keyed(CircuitBreaker.TYPE, "host", CircuitBreakerConfig.defaults(), 5);
        CircuitBreaker late = hosts.get("late");
        FamilyCreated family = new FamilyCreated(CircuitBreaker.TYPE, "host");
        assertThat(events).containsExactly(new RegistryEvent.Added(early), family, new RegistryEvent.Added(late));
        assertThat(family.has(early)).isTrue();
        assertThat(family.has(CircuitBreaker.of("hosts:early"))).isFalse();
        assertThat(family.has(Bulkhead.of("host:early"))).isFalse();
    }
}
