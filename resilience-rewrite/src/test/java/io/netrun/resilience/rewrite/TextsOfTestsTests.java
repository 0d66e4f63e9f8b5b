package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Settings in texts of code, in whichever form: each is moved or a leftover. */
class TextsOfTestsTests {

    private static final String KEY = "resilience4j.retry.instances.a.maxAttempts";

    private static final String RETRIED = """
        import io.github.resilience4j.retry.annotation.Retry;

        class Calls {
            @Retry(name = "a")
            public void call() {
            }
        }
        """;

    private static final String KEPT = """
        import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;

        class Breakers {
            Breakers(CircuitBreakerRegistry registry) {
            }
        }
        """;

    private static final String CONSTANTS = """
        class K {
            static final int N = 4;
            static final String KEY = PREFIX + "maxAttempts";
            static final String PREFIX = "resilience4j." + "retry.instances.a.";
            static final String BOTH = KEY + "=" + N;
        }
        """;

    private static Project project(String test) {
        return new Project()
                .with("src/main/java/Calls.java", RETRIED)
                .with("src/test/java/K.java", CONSTANTS)
                .with("src/test/java/ATest.java", test);
    }

    private static Project moved(String test) {
        return project(test).after(new FromResilience4j(false));
    }

    private static String after(String test) {
        return moved(test).files().get("src/test/java/ATest.java");
    }

