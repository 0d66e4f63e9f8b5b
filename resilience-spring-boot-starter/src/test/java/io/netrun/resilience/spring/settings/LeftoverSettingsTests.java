package io.netrun.resilience.spring.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resilience4j.AtWork;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.env.OriginTrackedMapPropertySource;
import org.springframework.boot.origin.OriginTrackedValue;
import org.springframework.boot.origin.TextResourceOrigin;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.core.io.ClassPathResource;

/** Settings of resilience4j in an application that has come from there. */
@ExtendWith(OutputCaptureExtension.class)
class LeftoverSettingsTests {

    private static final String WARNING = "which have no effect here";

    private final ApplicationContextRunner runner =
            new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(ResilienceAutoConfiguration.class));

    @Test
    void warningShouldNameTheFirstKeysAndTheirOrigins(CapturedOutput output) {
        Map<String, Object> file = new LinkedHashMap<>();
        for (int i = 1; i <= 5; i++) {
            file.put(
                    "resilience4j.retry.instances.backendA.key-" + i,
                    OriginTrackedValue.of(
                            "1",
                            new TextResourceOrigin(
                                    new ClassPathResource("application.yml"), new TextResourceOrigin.Location(i, 4))));
        }
        runner.withInitializer(context -> context.getEnvironment()
                        .getPropertySources()
                        .addLast(new OriginTrackedMapPropertySource("f", file)))
                .run(context -> assertThat(lines(output))
                        .singleElement()
                        .asString()
                        .contains(
                                "resilience4j.retry.instances.backendA.key-1 (class path resource [application.yml]"
                                        + " - 2:5)",
                                "key-2",
                                "key-3")
                        .doesNotContain("key-4")
                        .contains(" and 2 more. Move them to 'resilience'"));
    }

    @Test
    void settingsOfHealthAndMetersShouldBeWarnings(CapturedOutput output) {
        runner.withPropertyValues(
                        "management.health.circuitbreakers.enabled=true",
                        "management.health.ratelimiters.enabled=true",
                        "management.endpoint.circuitbreakerevents.enabled=true",
                        "management.metrics.distribution.percentiles-histogram.resilience4j.circuitbreaker.calls=true",
                        "management.health.diskspace.enabled=true")
                .run(context -> assertThat(lines(output))
                        .hasSize(3)
                        .anyMatch(line -> line.contains("management.health.circuitbreakers.enabled")
                                && line.contains("management.health.ratelimiters.enabled"))
                        .anyMatch(line -> line.contains("management.endpoint.circuitbreakerevents.enabled"))
                        .anyMatch(line -> line.contains("percentiles-histogram.resilience4j.circuitbreaker.calls"))
                        .noneMatch(line -> line.contains("diskspace")));
    }

    @Test
    void environmentVariableShouldBeAWarning(CapturedOutput output) {
        runner.withInitializer(context -> context.getEnvironment()
                        .getPropertySources()
                        .addFirst(new SystemEnvironmentPropertySource(
                                "test-systemEnvironment", Map.of("MANAGEMENT_HEALTH_CIRCUITBREAKERS_ENABLED", "true"))))
                .run(context -> assertThat(lines(output))
                        .singleElement()
                        .asString()
                        .contains("MANAGEMENT_HEALTH_CIRCUITBREAKERS_ENABLED"));
    }

    @Test
    void settingsShouldBeNoWarningWhereResilience4jIsAtWork(CapturedOutput output) {
        runner.withBean(AtWork.class)
                .withPropertyValues(
                        "resilience4j.retry.instances.x.max-attempts=3",
                        "management.health.circuitbreakers.enabled=true")
                .run(context -> assertThat(lines(output)).isEmpty());
    }

    private static List<String> lines(CapturedOutput output) {
        return output.getOut().lines().filter(line -> line.contains(WARNING)).toList();
    }
}
