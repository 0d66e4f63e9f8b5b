package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.common.CompositeCustomizer;
import io.github.resilience4j.common.circuitbreaker.configuration.CommonCircuitBreakerConfigurationProperties;
import io.github.resilience4j.common.ratelimiter.configuration.CommonRateLimiterConfigurationProperties;
import io.github.resilience4j.common.retry.configuration.CommonRetryConfigurationProperties;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import io.github.resilience4j.retry.RetryConfig;
import io.netrun.resilience.spring.mapping.BlockTranslator;
import io.netrun.resilience.spring.mapping.ModuleSettings;
import io.netrun.resilience.spring.mapping.SettingsDocument;
import io.netrun.resilience.spring.mapping.SettingsTranslator;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openrewrite.yaml.YamlParser;
import org.openrewrite.yaml.tree.Yaml;

/** Shared configurations with bases of their own: what is written is what resilience4j itself resolves. */
class BaseConfigTests {

    private static final String CHAIN = """
            resilience4j.circuitbreaker:
              configs:
                default:
                  waitDurationInOpenState: 5s
                  minimumNumberOfCalls: 5
                shared:
                  baseConfig: default
                  slidingWindowSize: 10
                other:
                  slidingWindowSize: 20
                  failureRateThreshold: 50
              instances:
                a:
                  baseConfig: shared
                  failureRateThreshold: 40
                  recordExceptions: [java.io.IOException]
                b:
                  baseConfig: shared
            """;

    @Test
    void baseOfABaseShouldCount() {
        assertThat(breaker(List.of(CHAIN), "a"))
                .isEqualTo(foreignBreaker(List.of(CHAIN), "a"))
                .containsEntry("open", "PT5S")
                .containsEntry("minimum", "5")
                .containsEntry("window", "10");
    }

    @Test
    void profileShouldChangeTheBaseAlone() {
        List<String> documents = List.of(CHAIN, """
                spring.config.activate.on-profile: prod
                resilience4j.circuitbreaker.instances:
                  a:
                    baseConfig: other
                  b:
                    baseConfig: other
                """);
        assertThat(breaker(documents, "a")).isEqualTo(foreignBreaker(documents, "a"));
        assertThat(breaker(documents, "b"))
                .isEqualTo(foreignBreaker(documents, "b"))
                .containsEntry("open", "PT1M")
                .containsEntry("window", "20");
    }

    @Test
    void listOfTheFormerBaseShouldBeTakenAway() {
        List<String> documents = List.of("""
                resilience4j.circuitbreaker:
                  configs:
                    narrow:
                      recordExceptions: [java.io.IOException]
                      ignoreExceptions: [java.lang.IllegalStateException]
                    wide:
                      slidingWindowSize: 20
                  instances:
                    a:
                      baseConfig: narrow
                """, """
                resilience4j.circuitbreaker.instances.a.baseConfig: wide
                """);
        assertThat(breaker(documents, "a")).isEqualTo(foreignBreaker(documents, "a"));
        assertThat(breaker(documents.subList(0, 1), "a")).isEqualTo(foreignBreaker(documents.subList(0, 1), "a"));
    }

    @Test
    void listOfTheDefaultsShouldNotCountForANamedBase() {
        List<String> documents = List.of("""
                resilience4j.circuitbreaker:
                  configs:
                    default:
                      recordExceptions: [java.io.IOException]
                      ignoreExceptions: [java.lang.IllegalStateException]
                    wide:
                      slidingWindowSize: 20
                  instances:
                    a:
                      baseConfig: wide
                """);
        assertThat(breaker(documents, "a")).isEqualTo(foreignBreaker(documents, "a"));
    }

    @Test
    void changedTypeOfAWindowShouldKeepItsSize() {
        List<String> documents = List.of("""
                resilience4j.circuitbreaker:
                  configs:
                    shared:
                      slidingWindowSize: 20
                  instances:
                    a:
                      baseConfig: shared
                """, """
                spring.config.activate.on-profile: prod
                resilience4j.circuitbreaker.configs.shared.slidingWindowType: TIME_BASED
                """);
        assertThat(breaker(documents, "a")).isEqualTo(foreignBreaker(documents, "a"));
    }

