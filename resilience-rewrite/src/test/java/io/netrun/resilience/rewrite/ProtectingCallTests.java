package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.ThreadPoolBulkhead;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.timelimiter.TimeLimiter;
import io.netrun.resilience.spring.mapping.MappingTable;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls of resilience4j that protect code, in any way to write them, have the code to write instead. */
class ProtectingCallTests {

    private static List<String> left(String imported, String code) {
        return new Project()
                .with("src/main/java/Calls.java", """
                    import io.github.resilience4j.bulkhead.ThreadPoolBulkhead;
                    import io.github.resilience4j.circuitbreaker.CircuitBreaker;
                    import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
                    import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
                    import io.github.resilience4j.ratelimiter.RateLimiter;
                    import io.github.resilience4j.retry.Retry;
                    import io.github.resilience4j.timelimiter.TimeLimiter;
                    %s

                    class Calls {
                        CircuitBreaker breaker;
                        Retry retry;
                        RateLimiter limiter;
                        TimeLimiter time;
                        ThreadPoolBulkhead pool;

                        void calls() {
                            %s;
                        }
                    }
                    """.formatted(imported, code))
                .after(new FromResilience4j(true))
                .left();
    }

    private static List<String> left(String code) {
        return left("", code);
    }

    @ParameterizedTest
    @ValueSource(
            classes = {
                CircuitBreaker.class,
                Retry.class,
                Bulkhead.class,
                ThreadPoolBulkhead.class,
                RateLimiter.class,
                TimeLimiter.class
            })
    void everyMethodThatProtectsShouldHaveARow(Class<?> type) {
        assertThat(Arrays.stream(type.getMethods())
                        .map(Method::getName)
                        .filter(name -> name.matches("(decorate|execute).*")))
                .isNotEmpty()
                .allSatisfy(name -> assertThat(MappingTable.get()
                                .find(MappingTable.RESILIENCE4J, "method", type.getSimpleName() + "." + name)
                                .or(() -> MappingTable.get().find(MappingTable.RESILIENCE4J, "method", "*." + name)))
                        .isPresent());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "breaker.decorateCheckedSupplier(() -> load()); () -> breaker.call(() -> load())",
                "breaker.decorateConsumer(v -> pay(v)); v -> breaker.run(() -> pay(v))",
                "retry.decorateConsumer(this::pay); a -> retry.run(() -> this.pay(a))",
                "Retry.decorateCheckedFunction(retry, v -> load(v)); v -> retry.call(() -> load(v))",
                "Retry.decorateCompletionStage(retry, scheduler, () -> ask()); retry.decorateAsync(() -> ask())",
                "retry.executeCompletionStage(scheduler, () -> ask()); retry.callAsync(() -> ask())",
                "time.decorateFutureSupplier(() -> ask()); () -> time.call(() -> ask().get())",
                "time.executeFutureSupplier(this::ask); time.call(() -> this.ask().get())",
                "TimeLimiter.decorateFutureSupplier(time, asks); () -> time.call(() -> asks.get().get())",
                "pool.decorateRunnable(() -> pay()); pool.decorateAsync(() -> runAsync(() -> pay(), executor))",
            })
    void callShouldHaveItsCode(String there, String here) {
        assertThat(left(there)).anyMatch(row -> row.contains(" " + there + ": Write " + here));
    }

    @Test
    void fullNameShouldHaveItsCode() {
        String code = "io.github.resilience4j.bulkhead.Bulkhead.decorateCallable(bulkhead, () -> 1)";

        assertThat(left(code)).anyMatch(row -> row.endsWith(": Write bulkhead.decorateCallable(() -> 1)."));
    }

    @Test
    void fullNameOfAConfigurationShouldHaveItsCode() {
        assertThat(left("io.github.resilience4j.retry.RetryConfig.custom().maxAttempts(2).build()"))
                .anyMatch(row -> row.contains(": Write RetryConfig.builder().maxAttempts(2)"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"decorateSupplier", "*"})
    void staticImportShouldHaveItsCode(String member) {
        assertThat(left(
                        "import static io.github.resilience4j.retry.Retry." + member + ";",
                        "decorateSupplier(retry, () -> 1)"))
                .anyMatch(row -> row.endsWith(" decorateSupplier(retry, () -> 1): Write retry.decorate(() -> 1)."));
    }

    @ParameterizedTest
    @ValueSource(strings = {"custom", "*"})
    void staticImportOfAConfigurationShouldHaveItsCode(String member) {
        assertThat(left(
                        "import static io.github.resilience4j.retry.RetryConfig." + member + ";",
                        "custom().maxAttempts(2).build()"))
                .anyMatch(row -> row.contains(": Write RetryConfig.builder().maxAttempts(2)"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "breaker::decorateSupplier; s -> breaker.decorate(s)",
                "breaker::executeSupplier; s -> breaker.call(s::get)",
                "Retry::decorateCallable; (x, s) -> x.decorateCallable(s)",
                "CircuitBreaker::ofDefaults; name -> CircuitBreaker.of(name, CircuitBreakerConfig.builder()",
                "CircuitBreakerConfig::ofDefaults; () -> CircuitBreakerConfig.builder()",
                "CircuitBreakerConfig::custom; CircuitBreakerConfig::builder",
            })
    void referenceShouldHaveItsCode(String there, String here) {
        assertThat(left("Object any = cast(" + there + ")"))
                .anyMatch(row -> row.contains(" " + there + ": Write " + here));
    }

    @Test
    void permitsShouldBeNamed() {
        assertThat(left("limiter.executeSupplier(2, () -> load())"))
                .anyMatch(
                        row -> row.contains("Write limiter.call(() -> load()); without a counterpart: the permits 2"));
    }

    @Test
    void schedulerShouldNotBeTakenForPermits() {
        assertThat(left("retry.executeCompletionStage(scheduler, () -> ask())"))
                .noneMatch(row -> row.contains("permits"));
    }

    @Test
    void futureWithoutACallbackShouldHaveAReason() {
        assertThat(left("breaker.decorateFuture(() -> ask())"))
                .anyMatch(row -> row.contains("Write it otherwise: A plain Future does not show its end"));
    }

    @Test
    void builderOfARegistryShouldHaveItsCode() {
        assertThat(left("CircuitBreakerRegistry.custom().withCircuitBreakerConfig(CircuitBreakerConfig.ofDefaults())"
                        + ".addRegistryEventConsumer(consumer).build()"))
                .anyMatch(row ->
                        row.contains("Write ResilienceRegistry.create(), and pass CircuitBreakerConfig.builder()")
                                && row.contains("registry.onChange("));
    }

    @Test
    void tagsOfAnInstanceShouldBeNamed() {
        assertThat(left("CircuitBreaker.of(\"a\", config, Map.of(\"k\", \"v\"))"))
                .anyMatch(row -> row.contains("Write CircuitBreaker.of(\"a\", config); without a counterpart:"
                        + " Map.of(\"k\", \"v\"): Add common tags"));
    }

    @Test
    void contextPropagatorShouldHaveAReason() {
        assertThat(left("io.github.resilience4j.bulkhead.ThreadPoolBulkheadConfig.custom().maxThreadPoolSize(2)"
                        + ".contextPropagator(mine).build()"))
                .anyMatch(row -> row.contains("contextPropagator(mine): Context is carried by Micrometer"));
    }

    @Test
    void sameMethodOfAnotherTypeShouldNotBeListed() {
        String rows =
                String.join("\n", left("import com.acme.Other;", "Other other = null; other.decorateSupplier(x)"));

        assertThat(rows).doesNotContain("other.decorate");
    }
}
