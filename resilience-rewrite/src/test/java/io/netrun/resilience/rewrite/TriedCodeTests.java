package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.bulkhead.ThreadPoolBulkheadConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import io.github.resilience4j.retry.RetryConfig;
import io.github.resilience4j.timelimiter.TimeLimiterConfig;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Configurations to write instead of those in code, which this library's builders take, whatever was set there. */
class TriedCodeTests {

    private static final List<String> NUMBERS =
            List.of("-1", "0", "1", "7", "60_000", "2_000_000", "Integer.MAX_VALUE");

    private static final List<String> FACTORS = List.of("-1", "0", "0.5f", "1", "50", "100f", "150");

    private static final List<String> INTERVALS = Stream.of(
                    "ofDefaults()",
                    "of(0)",
                    "of(Duration.ofMinutes(2))",
                    "ofRandomized(0)",
                    "ofRandomized(90_000, 0.9)",
                    "ofExponentialBackoff()",
                    "ofExponentialBackoff(0, 2.0, 1000)",
                    "ofExponentialBackoff(100, 0.5)",
                    "ofExponentialBackoff(5000, 2, 100)",
                    "ofExponentialBackoff(Duration.ofMinutes(1))",
                    "ofExponentialRandomBackoff(100, 1.0, 0.5, 0)",
                    "ofExponentialRandomBackoff(100, -1.0, 0.5)")
            .map("IntervalFunction."::concat)
            .toList();

    private static final Map<Class<?>, List<String>> VALUES = Map.ofEntries(
            Map.entry(int.class, NUMBERS),
            Map.entry(long.class, NUMBERS),
            Map.entry(float.class, FACTORS),
            Map.entry(double.class, FACTORS),
            Map.entry(boolean.class, List.of("true", "false")),
            Map.entry(
                    Duration.class,
                    List.of(
                            "Duration.ZERO",
                            "Duration.ofMillis(-1)",
                            "Duration.ofNanos(1)",
                            "Duration.ofMillis(5)",
                            "Duration.ofMinutes(2)",
                            "Duration.ofDays(4000)")),
            Map.entry(
                    Class[].class,
                    List.of(
                            "",
                            "new Class[0]",
                            "new Class[] {}",
                            "IOException.class",
                            "IOException.class, IOException.class",
                            "Error.class",
                            "Throwable.class")),
            Map.entry(
                    io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType.class,
                    List.of("SlidingWindowType.COUNT_BASED", "SlidingWindowType.TIME_BASED")),
            Map.entry(Predicate.class, List.of("e -> true", "null")),
            Map.entry(io.github.resilience4j.core.IntervalFunction.class, INTERVALS));

    /** Settings that have to fit. */
    private static final List<String> TOGETHER = List.of(
            ".slidingWindowSize(7).minimumNumberOfCalls(9)",
            ".slidingWindow(60_000, 70_000, SlidingWindowType.COUNT_BASED)",
            ".minimumNumberOfCalls(60_000).slidingWindowSize(60_000)",
            ".slidingWindowSize(0).minimumNumberOfCalls(200)",
            ".recordExceptions(Error.class).recordExceptions()",
            ".retryExceptions(Throwable.class).retryExceptions()",
            ".waitDuration(Duration.ofDays(2)).maxAttempts(0)",
            ".limitForPeriod(5000).limitRefreshPeriod(Duration.ofMillis(1))",
            ".limitForPeriod(-1).limitRefreshPeriod(Duration.ofNanos(40))",
            ".limitForPeriod(2_000_000).limitRefreshPeriod(Duration.ofMillis(20))",
            ".maxConcurrentCalls(0).maxWaitDuration(Duration.ofMillis(-1))");

    private static final Pattern WRITE =
            Pattern.compile(": Write (.*?\\.build\\(\\))(; without a counterpart: .*)?\\.$");

    private static final List<String> OTHER = List.of("other");

    private static Stream<String> calls(Method method) {
        List<String> calls = List.of("");
        for (Class<?> parameter : method.getParameterTypes()) {
            calls = calls.stream()
                    .flatMap(call -> VALUES.getOrDefault(parameter, OTHER).stream()
                            .map(value -> call.isEmpty() ? value : call + ", " + value))
                    .toList();
        }
        return calls.stream().map(arguments -> "." + method.getName() + "(" + arguments + ")");
    }

    @ParameterizedTest
    @ValueSource(
            classes = {
                CircuitBreakerConfig.class,
                RetryConfig.class,
                BulkheadConfig.class,
                ThreadPoolBulkheadConfig.class,
                RateLimiterConfig.class,
                TimeLimiterConfig.class
            })
    void codeToWriteShouldBeTaken(Class<?> config, @TempDir Path folder) throws Exception {
        Class<?> builder = Class.forName(config.getName() + "$Builder");
        List<Method> settings = Arrays.stream(builder.getMethods())
                .filter(method -> method.getReturnType() == builder)
                .toList();
        List<String> chains = Stream.concat(
                        settings.stream().flatMap(TriedCodeTests::calls),
                        TOGETHER.stream()
                                .filter(chain -> settings.stream()
                                        .anyMatch(method -> chain.startsWith("." + method.getName() + "("))))
                .distinct()
                .toList();
        String simple = config.getSimpleName();
        List<String> codes = new ArrayList<>();
        for (String start : List.of(simple + ".custom()", simple + ".from(base)")) {
            written(config, start, chains)
                    .forEach(code -> codes.add(code.replace(
                            "base.", new ConfigCounterpart(simple).standard().replace(".limit(1000000)", "") + ".")));
        }

        assertThat(codes).hasSize(2 * chains.size());
        assertThat((List<?>) CompiledCode.call(folder, source(codes))).isEmpty();
    }

    /** The codes to write instead of chains. */
    private static List<String> written(Class<?> config, String start, List<String> chains) {
        StringBuilder source = new StringBuilder("import " + config.getName() + ";\n\nclass Calls {\n");
        for (String chain : chains) {
            source.append("Object v").append(source.length()).append(" = ").append(start + chain + ".build();\n");
        }
        return new Project()
                .with("src/main/java/Calls.java", source + "}\n").after(new FromResilience4j(true)).left().stream()
                        .map(WRITE::matcher)
                        .filter(Matcher::find)
                        .map(row -> row.group(1))
                        .toList();
    }

    private static String source(List<String> codes) {
        StringBuilder source = new StringBuilder("""
                import io.netrun.resilience.bulkhead.*;
                import io.netrun.resilience.circuitbreaker.*;
                import io.netrun.resilience.ratelimiter.*;
                import io.netrun.resilience.retry.*;
                import io.netrun.resilience.timeout.*;
                import java.io.IOException;
                import java.time.Duration;
                import java.util.*;
                import java.util.concurrent.Callable;

                public class Calls implements Callable<Object> {
                    final List<String> failed = new ArrayList<>();

                    void tried(String code, Callable<?> config) {
                        try {
                            config.call();
                        } catch (Exception e) {
                            failed.add(code + ": " + e);
                        }
                    }

                    public Object call() {
                """);
        for (int i = 0; i < codes.size(); i++) {
            source.append("m" + i + "();\n");
        }
        source.append("return failed;\n}\n");
        for (int i = 0; i < codes.size(); i++) {
            source.append("void m" + i + "() { tried(\"" + codes.get(i).replace("\"", "") + "\", () -> " + codes.get(i)
                    + "); }\n");
        }
        return source.append("}\n").toString();
    }
}
