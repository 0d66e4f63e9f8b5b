package io.netrun.resilience.spring.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netrun.resilience.KeyedPolicies;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.bulkhead.BulkheadConfig;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitBreakerConfig;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.retry.RetryConfig;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.autoconfigure.ResilienceMetricsAutoConfiguration;
import io.netrun.resilience.spring.pattern.KeyedMeters;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.NestedExceptionUtils;

/** What the meters show of instances of which there is one for each key. */
class KeyedMetersTests {

    private final ResilienceRegistry registry = ResilienceRegistry.create();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(
                    AutoConfigurations.of(ResilienceAutoConfiguration.class, ResilienceMetricsAutoConfiguration.class))
            .withBean(SimpleMeterRegistry.class, () -> meters);

    private void bind(KeyedMeters keyed) {
        new ResilienceMeters(registry, keyed).bindTo(meters);
    }

    private KeyedPolicies<CircuitBreaker> hosts(int limit) {
        return registry.keyed(CircuitBreaker.TYPE, "hosts", CircuitBreakerConfig.defaults(), limit);
    }

    private Set<String> names() {
        return meters.getMeters().stream()
                .map(Meter::getId)
                .map(id -> id.getTag("name"))
                .collect(Collectors.toSet());
    }

    private double succeeded(String name) {
        return meters.get("resilience.circuitbreaker.calls")
                .tags("name", name, "outcome", "succeeded")
                .functionCounter()
                .count();
    }

    private double inState(String state) {
        return meters.get("resilience.circuitbreaker.state")
                .tags("name", "hosts:*", "state", state)
                .gauge()
                .value();
    }

    @Test
    void familyShouldHaveOneSetOfMetersForAllKeys() {
        hosts(10).get("before").call(() -> "ok");
        bind(KeyedMeters.FAMILY);
        for (String key : new String[] {"a", "b", "c"}) {
            hosts(10).get(key).call(() -> "ok");
        }
        registry.getOrCreate(CircuitBreaker.TYPE, "single").call(() -> "ok");
        hosts(10).get("b").forceOpen();
        assertThat(names()).containsExactlyInAnyOrder("hosts:*", "single");
        assertThat(succeeded("hosts:*")).isEqualTo(4);
        assertThat(succeeded("single")).isEqualTo(1);
        assertThat(inState("closed")).isEqualTo(3);
        assertThat(inState("forced_open")).isEqualTo(1);
        assertThat(meters.get("resilience.enabled")
                        .tag("name", "hosts:*")
                        .gauge()
                        .value())
                .isEqualTo(4);
    }

    @Test
    void countersOfAFamilyShouldNotGoBackWhenKeysLeave() {
        bind(KeyedMeters.FAMILY);
        KeyedPolicies<CircuitBreaker> hosts = hosts(2);
        for (int i = 1; i <= 50; i++) {
            hosts.get("h" + i).call(() -> "ok");
            assertThat(succeeded("hosts:*")).isEqualTo(i);
        }
        assertThat(inState("closed")).isEqualTo(hosts.size()).isLessThanOrEqualTo(2);
    }

    @Test
    void instanceThatComesBackShouldBeCountedOnce() {
        bind(KeyedMeters.FAMILY);
        KeyedPolicies<CircuitBreaker> hosts = hosts(1);
        CircuitBreaker held = hosts.get("held");
        held.call(() -> "ok");
        hosts.get("other").call(() -> "ok");
        assertThat(succeeded("hosts:*")).isEqualTo(2);
        assertThat(hosts.get("held")).isSameAs(held);
        held.call(() -> "ok");
        assertThat(succeeded("hosts:*")).isEqualTo(3);
        registry.remove(held);
        registry.remove(held);
        assertThat(succeeded("hosts:*")).isEqualTo(3);
    }