    private static List<String> left(Project project) {
        return project.left().stream()
                .filter(row -> row.startsWith("src/test/java/ATest.java "))
                .map(row -> row.substring("src/test/java/ATest.java ".length()))
                .toList();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "@SpringBootTest(properties = \"KEY=2\") | @SpringBootTest(properties = \"HERE=2\")",
                "@SpringBootTest(\"KEY=2\") | @SpringBootTest(\"HERE=2\")",
                "@SpringBootTest(value = {\"a=b\", \"KEY:2\"}) | @SpringBootTest(value = {\"a=b\", \"HERE=2\"})",
                "@SpringBootTest(args = \"--KEY=2\") | @SpringBootTest(args = \"--HERE=2\")",
                "@SpringBootTest(args = {\"--KEY=2\", \"--x\"}) | @SpringBootTest(args = {\"--HERE=2\", \"--x\"})",
                "@SpringBootTest(properties = \"KEY=\" + K.N) | @SpringBootTest(properties = \"HERE=\" + K.N)",
                "@SpringBootTest(properties = \"KEY:\" + N) | @SpringBootTest(properties = \"HERE=\" + N)",
                "@SpringBootTest(properties = \"KEY=\" + \"2\") | @SpringBootTest(properties = \"HERE=2\")",
                "@SpringBootTest(properties = K.KEY + \"=3\") | @SpringBootTest(properties = \"HERE=3\")",
                "@SpringBootTest(properties = K.BOTH) | @SpringBootTest(properties = \"HERE=4\")",
                "@SpringBootTest(properties = {(K.PREFIX + \"maxAttempts=5\")}) | @SpringBootTest(properties ="
                        + " {\"HERE=5\"})",
                "@TestPropertySource(properties = \"x=1\\n"
                        + "KEY=2\\n"
                        + "y=3\") | @TestPropertySource(properties = \"x=1\\n"
                        + "HERE=2\\n"
                        + "y=3\")",
                "@DataJpaTest(properties = \"KEY=2\") | @DataJpaTest(properties = \"HERE=2\")",
                "@OwnTest(properties = \"KEY=2\") | @OwnTest(properties = \"HERE=2\")",
            })
    void annotationShouldBeMoved(String there, String here) {
        Project after = moved(annotated(there.replace("KEY", KEY).replace("K." + KEY, "K.KEY")));

        assertThat(after.files().get("src/test/java/ATest.java"))
                .isEqualTo(annotated(here.replace("HERE", "resilience.retry.instances.a.max-attempts")));
        assertThat(left(after)).isEmpty();
    }

    private static String annotated(String annotation) {
        return annotation + "\nclass ATest {\n    static final long N = 3;\n}\n";
    }

    @Test
    void annotationOfAnAnnotationShouldBeMoved() {
        assertThat(after("@SpringBootTest(properties = \"" + KEY + "=2\")\n@interface ATest {\n}\n"))
                .isEqualTo("@SpringBootTest(properties = \"resilience.retry.instances.a.max-attempts=2\")\n"
                        + "@interface ATest {\n}\n");
    }

    @Test
    void unitShouldBeBehindAConstant() {
        assertThat(after(annotated(
                        "@SpringBootTest(properties = \"resilience4j.retry.instances.a.waitDuration=\" + N)")))
                .startsWith("@SpringBootTest(properties = \"resilience.retry.instances.a.base-delay=\" + N + \"ms\")");
    }

    @Test
    void textBlockShouldBeMovedLineByLine() {
        Project after = moved("""
            @TestPropertySource(properties = \"""
                server.port=0
                resilience4j.retry.instances.a.maxAttempts=3
                # of the bulkhead
                resilience4j.retry.instances.a.wait-duration: 10
                resilience4j.retry.instances.a.event-consumer-buffer-size=1
                \""")
            class ATest {
            }
            """);

        assertThat(after.files().get("src/test/java/ATest.java")).isEqualTo("""
            @TestPropertySource(properties = \"""
                server.port=0
                resilience.retry.instances.a.max-attempts=3
                # of the bulkhead
                resilience.retry.instances.a.base-delay=10ms
                \""")
            class ATest {
            }
            """);
    }

    @Test
    void textBlockThatEndsInALineShouldBeMoved() {
        assertThat(after("""
            @TestPropertySource(properties = {"a=b", \"""
                resilience4j.retry.instances.a.maxAttempts=3\"""})
            class ATest {
            }
            """)).isEqualTo("""
                @TestPropertySource(properties = {"a=b", \"""
                    resilience.retry.instances.a.max-attempts=3\"""})
                class ATest {
                }
                """);
    }

    @Test
    void textsShouldStayBesideWhereCodeStays() {
        Project before = project("""
            @SpringBootTest(args = "--resilience4j.retry.instances.a.maxAttempts=2")
            @TestPropertySource(properties = \"""
                resilience4j.retry.instances.a.maxAttempts=3
                \""")
            class ATest {
            }
            """).with("src/main/java/Breakers.java", KEPT);

        Project after = before.after(new FromResilience4j(false));

        assertThat(after.files().get("src/test/java/ATest.java")).isEqualTo("""
            @SpringBootTest(args = {"--resilience.retry.instances.a.max-attempts=2", "--resilience4j.retry.instances.a.maxAttempts=2"})
            @TestPropertySource(properties = \"""
                resilience.retry.instances.a.max-attempts=3
                resilience4j.retry.instances.a.maxAttempts=3
                \""")
            class ATest {
            }
            """);
        assertThat(left(after)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "registry.add(\"KEY\", () -> 3) | Write HERE.",
                "registry.add(K.PREFIX + \"maxAttempts\", () -> 3) | Write HERE.",
                "registry.add(\"KEY\" + suffix(), () -> 3) | retry",
                "System.setProperty(\"KEY\", \"3\") | Write HERE.",
                "TestPropertyValues.of(\"KEY=3\") | Write HERE=3.",
                "TestPropertyValues.of(\"resilience4j.retry.instances.a.waitDuration=30\") | Write"
                        + " resilience.retry.instances.a.base-delay=30ms.",
                "runner.withPropertyValues(\"KEY=\" + n) | Write \"HERE=\" + n.",
                "runner.withPropertyValues(\"resilience4j.retry.instances.\" + n + \".maxAttempts=1\") | Write"
                        + " \"resilience.retry.instances.\" + n + \".max-attempts=1\".",
                "new MapPropertySource(\"x\", Map.of(\"KEY\", 3)) | Write HERE.",
                "new SpringApplicationBuilder().properties(\"KEY=3\").run(\"--KEY=3\") | Write --HERE=3.",
                "new MockEnvironment().withProperty(\"KEY\", \"3\") | Write HERE.",
                "String.format(\"resilience4j.%s.instances.a.maxAttempts\", n) | Remove it, or write what it became",
                "System.setProperty(\"resilience4j.\" + n, \"3\") | Remove it, or write what it became",
                "load(\"resilience4j:\\n  retry:\\n    instances:\\n\") | Put them into a file",
                "load(\"{\\\"resilience4j\\\": {\\\"retry\\\": {}}}\") | Put them into a file",
                "container.withEnv(\"RESILIENCE4J_RETRY_INSTANCES_A_MAXATTEMPTS\", \"3\") | Write"
                        + " RESILIENCE_RETRY_INSTANCES_A_MAXATTEMPTS",
            })
    void otherTextShouldBeListed(String call, String remedy) {
        Project after = moved("""
            class ATest {
                void test(String n) {
                    %s;
                }
            }
            """.formatted(call.replace("KEY", KEY).replace("K." + KEY, "K.KEY")));

        assertThat(left(after))
                .anySatisfy(row ->
                        assertThat(row).contains(remedy.replace("HERE", "resilience.retry.instances.a.max-attempts")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "@PropertyMapping(\"resilience4j.retry.instances.a\")",
                "@ConfigurationProperties(prefix = \"resilience4j.retry\")",
                "@SpringBootTest(properties = \"resilience4j.retry.instances.a.maxAttempts=\" + Unknown.N)",
                "@OwnTest(\"resilience4j.retry.instances.a.maxAttempts=2\")",
                "@SpringBootTest(webEnvironment = NONE, classes = A.class, useMainMethod = X, other ="
                        + " \"resilience4j.retry.x\")"
            })
    void otherAnnotationShouldBeListed(String annotation) {
        assertThat(left(moved(annotated(annotation))))
                .anySatisfy(
                        row -> assertThat(row).contains("resilience4j.retry").contains("The text is not moved."));
    }

    @Test
    void constantShouldBeListed() {
        assertThat(moved("class ATest {\n}\n").left())
                .anySatisfy(row -> assertThat(row).startsWith("src/test/java/K.java \"resilience4j.\" + \"retry"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"io.github.resilience4j.retry.Retry", "https://resilience4j.readme.io", "resilience4j.yml"})
    void textWithoutASettingShouldNotBeListed(String text) {
        assertThat(left(moved("class ATest {\n    String text = \"" + text + "\";\n}\n")))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "pom.xml | <project><systemPropertyVariables><KEY>2</KEY></systemPropertyVariables></project>",
                "pom.xml | <project><property><name>KEY</name><value>2</value></property></project>",
                "pom.xml | <project><argLine>-DKEY=2</argLine></project>",
                "pom.xml | <project><arguments><argument>--KEY=2</argument></arguments></project>",
                "build.gradle | test { systemProperty 'KEY', 2 }",
                "build.gradle | test { systemProperties = ['KEY': 2] }",
                "build.gradle.kts | tasks.test { systemProperty(\"KEY\", 2) }",
                "build.gradle.kts | tasks.test { jvmArgs(\"-DKEY=2\") }",
                "gradle.properties | systemProp.KEY=2",
                "src/test/kotlin/ATest.kt | @SpringBootTest(properties = [\"a=b\", \"KEY=2\"]) class ATest",
            })
    void buildShouldBeListed(String path, String text) {
        Project after = new Project()
                .with("src/main/java/Calls.java", RETRIED)
                .with(path, text.replace("KEY", KEY))
                .after(new FromResilience4j(false));

        assertThat(after.left())
                .filteredOn(row -> row.startsWith(path + " " + KEY + ": "))
                .singleElement()
                .asString()
                .contains("Write resilience.retry.instances.a.max-attempts");
    }
}
