package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openrewrite.ExecutionContext;
import org.openrewrite.InMemoryExecutionContext;
import org.openrewrite.internal.InMemoryLargeSourceSet;
import org.openrewrite.java.JavaParser;

/** Code that stays with resilience4j is listed with the code to write instead, which compiles. */
class CodeCounterpartTests {

    private static final String IMPORTS = """
        import io.github.resilience4j.bulkhead.*;
        import io.github.resilience4j.circuitbreaker.CircuitBreaker;
        import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
        import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
        import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
        import io.github.resilience4j.core.IntervalFunction;
        import io.github.resilience4j.decorators.Decorators;
        import io.github.resilience4j.ratelimiter.RateLimiter;
        import io.github.resilience4j.ratelimiter.RateLimiterConfig;
        import io.github.resilience4j.retry.Retry;
        import io.github.resilience4j.retry.RetryConfig;
        import io.github.resilience4j.timelimiter.TimeLimiter;
        import io.github.resilience4j.timelimiter.TimeLimiterConfig;
        import java.io.IOException;
        import java.time.Duration;
        import java.util.List;
        import java.util.concurrent.Callable;
        import java.util.concurrent.CompletableFuture;
        import java.util.function.Supplier;

        class Calls {
            void calls(CircuitBreaker breaker, Retry retry, CircuitBreakerRegistry registry,
                    Supplier<String> supplier, Callable<String> callable, Runnable runnable,
                    CircuitBreakerConfig config, TimeLimiter limiter, ThreadPoolBulkhead pool,
                    java.util.concurrent.Executor executor) throws Exception {
        """;

    private static final String OURS = """
        import io.netrun.resilience.Pipeline;
        import io.netrun.resilience.ResilienceRegistry;
        import io.netrun.resilience.bulkhead.*;
        import io.netrun.resilience.circuitbreaker.*;
        import io.netrun.resilience.fallback.*;
        import io.netrun.resilience.ratelimiter.*;
        import io.netrun.resilience.retry.*;
        import io.netrun.resilience.timeout.*;
        import java.io.IOException;
        import java.time.Duration;
        import java.util.List;
        import java.util.concurrent.Callable;
        import java.util.concurrent.CompletableFuture;
        import java.util.function.Supplier;
        import static java.util.concurrent.CompletableFuture.*;

        class Calls {
            void calls(CircuitBreaker breaker, Retry retry, ResilienceRegistry registry,
                    Supplier<String> supplier, Callable<String> callable, Runnable runnable,
                    CircuitBreakerConfig config, Timeout limiter, Bulkhead pool,
                    java.util.concurrent.Executor executor) throws Exception {
        """;

    private static final Map<String, String> CODE = new LinkedHashMap<>();