    @ParameterizedTest
    @CsvSource({
        "circuitbreaker, a, a, shared",
        "circuitbreaker, shared, shared, shared",
        "circuitbreaker, shared, other, shared",
        "retry, shared, other, shared",
        "retry, default, shared, none",
        "ratelimiter, shared, shared, shared",
    })
    void circularBaseShouldBeLeft(String section, String name, String base, String baseOfTheBase) {
        String text = """
                resilience4j.%s:
                  configs:
                    %s: {baseConfig: %s, eventConsumerBufferSize: 5}
                    %s: {eventConsumerBufferSize: 5%s}
                  instances.a.baseConfig: %s
                """.formatted(
                        section,
                        name,
                        base,
                        base.equals(name) ? "unrelated" : base,
                        baseOfTheBase.equals("none") ? "" : ", baseConfig: " + baseOfTheBase,
                        name);
        if (section.equals("circuitbreaker")) {
            assertThatThrownBy(() -> foreignBreaker(List.of(text), "a"))
                    .isInstanceOfAny(IllegalStateException.class, StackOverflowError.class);
        } else if (section.equals("retry")) {
            assertThatThrownBy(() -> foreignRetry(List.of(text), "a")).isInstanceOf(StackOverflowError.class);
        }
        assertThat(left(text)).anyMatch(left -> left.reason().contains("has itself as its base"));
    }

    @Test
    void baseInAPlaceholderShouldBeLeft() {
        assertThat(left("""
                resilience4j.retry.instances.a.baseConfig: ${base}
                """)).anyMatch(left -> left.reason().contains("known only at the start"));
    }

    @Test
    void anySharedConfigurationsShouldBeResolvedAsThere() {
        int compared = 0;
        for (int seed = 0; seed < 200; seed++) {
            List<String> documents = documents(new Random(seed));
            String all = seed + "\n" + String.join("---\n", documents);
            for (String name : List.of("a", "b", "shared")) {
                for (int count = 1; count <= documents.size(); count++) {
                    List<String> some = documents.subList(0, count);
                    Map<String, String> there;
                    Map<String, String> retry;
                    Map<String, String> limiter;
                    try {
                        there = foreignBreaker(some, name);
                        retry = foreignRetry(some, name);
                        limiter = foreignLimiter(some, name);
                    } catch (StackOverflowError | RuntimeException e) {
                        continue; // the application did not start
                    }
                    assertThat(breaker(some, name))
                            .as(() -> all + name + Shapes.moved(String.join("\n---\n", some), true))
                            .isEqualTo(there);
                    assertThat(retry(some, name)).as(all + name).isEqualTo(retry);
                    assertThat(limiter(some, name)).as(all + name).isEqualTo(limiter);
                    assertThat(breaker(List.of(merged(some)), name))
                            .as("at once" + all + name)
                            .isEqualTo(there);
                    compared++;
                }
            }
        }
        assertThat(compared).isGreaterThan(100);
    }

    private static List<String> documents(Random random) {
        List<String> documents = new ArrayList<>();
        int count = 1 + random.nextInt(2);
        for (int i = 0; i < count; i++) {
            StringBuilder text = new StringBuilder();
            if (i == count - 1 && i > 0 && random.nextBoolean()) {
                text.append("spring.config.activate.on-profile: prod\n");
            }
            for (String name : List.of(
                    "configs.default",
                    "configs.shared",
                    "configs.other",
                    "instances.a",
                    "instances.b",
                    "instances.shared")) {
                boolean base = name.endsWith(".a") || name.endsWith(".b") || random.nextInt(3) == 0;
                for (String section : List.of("circuitbreaker", "retry", "ratelimiter")) {
                    String key = "resilience4j." + section + "." + name + ".";
                    if (i == 0) {
                        text.append(key).append("eventConsumerBufferSize: 7\n");
                    }
                    if (base && random.nextBoolean()) {
                        text.append(key)
                                .append("baseConfig: ")
                                .append(List.of("default", "shared", "other").get(random.nextInt(3)))
                                .append('\n');
                    }
                    settings(section).forEach((setting, values) -> {
                        if (random.nextInt(4) == 0) {
                            text.append(key)
                                    .append(setting)
                                    .append(": ")
                                    .append(values.get(random.nextInt(values.size())))
                                    .append('\n');
                        }
                    });
                }
            }
            documents.add(text.toString());
        }
        return documents;
    }

