package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Keys of resilience4j that code and files read are listed with the key to write. */
class ReadKeyTests {

    private static final String SETTINGS = """
        resilience4j:
          circuitbreaker:
            configs:
              shared:
                waitDurationInOpenState: 3000
                slidingWindowType: TIME_BASED
                slidingWindowSize: 30
                minimumNumberOfCalls: 5
              unused:
                minimumNumberOfCalls: 7
            instances:
              own:
                baseConfig: shared
                minimumNumberOfCalls: 6
              first:
                baseConfig: shared
              second:
                baseConfig: shared
          retry:
            configs:
              default:
                maxAttempts: 4
            instances:
              a:
                enableExponentialBackoff: true
                waitDuration: 2s
        """;

    private static List<String> left(String code) {
        return new Project()
                        .with("src/main/resources/application.yml", SETTINGS)
                        .with("src/main/java/Calls.java", """
                    class Calls {
                        @io.github.resilience4j.retry.annotation.Retry(name = "a")
                        public void call() {
                        }
                    }
                    """)
                        .with("src/test/java/ATest.java", "class ATest {\n    " + code + "\n}\n")
                        .after(new FromResilience4j(true))
                        .left()
                        .stream()
                        .filter(row -> row.startsWith("src/test/java/ATest.java "))
                        .toList();
    }

    private static List<String> ofValue(String key) {
        return left("@Value(\"${resilience4j." + key + "}\") Object value;");
    }

    @ParameterizedTest
    @CsvSource({
        "circuitbreaker.instances.own.minimumNumberOfCalls, circuit-breaker.instances.own.minimum-calls",
        "circuitbreaker.configs.shared.minimumNumberOfCalls, circuit-breaker.instances.first.minimum-calls",
        "circuitbreaker.configs.shared.waitDurationInOpenState, circuit-breaker.instances.own.open-duration",
        "circuitbreaker.configs.shared.slidingWindowSize, circuit-breaker.instances.own.window-duration",
        "circuitbreaker.instances.first.sliding-window-size, circuit-breaker.instances.first.window-duration",
        "retry.configs.default.maxAttempts, retry.defaults.max-attempts",
    })
    void placeholderShouldHaveTheKeyOfAnInstance(String there, String here) {
        assertThat(ofValue(there)).singleElement().asString().contains("Write ${resilience." + here + "}.");
    }

    @Test
    void otherInstancesShouldBeNamed() {
        assertThat(ofValue("circuitbreaker.configs.shared.minimumNumberOfCalls"))
                .singleElement()
                .asString()
                .contains("It is that of one instance; second has the same.");
    }

    @Test
    void sharedConfigurationThatNoInstanceHasShouldBeListedAsThat() {
        assertThat(ofValue("circuitbreaker.configs.unused.minimumNumberOfCalls"))
                .singleElement()
                .asString()
                .contains("no instance has this value: write a key of your own");
    }

    @ParameterizedTest
    @CsvSource({
        "circuitbreaker.configs.shared.waitDurationInOpenState, as in 3s: take it as a Duration",
        "circuitbreaker.instances.first.slidingWindowSize, as in 30s: take it as a Duration",
        "circuitbreaker.instances.first.slidingWindowType, Its value is time-window now.",
        "retry.instances.a.enableExponentialBackoff, Its value is exponential now.",
    })
    void valueThatChangesShouldBeNamed(String key, String note) {
        assertThat(ofValue(key)).singleElement().asString().contains(note);
    }

    @ParameterizedTest
    @CsvSource({"circuitbreaker.instances.own.minimumNumberOfCalls", "retry.instances.a.waitDuration"})
    void valueThatStaysShouldHaveNoNote(String key) {
        assertThat(ofValue(key)).singleElement().asString().doesNotContain("Its value");
    }

    @Test
    void defaultOfAPlaceholderShouldHaveItsUnit() {
        assertThat(ofValue("circuitbreaker.instances.first.waitDurationInOpenState:2500"))
                .singleElement()
                .asString()
                .contains("Write ${resilience.circuit-breaker.instances.first.open-duration:2500ms}.");
    }

    @Test
    void keyOfAnEnvironmentShouldHaveItsUnit() {
        assertThat(left("int wait = environment.getProperty(\"resilience4j.circuitbreaker.configs.shared"
                        + ".waitDurationInOpenState\", Integer.class);"))
                .singleElement()
                .asString()
                .contains("Write resilience.circuit-breaker.instances.own.open-duration.", "as in 3s");
    }

    @ParameterizedTest
    @CsvSource({
        "circuitbreaker.instances.own, circuit-breaker.instances.own",
        "circuitbreaker.configs.shared, circuit-breaker.instances.own",
    })
    void prefixShouldBeThatOfAnInstance(String there, String here) {
        assertThat(left("@ConditionalOnProperty(prefix = \"resilience4j." + there + "\", name = \"x\") Object o;"))
                .singleElement()
                .asString()
                .contains("Write resilience." + here + ".");
    }

    @Test
    void placeholderOfAFileShouldHaveTheKeyOfAnInstance() {
        List<String> left = new Project()
                .with(
                        "src/main/resources/application.yml",
                        SETTINGS + "wait: ${resilience4j.circuitbreaker.configs.shared.waitDurationInOpenState}\n")
                .with("src/main/java/Calls.java", "class Calls {\n}\n")
                .after(new FromResilience4j(true))
                .left();

        assertThat(left)
                .anyMatch(row -> row.contains("Write ${resilience.circuit-breaker.instances.own.open-duration}.")
                        && row.contains("as in 3s"));
    }

    @ParameterizedTest
    @CsvSource({"SpringBootTest", "TestPropertySource"})
    void sharedConfigurationOfATestShouldBeWrittenForItsInstances(String annotation) {
        Project after = new Project()
                .with("src/main/resources/application.yml", SETTINGS)
                .with("src/main/java/Calls.java", "class Calls {\n}\n")
                .with(
                        "src/test/java/ATest.java",
                        "@" + annotation + "(properties = \"resilience4j.circuitbreaker.configs.shared"
                                + ".minimumNumberOfCalls=9\")\nclass ATest {\n}\n")
                .after(new FromResilience4j(true));

        assertThat(after.files().get("src/test/java/ATest.java"))
                .contains("resilience.circuit-breaker.instances.first.minimum-calls=9")
                .contains("resilience.circuit-breaker.instances.second.minimum-calls=9");
    }
}