    static {
        CODE.put(
                "CircuitBreakerConfig.custom().failureRateThreshold(40).slidingWindowSize(20).minimumNumberOfCalls(5)"
                        + ".waitDurationInOpenState(Duration.ofSeconds(10)).permittedNumberOfCallsInHalfOpenState(3)"
                        + ".recordExceptions(IOException.class).build()",
                "CircuitBreakerConfig.builder().failureRateThreshold(40).windowSize(20).minimumCalls(5)"
                        + ".openDuration(Duration.ofSeconds(10)).successThreshold(3).halfOpenMaxCalls(3)"
                        + ".exceptions(IOException.class).detection(Detection.COUNT_WINDOW)"
                        + ".slowCallDuration(Duration.ofSeconds(60)).halfOpenMaxDuration(Duration.ofDays(365)).build()");
        CODE.put(
                "CircuitBreakerConfig.custom().slidingWindow(30, 10, SlidingWindowType.TIME_BASED)"
                        + ".slowCallDurationThreshold(Duration.ofSeconds(2)).permittedNumberOfCallsInHalfOpenState(1)"
                        + ".maxWaitDurationInHalfOpenState(Duration.ZERO)"
                        + ".automaticTransitionFromOpenToHalfOpenEnabled(true).build()",
                "CircuitBreakerConfig.builder().detection(Detection.TIME_WINDOW)"
                        + ".windowDuration(Duration.ofSeconds(30)).minimumCalls(10)"
                        + ".slowCallDuration(Duration.ofSeconds(2)).successThreshold(1).halfOpenMaxCalls(1).halfOpenMaxDuration(Duration.ofDays(365)).exceptions(Exception.class).build();"
                        + " without a counterpart: automaticTransitionFromOpenToHalfOpenEnabled(true): The first call"
                        + " after open-duration is a trial; no thread changes the state before");
        CODE.put(
                "RetryConfig.custom().maxAttempts(4).waitDuration(Duration.ofMillis(100)).retryOnException(e -> e"
                        + " instanceof IOException).ignoreExceptions(IllegalStateException.class).build()",
                "RetryConfig.builder().maxAttempts(4).baseDelay(Duration.ofMillis(100))"
                        + ".failure(e -> e instanceof IOException).ignoreExceptions(IllegalStateException.class)"
                        + ".backoff(BackoffStrategy.CONSTANT).jitter(Jitter.NONE).onExhausted(OnExhausted.RETHROW)"
                        + ".build()");
        CODE.put(
                "RetryConfig.custom().intervalFunction(IntervalFunction.ofExponentialRandomBackoff(200, 2.0, 0.5,"
                        + " 5000)).failAfterMaxAttempts(true).build()",
                "RetryConfig.builder().baseDelay(Duration.ofMillis(200)).backoff(BackoffStrategy.EXPONENTIAL)"
                        + ".backoffMultiplier(2.0).maxDelay(Duration.ofMillis(5000)).jitter(Jitter.EQUAL)"
                        + ".onExhausted(OnExhausted.WRAP).build()");
        CODE.put(
                "BulkheadConfig.custom().maxConcurrentCalls(5).maxWaitDuration(Duration.ofMillis(50)).build()",
                "BulkheadConfig.builder().maxConcurrent(5).maxWait(Duration.ofMillis(50)).maxQueue(1000000)"
                        + ".pools(BulkheadPools.SHARED).build()");
        CODE.put(
                "RateLimiterConfig.custom().limitForPeriod(3).limitRefreshPeriod(Duration.ofSeconds(1))"
                        + ".timeoutDuration(Duration.ZERO).build()",
                "RateLimiterConfig.builder().limit(3).period(Duration.ofSeconds(1)).maxWait(Duration.ZERO).build()");
        CODE.put(
                "TimeLimiterConfig.custom().timeoutDuration(Duration.ofSeconds(2)).cancelRunningFuture(false).build()",
                "TimeoutConfig.builder().duration(Duration.ofSeconds(2)).interrupt(false).build()");
        CODE.put(
                "RetryConfig.ofDefaults()",
                "RetryConfig.builder().baseDelay(Duration.ofMillis(500)).backoff(BackoffStrategy.CONSTANT)"
                        + ".jitter(Jitter.NONE).onExhausted(OnExhausted.RETHROW).build()");
        CODE.put(
                "CircuitBreakerConfig.from(config).failureRateThreshold(10).build()",
                "config.toBuilder().failureRateThreshold(10).build()");
        CODE.put(
                "Bulkhead.ofDefaults(\"b\")",
                "Bulkhead.of(\"b\", BulkheadConfig.builder().maxConcurrent(25).maxQueue(0)"
                        + ".pools(BulkheadPools.SHARED).build())");
        CODE.put(
                "RateLimiter.ofDefaults(\"r\")",
                "RateLimiter.of(\"r\", RateLimiterConfig.builder().maxWait(Duration.ofSeconds(5)).limit(1000000)"
                        + ".build())");
        CODE.put("CircuitBreaker.of(\"c\", config)", "CircuitBreaker.of(\"c\", config)");
        CODE.put(
                "TimeLimiter.of(Duration.ofSeconds(1))",
                "Timeout.of(\"name\", c -> c.duration(Duration.ofSeconds(1)))");
        CODE.put(
                "Bulkhead.decorateSupplier(Bulkhead.ofDefaults(\"d\"), supplier)",
                "Bulkhead.of(\"d\", BulkheadConfig.builder().maxConcurrent(25).maxQueue(0)"
                        + ".pools(BulkheadPools.SHARED).build()).decorate(supplier)");
        CODE.put(
                "Retry.decorateSupplier(retry, CircuitBreaker.decorateSupplier(breaker, supplier))",
                "retry.decorate(breaker.decorate(supplier))");
        CODE.put(
                "registry.circuitBreaker(\"e\").executeSupplier(supplier)",
                "registry.getOrCreate(CircuitBreaker.TYPE, \"e\").call(supplier::get)");
        CODE.put(
                "Decorators.ofSupplier(supplier).withCircuitBreaker(breaker).withRetry(retry)"
                        + ".withFallback(List.of(CallNotPermittedException.class, IOException.class), e -> \"f\").get()",
                "Pipeline.of(Fallback.of(\"name\", c -> c.handle(CircuitOpenException.class, e -> \"f\")"
                        + ".handle(IOException.class, e -> \"f\")), retry, breaker).call(supplier::get)");
        CODE.put(
                "Decorators.ofCallable(callable).withRetry(retry).withFallback(e -> \"f\").call()",
                "Pipeline.of(Fallback.of(\"name\", c -> c.handle(Throwable.class, e -> \"f\")), retry).call(callable::call)");
        CODE.put("Decorators.ofRunnable(runnable).withRetry(retry).run()", "Pipeline.of(retry).run(runnable::run)");
        CODE.put("CircuitBreakerRegistry.ofDefaults()", "ResilienceRegistry.create()");
        CODE.put("registry.circuitBreaker(\"c\", config)", "registry.getOrCreate(CircuitBreaker.TYPE, \"c\", config)");
        CODE.put("CircuitBreaker.decorateSupplier(breaker, supplier)", "breaker.decorate(supplier)");
        CODE.put("Retry.decorateCallable(retry, () -> \"x\")", "retry.decorateCallable(() -> \"x\")");
        CODE.put("Retry.decorateRunnable(retry, runnable)", "retry.decorateRunnable(runnable)");
        CODE.put("breaker.executeSupplier(() -> \"x\")", "breaker.call(() -> \"x\")");
        CODE.put("breaker.executeSupplier(supplier)", "breaker.call(supplier::get)");
        CODE.put("retry.executeCallable(callable)", "retry.call(callable::call)");
        CODE.put("breaker.executeRunnable(runnable)", "breaker.run(runnable::run)");
        CODE.put(
                "breaker.executeCompletionStage(() -> CompletableFuture.completedFuture(1))",
                "breaker.callAsync(() -> CompletableFuture.completedFuture(1))");
        CODE.put("breaker.decorateSupplier(supplier)", "breaker.decorate(supplier)");
        CODE.put("retry.decorateCallable(callable)", "retry.decorateCallable(callable)");
        CODE.put(
                "limiter.executeFutureSupplier(() -> CompletableFuture.completedFuture(\"x\"))",
                "limiter.call(() -> CompletableFuture.completedFuture(\"x\").get()). A future that fails throws an"
                        + " ExecutionException then, and its cause there");
        CODE.put("pool.executeSupplier(supplier)", "pool.callAsync(() -> supplyAsync(supplier, executor))");
        CODE.put("pool.executeRunnable(runnable)", "pool.callAsync(() -> runAsync(runnable, executor))");
        CODE.put(
                "ThreadPoolBulkhead.decorateSupplier(pool, () -> \"x\")",
                "pool.decorateAsync(() -> supplyAsync(() -> \"x\", executor))");
        CODE.put(
                "ThreadPoolBulkheadConfig.custom().maxThreadPoolSize(10).queueCapacity(1).build()",
                "BulkheadConfig.builder().maxConcurrent(10).maxQueue(1).build()");
        CODE.put(
                "ThreadPoolBulkheadConfig.ofDefaults()",
                "BulkheadConfig.builder().maxConcurrent(Runtime.getRuntime().availableProcessors()).build()");
        CODE.put(
                "io.github.resilience4j.retry.Retry.decorateRunnable(retry, runnable)",
                "retry.decorateRunnable(runnable)");
        CODE.put(
                "CircuitBreaker.of(\"supplied\", () -> CircuitBreakerConfig.from(config).build())",
                "CircuitBreaker.of(\"supplied\", config.toBuilder().build())");
        CODE.put(
                "Decorators.ofSupplier(supplier).withCircuitBreaker(breaker).withRetry(retry).decorate()",
                "Pipeline.of(retry, breaker).decorate(supplier)");
    }

