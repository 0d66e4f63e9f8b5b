package io.netrun.resilience.spring.startup;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.annotation.CircuitBreaker;
import io.netrun.resilience.spring.actuate.ResilienceEndpoint;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.autoconfigure.ResilienceEndpointAutoConfiguration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** A count window can never have more calls than its size, whatever the minimum of calls is. */
@ExtendWith(OutputCaptureExtension.class)
class CappedSettingsTests {

    private static final String WARNING =
            "so that 10 is in force. Set minimumCalls to at most 10, or raise windowSize.";

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(
                    AutoConfigurations.of(ResilienceAutoConfiguration.class, ResilienceEndpointAutoConfiguration.class))
            .withBean(Orders.class);

    static class Orders {

        @CircuitBreaker(name = "a")
        public String order() {
            return "";
        }
    }

    static class Annotated {

        @CircuitBreaker(name = "annotated", windowSize = 10, minimumCalls = 50)
        public String order() {
            return "";
        }
    }

    static class Keyed {

        @CircuitBreaker(name = "keyed", windowSize = 10, minimumCalls = 50, key = "#id")
        public String order(String id) {
            return id;
        }
    }

    /** The settings, without the prefix that they have in common. */
    private ApplicationContextRunner with(String settings) {
        return runner.withPropertyValues(Stream.of(settings.split(";"))
                .map(setting -> setting.startsWith("resilience4j") || setting.startsWith("compatibility")
                        ? setting.replace("compatibility", "resilience.compatibility")
                        : "resilience.circuit-breaker." + setting)
                .toArray(String[]::new));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "instances.a.window-size=10;instances.a.minimum-calls=50",
                "instances.a.window-size=10;instances.a.minimum-calls=20",
                "defaults.window-size=10;defaults.minimum-calls=50",
                "defaults.window-size=10;instances.a.minimum-calls=50",
                "bases.b.window-size=10;bases.b.minimum-calls=50;instances.a.base=b",
            })
    void minimumAboveTheWindowShouldBeWarnedOf(String settings, CapturedOutput output) {
        with(settings).run(context -> assertThat(output).containsOnlyOnce(WARNING));
    }

    @Test
    void minimumInAnAnnotationShouldBeWarnedOf(CapturedOutput output) {
        runner.withBean(Annotated.class)
                .withBean(Keyed.class)
                .run(context -> assertThat(output)
                        .containsOnlyOnce(
                                "CircuitBreaker 'annotated': minimumCalls is 50 (annotation), but windowSize is"
                                        + " 10 (annotation), " + WARNING)
                        .containsOnlyOnce(
                                "CircuitBreaker 'keyed': minimumCalls is 50, but windowSize is 10, " + WARNING));
    }

    /** What is meant for others, or comes from resilience4j, whose default is 100. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "instances.a.window-size=10",
                "defaults.window-size=10",
                "defaults.minimum-calls=100;instances.a.window-size=10",
                "bases.b.minimum-calls=50;instances.a.base=b;instances.a.window-size=10",
                "instances.a.window-duration=10s;instances.a.minimum-calls=500",
                "instances.a.window-size=50;instances.a.minimum-calls=50",
                "compatibility=resilience4j;resilience4j.circuitbreaker.instances.a.slidingWindowSize=10",
                "compatibility=resilience4j;resilience4j.circuitbreaker.configs.default.slidingWindowSize=10",
                "compatibility=resilience4j;resilience4j.circuitbreaker.configs.c.slidingWindowSize=10;"
                        + "resilience4j.circuitbreaker.instances.a.baseConfig=c",
                "compatibility=resilience4j;resilience4j.circuitbreaker.instances.a.slidingWindowSize=10;"
                        + "resilience4j.circuitbreaker.instances.a.minimumNumberOfCalls=50",
                "compatibility=resilience4j;resilience4j.circuitbreaker.configs.default.minimumNumberOfCalls=50;"
                        + "resilience4j.circuitbreaker.instances.a.slidingWindowSize=10",
            })
    void minimumThatIsSharedShouldNotBeWarnedOf(String settings, CapturedOutput output) {
        with(settings).run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(output).doesNotContain("is in force");
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "instances.a.window-size=10;instances.a.minimum-calls=50",
                "defaults.minimum-calls=100;instances.a.window-size=10",
                "compatibility=resilience4j;resilience4j.circuitbreaker.instances.a.slidingWindowSize=10",
            })
    void minimumInForceShouldBeShown(String settings) {
        with(settings)
                .withPropertyValues("management.endpoints.web.exposure.include=*")
                .run(context -> {
                    Object shown = context.getBean(ResilienceEndpoint.class)
                            .instance("circuit-breaker", "a")
                            .getBody();
                    Map<?, ?> all = (Map<?, ?>) ((Map<?, ?>) shown).get("settings");
                    Map<?, ?> minimum = (Map<?, ?>) all.get("minimumCalls");
                    assertThat(minimum).extracting("value").isEqualTo(10);
                    assertThat(minimum.get("origin").toString()).containsIgnoringCase("window");
                });
    }
}