    private static Map<String, List<String>> settings(String section) {
        return switch (section) {
            case "circuitbreaker" ->
                new TreeMap<>(Map.of(
                        "slidingWindowSize", List.of("20", "30"),
                        "minimumNumberOfCalls", List.of("7", "9"),
                        "failureRateThreshold", List.of("40", "60"),
                        "waitDurationInOpenState", List.of("7s", "8s"),
                        "permittedNumberOfCallsInHalfOpenState", List.of("4", "5"),
                        "recordExceptions", List.of("java.io.IOException", "java.lang.IllegalStateException"),
                        "ignoreExceptions", List.of("java.lang.IllegalArgumentException")));
            case "retry" ->
                new TreeMap<>(Map.of(
                        "maxAttempts", List.of("5", "6"),
                        "waitDuration", List.of("2s", "4s"),
                        "retryExceptions", List.of("java.io.IOException", "java.lang.IllegalStateException")));
            default ->
                new TreeMap<>(Map.of(
                        "limitForPeriod", List.of("5", "6"),
                        "limitRefreshPeriod", List.of("2s", "4s"),
                        "timeoutDuration", List.of("1s", "3s")));
        };
    }

    private static Map<String, String> breaker(List<String> documents, String name) {
        Map<String, Object> settings = ours(documents, "circuit-breaker", name);
        Map<String, String> read = new TreeMap<>();
        boolean time = String.valueOf(settings.get("detection")).equals("time-window");
        String window = time
                ? duration(settings.getOrDefault("window-duration", "100s")).toSeconds() + ""
                : String.valueOf(settings.getOrDefault("window-size", 100));
        read.put("window", window);
        read.put("time", String.valueOf(time));
        int minimum = Integer.parseInt(String.valueOf(settings.getOrDefault("minimum-calls", 20)));
        read.put("minimum", String.valueOf(time ? minimum : Math.min(minimum, Integer.parseInt(window))));
        read.put("rate", number(settings.getOrDefault("failure-rate-threshold", 50)));
        read.put("open", duration(settings.getOrDefault("open-duration", "60s")).toString());
        read.put("trials", String.valueOf(settings.getOrDefault("half-open-max-calls", 3)));
        Predicate<Throwable> records = fits(settings.getOrDefault("exceptions", "java.lang.Throwable"));
        Predicate<Throwable> ignores = fits(settings.getOrDefault("ignore-exceptions", ""));
        failures(read, records, ignores);
        return read;
    }

    private static Map<String, String> foreignBreaker(List<String> documents, String name) {
        CommonCircuitBreakerConfigurationProperties properties = new CommonCircuitBreakerConfigurationProperties();
        Bound.bind(
                merged(documents),
                "circuitbreaker",
                properties.getConfigs(),
                properties.getInstances(),
                CommonCircuitBreakerConfigurationProperties.InstanceProperties::new);
        CircuitBreakerConfig config = properties.createCircuitBreakerConfig(
                name, properties.getInstances().get(name), new CompositeCustomizer<>(List.of()));
        Map<String, String> read = new TreeMap<>();
        boolean time = config.getSlidingWindowType() == CircuitBreakerConfig.SlidingWindowType.TIME_BASED;
        read.put("window", String.valueOf(config.getSlidingWindowSize()));
        read.put("time", String.valueOf(time));
        int minimum = config.getMinimumNumberOfCalls();
        read.put("minimum", String.valueOf(time ? minimum : Math.min(minimum, config.getSlidingWindowSize())));
        read.put("rate", number(config.getFailureRateThreshold()));
        read.put(
                "open",
                Duration.ofMillis(config.getWaitIntervalFunctionInOpenState().apply(1))
                        .toString());
        read.put("trials", String.valueOf(config.getPermittedNumberOfCallsInHalfOpenState()));
        failures(read, config.getRecordExceptionPredicate(), config.getIgnoreExceptionPredicate());
        return read;
    }

    private static Map<String, String> retry(List<String> documents, String name) {
        Map<String, Object> settings = ours(documents, "retry", name);
        Map<String, String> read = new TreeMap<>();
        read.put("attempts", String.valueOf(settings.getOrDefault("max-attempts", 3)));
        read.put("delay", duration(settings.getOrDefault("base-delay", "1s")).toString());
        failures(read, fits(settings.getOrDefault("exceptions", "java.lang.Exception")), failure -> false);
        return read;
    }