    private static List<String> leftOf(String code) {
        return new Project()
                .with("src/main/java/Calls.java", IMPORTS + code + ";\n    }\n}\n")
                .after(new FromResilience4j(true))
                .left();
    }

    @Test
    void configurationThatIsAnArgumentOfARegistryShouldBeWritten() {
        assertThat(leftOf("CircuitBreakerRegistry.of(CircuitBreakerConfig.custom().failureRateThreshold(40).build())"))
                .anyMatch(row -> row.contains("pass CircuitBreakerConfig.builder().failureRateThreshold(40)"))
                .noneMatch(row -> row.matches("(?s).*: Write .*(custom\\(\\)|ofDefaults).*"));
    }

    @Test
    void defaultsThatAreAnArgumentOfARegistryShouldBeWritten() {
        assertThat(leftOf("CircuitBreakerRegistry.of(CircuitBreakerConfig.ofDefaults())"))
                .anyMatch(row -> row.contains("pass CircuitBreakerConfig.builder()"));
    }

    @Test
    void instanceOfARegistryThatIsMadeThereShouldHaveItsConfiguration() {
        assertThat(leftOf("CircuitBreakerRegistry.of(CircuitBreakerConfig.ofDefaults()).circuitBreaker(\"x\")"))
                .anyMatch(
                        row -> row.contains("Write ResilienceRegistry.create().getOrCreate(CircuitBreaker.TYPE, \"x\","
                                + " CircuitBreakerConfig.builder()"));
    }

