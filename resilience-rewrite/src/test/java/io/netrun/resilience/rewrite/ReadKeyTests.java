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

    private static final String TEST = "src/test/java/ATest.java";

    private static Project project(String settings, String code) {
        return new Project()
                .with("src/main/resources/application.yml", settings)
                .with("src/main/java/Calls.java", """
                    class Calls {
                        @io.github.resilience4j.retry.annotation.Retry(name = "a")
                        public void call() {
                        }
                    }
                    """)
                .with(TEST, "class ATest {\n    " + code + "\n}\n");
    }

    private static List<String> left(Project after) {
        return after.left().stream().filter(row -> row.startsWith(TEST + " ")).toList();
    }

    private static List<String> left(String code) {
        return left(project(SETTINGS, code).after(new FromResilience4j(true)));
    }

    private static List<String> ofValue(String key) {
        return left("@Value(\"${resilience4j." + key + "}\") Object value;");
    }

    @ParameterizedTest
    @CsvSource({
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

    private static final String OWN = "circuitbreaker.instances.own.minimumNumberOfCalls";

    private static final String OWN_HERE = "circuit-breaker.instances.own.minimum-calls";

    private static void assertMoved(String there, String here) {
        Project after = project(SETTINGS, there).after(new FromResilience4j(true));

        assertThat(after.files().get(TEST)).isEqualTo("class ATest {\n    " + here + "\n}\n");
        assertThat(left(after)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "'@Value(\"${resilience4j.%s}\") Object value;', '@Value(\"${resilience.%s}\") Object value;'",
        "'@Value(\"${resilience4j.%s:5}\") int value;', '@Value(\"${resilience.%s:5}\") int value;'",
        "'@Value(\"#{${resilience4j.%s} * 2}\") int value;', '@Value(\"#{${resilience.%s} * 2}\") int value;'",
        "'@Scheduled(cron = \"${resilience4j.%s} * *\") void a() {}', '@Scheduled(cron = \"${resilience.%s} * *\") void a() {}'",
        "'void a(@Value(\"${resilience4j.%s}\") int b) {}', 'void a(@Value(\"${resilience.%s}\") int b) {}'",
        "'@ConditionalOnProperty(\"resilience4j.%s\") Object b;', '@ConditionalOnProperty(\"resilience.%s\") Object b;'",
        "'@ConditionalOnProperty(name = {\"a\", \"resilience4j.%s\"}) Object b;',"
                + " '@ConditionalOnProperty(name = {\"a\", \"resilience.%s\"}) Object b;'",
    })
    void keyWhoseValueStaysShouldBeReplaced(String there, String here) {
        assertMoved(there.formatted(OWN), here.formatted(OWN_HERE));
    }

    @ParameterizedTest
    @CsvSource({
        "resilience4j.circuitbreaker.instances.own, minimumNumberOfCalls, resilience.circuit-breaker.instances.own,"
                + " minimum-calls",
        "resilience4j.circuitbreaker, instances.own.minimumNumberOfCalls, resilience.circuit-breaker,"
                + " instances.own.minimum-calls",
        "resilience4j, circuitbreaker.instances.own.minimumNumberOfCalls, resilience,"
                + " circuit-breaker.instances.own.minimum-calls",
    })
    void prefixAndNameShouldBeReplaced(String prefix, String name, String prefixHere, String nameHere) {
        String condition = "@ConditionalOnProperty(prefix = \"%s\", name = \"%s\", havingValue = \"6\") Object a;";

        assertMoved(condition.formatted(prefix, name), condition.formatted(prefixHere, nameHere));
    }

    @ParameterizedTest
    @CsvSource({"circuitbreaker.instances.own.minimumNumberofCalls:5", "retry.instances.a.maxAttempts:5"})
    void keyThatNoDocumentHasShouldStay(String key) {
        assertThat(ofValue(key)).singleElement().asString().contains("The text is not moved.");
    }

    @ParameterizedTest
    @CsvSource({
        "src/main/resources/application-b.yml, resilience4j.retry.instances.a.waitDuration: 3000",
        "src/main/resources/application-b.yml, resilience.retry.instances.a.base-delay: 2s",
        "src/main/resources/application-b.yml, resilience4j.retry.instances.a.wait-duration: 2s",
        "src/test/resources/application.properties, resilience4j.retry.instances.a.waitDuration=1",
    })
    void keyWithAnotherValueElsewhereShouldStay(String path, String text) {
        Project after = project(SETTINGS, "@Value(\"${resilience4j.retry.instances.a.waitDuration}\") Object value;")
                .with(path, text + "\n")
                .after(new FromResilience4j(true));

        assertThat(left(after)).singleElement().asString().contains("The text is not moved.");
    }

    @Test
    void keyForCodeThatStaysShouldStay() {
        Project after = project(SETTINGS, "@Value(\"${resilience4j." + OWN + "}\") Object value;")
                .with("src/main/java/Code.java", "class Code { io.github.resilience4j.retry.RetryRegistry all; }\n")
                .after(new FromResilience4j(true));

        assertThat(left(after)).singleElement().asString().contains("It counts for the code that stays");
    }

    @Test
    void lineWithinATextBlockShouldBeNamed() {
        assertThat(left("String keys = \"\"\"\n    a\n    resilience4j." + OWN + "=7\n    \"\"\";"))
                .singleElement()
                .asString()
                .endsWith(" It is in line 4.");
    }

    @Test
    void partOfAConcatenationShouldHaveItsLine() {
        assertThat(left("String key(String n) {\n return n +\n \"resilience4j.retry.instances.\" + n;\n }"))
                .singleElement()
                .asString()
                .endsWith(" It is in line 4.");
    }

    @Test
    void textOfCodeShouldNotBeReplaced() {
        assertThat(left("String key = \"${resilience4j." + OWN + "}\";"))
                .singleElement()
                .asString()
                .contains("Write ${resilience." + OWN_HERE + "}.", "It is in line 2.");
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
