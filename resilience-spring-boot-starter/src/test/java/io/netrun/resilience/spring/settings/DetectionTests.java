package io.netrun.resilience.spring.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.annotation.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitBreakerConfig;
import io.netrun.resilience.circuitbreaker.Detection;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.pattern.Derived;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.env.MapPropertySource;

/** The detection of a circuit breaker follows from the settings that are given, and no setting is given in vain. */
class DetectionTests {

    private static final String X = "resilience.circuit-breaker.instances.x.";
    private static final String DEFAULTS = "resilience.circuit-breaker.defaults.";

    private final ApplicationContextRunner runner =
            new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(ResilienceAutoConfiguration.class));

    @Test
    void settingWithoutEffectShouldHaveNoOriginInForce() {
        runner.withPropertyValues(X + "failure-threshold=3").run(context -> {
            InstanceFactory instances = context.getBean(InstanceFactory.class);
            var pattern = PatternDescriptors.of(io.netrun.resilience.circuitbreaker.CircuitBreaker.TYPE);
            var breaker = context.getBean(ResilienceRegistry.class)
                    .find(io.netrun.resilience.circuitbreaker.CircuitBreaker.TYPE, "x")
                    .orElseThrow();
            assertThat(instances.effectiveSettings().origin(pattern, breaker, "failureThreshold"))
                    .contains("failure-threshold");
            new RuntimeSettings(instances).change(pattern, breaker, "detection=count-window");
            assertThat(instances.effectiveSettings().origin(pattern, breaker, "failureThreshold"))
                    .isEqualTo("unused");
            assertThat(instances.effectiveSettings().origin(pattern, breaker, "detection"))
                    .isEqualTo("operator");
            assertThat(instances.effectiveSettings().origin(pattern, breaker, "windowSize"))
                    .isEqualTo("default");
        });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                X + "open-duration=5s|LEAKY_COUNT",
                X + "failure-threshold=3|LEAKY_COUNT",
                X + "failure-rate-threshold=50|COUNT_WINDOW",
                X + "window-size=10|COUNT_WINDOW",
                X + "minimum-calls=5|COUNT_WINDOW",
                X + "slow-call-duration=1s|COUNT_WINDOW",
                X + "window-duration=30s|TIME_WINDOW",
                X + "window-duration=30s;" + X + "failure-rate-threshold=50;" + X + "minimum-calls=5|TIME_WINDOW",
                X + "failure-rate-threshold=50;" + DEFAULTS + "window-duration=30s|TIME_WINDOW",
                X + "window-size=10;" + DEFAULTS + "window-duration=30s|COUNT_WINDOW",
                X + "failure-threshold=3;" + DEFAULTS + "window-size=30|LEAKY_COUNT",
                X + "failure-threshold=3;" + X + "detection=consecutive|CONSECUTIVE",
                X + "detection=consecutive;" + DEFAULTS + "window-size=30|CONSECUTIVE",
                X + "window-size=10;" + DEFAULTS + "detection=count-window|COUNT_WINDOW",
            })
    void detectionShouldFollowFromTheSettings(String properties, Detection expected) {
        runner.withPropertyValues(properties.split(";"))
                .run(context -> assertThat(config(context.getBean(ResilienceRegistry.class))
                                .detection())
                        .isEqualTo(expected));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                X + "window-size=10;" + X + "detection=leaky-count|windowSize is 10, but detection is leaky-count",
                X + "failure-threshold=3;" + X
                        + "detection=count-window|failureThreshold is 3, but detection is count-window",
                X + "window-duration=10s;" + X + "detection=count-window|set detection to time-window",
                X + "slow-call-duration=1s;" + X + "detection=consecutive|set detection to count-window or time-window",
                X + "window-size=10;" + DEFAULTS
                        + "detection=time-window|windowSize is 10, but detection is time-window",
                X + "window-size=10;" + X + "window-duration=10s|are for different detections: keep one of them",
                X + "window-size=10;" + X + "failure-threshold=3|are for different detections: keep one of them",
            })
    void settingOfAnotherDetectionShouldStopTheStart(String properties, String message) {
        runner.withPropertyValues(properties.split(";"))
                .run(context -> assertThat(context).getFailure().hasMessageContaining(message));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                X + "detection=count-window;" + X + "window-size=2|" + X + "detection=time-window;" + X
                        + "window-duration=30s|COUNT_WINDOW",
                X + "detection=time-window;" + X + "window-duration=2s|" + X + "detection=count-window;" + X
                        + "window-size=30|TIME_WINDOW",
                X + "detection=consecutive|" + X + "window-size=30;" + X + "minimum-calls=3|CONSECUTIVE",
                X + "detection=count-window|" + X + "window-duration=30s|COUNT_WINDOW",
                X + "window-size=2|" + X + "window-duration=30s|COUNT_WINDOW",
                X + "window-duration=2s|" + X + "failure-threshold=3|TIME_WINDOW",
                DEFAULTS + "detection=count-window;" + DEFAULTS + "window-size=2|" + DEFAULTS + "detection=time-window;"
                        + DEFAULTS + "window-duration=30s|COUNT_WINDOW",
                DEFAULTS + "detection=count-window;" + X + "window-size=2|" + DEFAULTS + "detection=time-window;" + X
                        + "window-duration=30s|COUNT_WINDOW",
            })
    void detectionOfAProfileShouldDecideOverTheFileBeneath(String profile, String main, Detection expected) {
        with(profile, main)
                .run(context -> assertThat(config(context.getBean(ResilienceRegistry.class))
                                .detection())
                        .isEqualTo(expected));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                X + "window-size=2|" + X + "detection=time-window|windowSize is 2, but detection is time-window",
                X + "detection=count-window;" + X + "window-duration=2s|" + X
                        + "window-size=3|windowDuration is PT2S, but detection is count-window",
                X + "open-duration=2s|" + X + "detection=count-window;" + X
                        + "window-duration=3s|windowDuration is PT3S, but detection is count-window",
                X + "open-duration=2s|" + X + "window-size=3;" + X
                        + "window-duration=3s|are for different detections: keep one of them",
            })
    void mistakeWithinOneFileShouldStopTheStart(String profile, String main, String message) {
        with(profile, main).run(context -> assertThat(context).getFailure().hasMessageContaining(message));
    }

    private ApplicationContextRunner with(String profile, String main) {
        Map<String, Object> beneath = new LinkedHashMap<>();
        for (String property : main.split(";")) {
            beneath.put(property.substring(0, property.indexOf('=')), property.substring(property.indexOf('=') + 1));
        }
        return runner.withPropertyValues(profile.split(";"))
                .withInitializer(context ->
                        context.getEnvironment().getPropertySources().addLast(new MapPropertySource("main", beneath)));
    }

    static class Annotated {

        @CircuitBreaker(name = "x", failureThreshold = 3)
        public void call() {
            // Only its annotation matters.
        }
    }

    @Test
    void configuredDetectionShouldOverrideTheAnnotation() {
        runner.withBean(Annotated.class)
                .withPropertyValues(X + "failure-rate-threshold=50", X + "window-duration=10s")
                .run(context -> assertThat(config(context.getBean(ResilienceRegistry.class))
                                .detection())
                        .isEqualTo(Detection.TIME_WINDOW));
    }

    @Test
    void originOfADerivedDetectionShouldNameTheSetting() {
        runner.withPropertyValues(X + "window-size=10").run(context -> {
            var breaker = context.getBean(ResilienceRegistry.class)
                    .getOrCreate(io.netrun.resilience.circuitbreaker.CircuitBreaker.TYPE, "x");
            assertThat(context.getBean(InstanceFactory.class)
                            .effectiveSettings()
                            .origin(PatternDescriptors.of(breaker).orElseThrow(), breaker, "detection"))
                    .isEqualTo("follows from windowSize");
        });
    }

    @Test
    void windowOfAConfigurationFromCodeShouldStay() {
        runner.withPropertyValues(X + "open-duration=5s").run(context -> {
            ResilienceRegistry registry = context.getBean(ResilienceRegistry.class);
            registry.remove(io.netrun.resilience.circuitbreaker.CircuitBreaker.TYPE, "x");
            registry.getOrCreate(
                    io.netrun.resilience.circuitbreaker.CircuitBreaker.TYPE,
                    "x",
                    CircuitBreakerConfig.builder()
                            .detection(Detection.TIME_WINDOW)
                            .minimumCalls(7)
                            .build());
            assertThat(config(registry).detection()).isEqualTo(Detection.TIME_WINDOW);
        });
    }

    /** All combinations: what follows from settings in the configuration follows from them in code too. */
    @Test
    void detectionShouldFollowInCodeAsInTheConfiguration() {
        for (int combination = 0; combination < 1 << SETTINGS.size(); combination++) {
            Map<String, Object> given = new LinkedHashMap<>();
            for (int i = 0; i < SETTINGS.size(); i++) {
                if ((combination & 1 << i) != 0) {
                    String setting = SETTINGS.get(i);
                    given.put(setting, value(setting));
                }
            }
            assertThat(inCode(given, null)).as("%s", given).isEqualTo(inConfiguration(given, null));
            for (Detection chosen : Detection.values()) {
                assertThat(inCode(given, chosen))
                        .as("%s and %s", given, chosen)
                        .isEqualTo(inConfiguration(given, chosen));
            }
        }
    }

    private static final List<String> SETTINGS = List.of(
            "failureThreshold",
            "windowSize",
            "windowDuration",
            "failureRateThreshold",
            "minimumCalls",
            "slowCallDuration",
            "slowCallRateThreshold");

    private static Object value(String setting) {
        return switch (setting) {
            case "failureThreshold", "windowSize", "minimumCalls" -> 7;
            case "windowDuration", "slowCallDuration" -> Duration.ofSeconds(7);
            default -> 7.0;
        };
    }

    /** The detection, or nothing where the settings do not go together. */
    private static Optional<Detection> inConfiguration(Map<String, Object> given, @Nullable Detection chosen) {
        Map<String, Object> level = new LinkedHashMap<>(given);
        if (chosen != null) {
            level.put("detection", chosen);
        }
        try {
            Derived derived = PatternDescriptors.of(io.netrun.resilience.circuitbreaker.CircuitBreaker.TYPE)
                    .derive(List.of(level))
                    .get("detection");
            Detection otherwise =
                    chosen == null ? CircuitBreakerConfig.defaults().detection() : chosen;
            return Optional.of(derived == null ? otherwise : (Detection) derived.value());
        } catch (IllegalArgumentException contradiction) {
            return Optional.empty();
        }
    }

    private static Optional<Detection> inCode(Map<String, Object> given, @Nullable Detection chosen) {
        CircuitBreakerConfig.Builder builder = CircuitBreakerConfig.builder();
        if (chosen != null) {
            builder.detection(chosen);
        }
        given.forEach((setting, value) -> {
            switch (setting) {
                case "failureThreshold" -> builder.failureThreshold((int) value);
                case "windowSize" -> builder.windowSize((int) value);
                case "windowDuration" -> builder.windowDuration((Duration) value);
                case "failureRateThreshold" -> builder.failureRateThreshold((double) value);
                case "minimumCalls" -> builder.minimumCalls((int) value);
                case "slowCallDuration" -> builder.slowCallDuration((Duration) value);
                default -> builder.slowCallRateThreshold((double) value);
            }
        });
        try {
            return Optional.of(builder.build().detection());
        } catch (IllegalArgumentException contradiction) {
            return Optional.empty();
        }
    }

    private static CircuitBreakerConfig config(ResilienceRegistry registry) {
        return registry.getOrCreate(io.netrun.resilience.circuitbreaker.CircuitBreaker.TYPE, "x")
                .config();
    }
}