    @Test
    void instanceThatReplacesOneOfAFamilyShouldBeCountedWithIt() {
        bind(KeyedMeters.FAMILY);
        hosts(5).get("a").call(() -> "ok");
        CircuitBreaker replacement = CircuitBreaker.of("hosts:a");
        registry.register(replacement);
        replacement.call(() -> "ok");
        assertThat(succeeded("hosts:*")).isEqualTo(2);
        assertThat(names()).containsExactly("hosts:*");
    }

    @Test
    void longestWaitAndSharedBudgetShouldNotBeSummed() {
        bind(KeyedMeters.FAMILY);
        KeyedPolicies<Retry> retries = registry.keyed(Retry.TYPE, "calls", RetryConfig.defaults(), 5);
        retries.get("a");
        retries.get("b");
        KeyedPolicies<Bulkhead> tenants = registry.keyed(Bulkhead.TYPE, "tenants", BulkheadConfig.defaults(), 5);
        tenants.get("a");
        tenants.get("b");
        assertThat(meters.get("resilience.retry.budget.available").gauge().value())
                .isNaN();
        assertThat(meters.get("resilience.bulkhead.longest.wait").gauge().value())
                .isZero();
        assertThat(meters.get("resilience.bulkhead.max.concurrent").gauge().value())
                .isEqualTo(20);
    }

    @Test
    void keysShouldHaveMetersOfTheirOwnWhereAskedFor() {
        bind(KeyedMeters.KEY);
        KeyedPolicies<CircuitBreaker> hosts = hosts(1);
        hosts.get("a").call(() -> "ok");
        assertThat(names()).containsExactly("hosts:a");
        hosts.get("b").call(() -> "ok");
        assertThat(names()).containsExactly("hosts:b");
    }

    @Test
    void keysShouldHaveNoMetersWhereNoneAreWanted() {
        bind(KeyedMeters.NONE);
        hosts(2).get("a").call(() -> "ok");
        registry.getOrCreate(CircuitBreaker.TYPE, "a:b");
        assertThat(names()).containsExactly("a:b");
    }

    @ParameterizedTest
    @CsvSource({"family,hosts:*", "key,hosts:a", ",hosts:*"})
    void applicationShouldChooseTheMetersOfKeys(String setting, String expected) {
        (setting == null ? runner : runner.withPropertyValues("resilience.metrics.keyed=" + setting)).run(context -> {
            context.getBean(ResilienceMeters.class).bindTo(meters);
            context.getBean(ResilienceRegistry.class)
                    .keyed(CircuitBreaker.TYPE, "hosts", CircuitBreakerConfig.defaults(), 5)
                    .get("a");
            assertThat(names()).containsExactly(expected);
        });
    }

    @Test
    void wrongChoiceShouldBeReportedWithTheOtherProblems() {
        runner.withPropertyValues("resilience.metrics.keyed=all", "resilience.retry.instances.x.max-attempts=0")
                .run(context -> assertThat(NestedExceptionUtils.getMostSpecificCause(context.getStartupFailure()))
                        .isInstanceOf(ResilienceConfigurationException.class)
                        .hasMessageContaining("resilience.metrics.keyed")
                        .hasMessageContaining("one of family, key, none")
                        .hasMessageContaining("maxAttempts is 0"));
    }

    @Test
    void instancesBeforeTheirFamilyShouldBecomePartOfIt() {
        CircuitBreaker early = registry.getOrCreate(CircuitBreaker.TYPE, "hosts:early");
        bind(KeyedMeters.FAMILY);
        early.call(() -> "ok");
        assertThat(names()).containsExactly("hosts:early");
        hosts(10).get("late").call(() -> "ok");
        assertThat(names()).containsExactly("hosts:*");
        assertThat(succeeded("hosts:*")).isEqualTo(2);
    }

    @Test
    void instancesBeforeTheirFamilyShouldKeepMetersOfTheirOwnWhereAskedFor() {
        registry.getOrCreate(CircuitBreaker.TYPE, "hosts:early").call(() -> "ok");
        bind(KeyedMeters.KEY);
        hosts(10);
        assertThat(succeeded("hosts:early")).isEqualTo(1);
    }
}