    @Test
    void configurationOfAnInstanceShouldBeWrittenWithoutComments() {
        assertThat(leftOf("registry.circuitBreaker(\"x//y\", CircuitBreakerConfig.custom()/* why\n // and \" */"
                        + ".failureRateThreshold(40) // rate \"40\"\n.build())"))
                .anyMatch(row -> row.contains("getOrCreate(CircuitBreaker.TYPE, \"x//y\","
                        + " CircuitBreakerConfig.builder().failureRateThreshold(40)"))
                .noneMatch(row -> row.contains("why") || row.contains("rate \"40"));
    }

    private static List<String> leftOfShared(String arguments) {
        return new Project()
                .with("src/main/java/Calls.java", IMPORTS + "registry.circuitBreaker(" + arguments + ");\n    }\n}\n")
                .with("src/main/java/Others.java", """
                        class Others {
                            @io.github.resilience4j.circuitbreaker.annotation.CircuitBreaker(name = "x")
                            public String call() {
                                return "";
                            }
                        }
                        """)
                .after(new FromResilience4j(true))
                .left();
    }

    @Test
    void configurationThatAnnotationsHadFromCodeShouldBeListed() {
        assertThat(leftOfShared("\"x\", config"))
                .anyMatch(row -> row.contains("Annotations have the name x, too.")
                        && row.contains("Write it under resilience.circuit-breaker.instances.x."));
    }

    @Test
    void instanceWithoutAConfigurationShouldBeListedWithoutOne() {
        assertThat(leftOfShared("\"x\""))
                .anyMatch(row -> row.contains("Annotations have the name x, too."))
                .noneMatch(row -> row.contains("Write it under"));
    }

    @Test
    void settingWithoutACounterpartShouldBeBehindTheCode() {
        assertThat(leftOf("registry.circuitBreaker(\"x\", CircuitBreakerConfig.custom()"
                        + ".automaticTransitionFromOpenToHalfOpenEnabled(true).build())"))
                .anyMatch(row -> row.contains(".build()); without a counterpart: automaticTransition"));
    }

    @Test
    void callsShouldBeListedWithTheirCounterparts() {
        StringBuilder source = new StringBuilder(IMPORTS);
        CODE.keySet().forEach(code -> source.append(code).append(";\n"));
        List<String> left = left(source.append("}\n}\n").toString());
        CODE.forEach((there, here) -> assertThat(left).contains(there + ": Write " + here + "."));
    }

    @Test
    void counterpartsShouldCompile(@TempDir Path folder) {
        StringBuilder source = new StringBuilder(OURS);
        int number = 0;
        for (String here : CODE.values()) {
            String code = here.replaceAll("; without.*|\\. A future.*", "");
            source.append(code.contains(".run(") ? "" : "var v" + number++ + " = ")
                    .append(code)
                    .append(";\n");
        }
        source.append("}\n}\n");
        CompiledCode.compile(folder, source.toString());
    }

    @Test
    void chainOverSeveralLinesShouldBeOneLine() {
        assertThat(left(IMPORTS + """
                    CircuitBreakerConfig.from(config)
                        .failureRateThreshold(
                            10)
                        .build();
                }
            }
            """))
                .anySatisfy(
                        row -> assertThat(row).endsWith("Write config.toBuilder().failureRateThreshold(10).build()."));
    }

    @Test
    void nameOfAConfigurationShouldNotBeTakenForOne() {
        assertThat(left(IMPORTS + """
                    registry.circuitBreaker("c", "shared");
                }
            }
            """))
                .contains("registry.circuitBreaker(\"c\", \"shared\"): Write"
                        + " registry.getOrCreate(CircuitBreaker.TYPE, \"c\", …), with the configuration of the name"
                        + " \"shared\".");
    }

    @Test
    void chainWithoutCodeToWriteShouldBeLeft() {
        assertThat(left(IMPORTS + """
                    Decorators.ofSupplier(supplier).withRetry(retry).withFallback((r, e) -> r).get();
                }
            }
            """))
                .anySatisfy(row -> assertThat(row)
                        .startsWith("Decorators.ofSupplier(supplier)…: Make a Pipeline of its policies"));
    }

    private static List<String> left(String source) {
        ExecutionContext ctx = new InMemoryExecutionContext(failure -> {
            throw new AssertionError(failure);
        });
        List<String> left = new ArrayList<>();
        new FromResilience4j(true)
                .run(
                        new InMemoryLargeSourceSet(JavaParser.fromJavaVersion()
                                .build()
                                .parse(ctx, source)
                                .toList()),
                        ctx)
                .getDataTables()
                .forEach((table, rows) -> {
                    if (table instanceof Leftovers) {
                        rows.forEach(row -> {
                            Leftovers.Row item = (Leftovers.Row) row;
                            left.add(item.what() + ": " + item.reason());
                        });
                    }
                });
        return left;
    }
}