    private static Map<String, String> foreignRetry(List<String> documents, String name) {
        CommonRetryConfigurationProperties properties = new CommonRetryConfigurationProperties();
        Bound.bind(
                merged(documents),
                "retry",
                properties.getConfigs(),
                properties.getInstances(),
                CommonRetryConfigurationProperties.InstanceProperties::new);
        RetryConfig config = properties.createRetryConfig(name, new CompositeCustomizer<>(List.of()));
        Map<String, String> read = new TreeMap<>();
        read.put("attempts", String.valueOf(config.getMaxAttempts()));
        read.put(
                "delay",
                Duration.ofMillis(config.getIntervalBiFunction().apply(1, null)).toString());
        failures(read, config.getExceptionPredicate(), failure -> false);
        return read;
    }

    private static Map<String, String> limiter(List<String> documents, String name) {
        Map<String, Object> settings = ours(documents, "rate-limiter", name);
        Map<String, String> read = new TreeMap<>();
        Object limit = settings.getOrDefault("limit", 50);
        read.put("limit", String.valueOf(limit));
        read.put(
                "period",
                limit.equals(1_000_000)
                        ? "any"
                        : duration(settings.getOrDefault("period", "1s")).toString());
        read.put("wait", duration(settings.getOrDefault("max-wait", "0s")).toString());
        return read;
    }

    private static Map<String, String> foreignLimiter(List<String> documents, String name) {
        CommonRateLimiterConfigurationProperties properties = new CommonRateLimiterConfigurationProperties();
        Bound.bind(
                merged(documents),
                "ratelimiter",
                properties.getConfigs(),
                properties.getInstances(),
                CommonRateLimiterConfigurationProperties.InstanceProperties::new);
        RateLimiterConfig config = properties.createRateLimiterConfig(name, new CompositeCustomizer<>(List.of()));
        boolean none = config.getLimitRefreshPeriod().toNanos() < 1000;
        Map<String, String> read = new TreeMap<>();
        read.put("limit", none ? "1000000" : String.valueOf(config.getLimitForPeriod()));
        read.put("period", none ? "any" : config.getLimitRefreshPeriod().toString());
        read.put("wait", config.getTimeoutDuration().toString());
        return read;
    }

    private static void failures(Map<String, String> read, Predicate<Throwable> counts, Predicate<Throwable> ignores) {
        for (Throwable failure :
                List.of(new IOException(), new IllegalStateException(), new IllegalArgumentException())) {
            boolean ignored = ignores.test(failure);
            read.put(failure.getClass().getSimpleName(), ignored ? "ignored" : counts.test(failure) ? "counts" : "no");
        }
    }

    private static Predicate<Throwable> fits(Object value) {
        List<?> names = value instanceof List<?> list
                ? list
                : List.of(String.valueOf(value).split(", *"));
        return failure -> names.stream().anyMatch(name -> {
            try {
                return !name.equals("") && Class.forName(name.toString()).isInstance(failure);
            } catch (ClassNotFoundException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private static String number(Object value) {
        return String.valueOf(Double.parseDouble(value.toString()));
    }

    private static Duration duration(Object text) {
        String value = text.toString();
        if (value.endsWith("ms")) {
            return Duration.ofMillis(Long.parseLong(value.replace("ms", "")));
        }
        return Duration.parse("PT" + value);
    }

    /** The settings of an instance over the defaults, as a later document wins. */
    private static Map<String, Object> ours(List<String> documents, String pattern, String name) {
        Map<String, Object> defaults = new LinkedHashMap<>();
        Map<String, Object> instance = new LinkedHashMap<>();
        String text = Shapes.moved(String.join("\n---\n", documents), true);
        for (Object document : new org.yaml.snakeyaml.Yaml().loadAll(text)) {
            Map<?, ?> section =
                    Bound.map(Bound.map(Bound.map(document).get("resilience")).get(pattern));
            Bound.map(section.get("defaults")).forEach((key, value) -> defaults.put(key.toString(), value));
            Bound.map(Bound.map(section.get("instances")).get(name))
                    .forEach((key, value) -> instance.put(key.toString(), value));
        }
        defaults.putAll(instance);
        return defaults;
    }

    private static String merged(List<String> documents) {
        return Bound.merged(documents);
    }

    private static List<BlockTranslator.Left> left(String text) {
        ModuleSettings module = new ModuleSettings();
        SettingsDocument document = YamlMove.read((Yaml.Documents)
                        new YamlParser().parse(text).findFirst().orElseThrow())
                .get(0);
        module.add(document);
        return new SettingsTranslator(module, document, true).translate(true).left();
    }
}
