package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/** Health indicators of circuit breakers that a profile switches on or off. */
class HealthOfProfilesTests {

    private static final String PROFILE = "src/main/resources/application-docker.yml";

    private static final String SWITCH = "management.health.circuitbreakers.enabled: ";

    private static final String HEALTH = "resilience.circuit-breaker.instances.calls.health";

    private static Project moved(String base, String profile) {
        return new Project()
                .with("src/main/java/Calls.java", """
                    import io.github.resilience4j.circuitbreaker.annotation.CircuitBreaker;

                    class Calls {
                        @CircuitBreaker(name = "calls")
                        public void call() {
                        }
                    }
                    """)
                .with("src/main/resources/application.yml", base + """
                    resilience4j.circuitbreaker:
                      instances:
                        calls:
                          register-health-indicator: true
                          sliding-window-size: 5
                    """)
                .with(PROFILE, profile)
                .after(new FromResilience4j(false));
    }

    private static Map<String, Object> of(Project after, String path) {
        Map<String, Object> flat = new TreeMap<>();
        Bound.flatten("", new Yaml().load(after.files().get(path)), flat);
        return flat;
    }

    @Test
    void profileThatSwitchesThemOffShouldHaveNone() {
        Project after = moved(SWITCH + "true\n", SWITCH + "false\nserver.port: 1\n");

        assertThat(of(after, "src/main/resources/application.yml")).containsEntry(HEALTH, "details");
        assertThat(of(after, PROFILE)).containsEntry(HEALTH, "none");
    }

    @Test
    void profileThatSwitchesThemOnShouldHaveThem() {
        Project after = moved(SWITCH + "false\n", SWITCH + "true\nserver.port: 1\n");

        assertThat(of(after, "src/main/resources/application.yml")).doesNotContainKey(HEALTH);
        assertThat(of(after, PROFILE)).containsEntry(HEALTH, "details");
    }

    @Test
    void profileThatSaysTheSameShouldHaveNothing() {
        Project after = moved(SWITCH + "true\n", SWITCH + "true\nserver.port: 1\n");

        assertThat(of(after, PROFILE)).doesNotContainKey(HEALTH);
    }

    @Test
    void instanceOfTheProfileShouldHaveNone() {
        Project after = moved(SWITCH + "true\n", SWITCH + """
            false
            resilience4j.circuitbreaker.instances.calls.sliding-window-size: 7
            """);

        assertThat(of(after, PROFILE))
                .containsEntry(HEALTH, "none")
                .containsEntry("resilience.circuit-breaker.instances.calls.window-size", 7);
    }
}
