package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Annotations of methods that replace those of their class, with its fallback. */
class ClassFallbackTests {

    private static final String CALLS = "src/main/java/Calls.java";

    private static final String IMPORTS = """
            import io.github.resilience4j.bulkhead.annotation.Bulkhead;
            import io.github.resilience4j.circuitbreaker.annotation.CircuitBreaker;
            import io.github.resilience4j.ratelimiter.annotation.RateLimiter;
            import io.github.resilience4j.retry.annotation.Retry;
            import io.github.resilience4j.timelimiter.annotation.TimeLimiter;

            """;

    private static final String METHODS = """

                public String plain(String key) {
                    return key;
                }

                %s
                public String own(String key) {
                    return key;
                }

                private String back(String key, Exception failure) {
                    return "back";
                }

                private String other(String key, Exception failure) {
                    return "other";
                }
            }
            """;

    private static Project moved(boolean keepBehaviour, String ofClass, String ofMethod) {
        return new Project()
                .with(CALLS, IMPORTS + ofClass + "\nclass Calls {\n" + METHODS.formatted(ofMethod))
                .after(new FromResilience4j(keepBehaviour));
    }

    /** The annotations of this library before a part of the file, after another part. */
    private static String between(Project project, String from, String to) {
        Matcher matcher = Pattern.compile("(?s)" + Pattern.quote(from) + "(.*?)" + Pattern.quote(to))
                .matcher(project.files().get(CALLS));
        assertThat(matcher.find()).isTrue();
        return matcher.group(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Retry", "CircuitBreaker", "RateLimiter", "Bulkhead", "TimeLimiter"})
    void methodWithAnAnnotationOfItsOwnShouldHaveNoFallback(String pattern) {
        Project after = moved(
                true, "@" + pattern + "(name = \"a\", fallbackMethod = \"back\")", "@" + pattern + "(name = \"b\")");

        assertThat(between(after, "import", "class Calls")).doesNotContain("@Fallback");
        assertThat(between(after, "class Calls", "plain")).contains("@Fallback(method = \"back\")");
        assertThat(between(after, "plain", "String own")).doesNotContain("@Fallback");
    }

    @Test
    void methodWithoutAFallbackShouldLeaveNothing() {
        Project after = moved(true, "@Retry(name = \"a\", fallbackMethod = \"back\")", "@Retry(name = \"b\")");

        assertThat(after.left()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void annotationOfAnotherPatternShouldKeepTheFallback(boolean keepBehaviour) {
        Project after = moved(
                keepBehaviour, "@Retry(name = \"a\", fallbackMethod = \"back\")", "@CircuitBreaker(name = \"b\")");

        assertThat(between(after, "import", "class Calls")).contains("@Fallback(method = \"back\")");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void fallbackOfTheOtherAnnotationShouldStay(boolean keepBehaviour) {
        Project after = moved(
                keepBehaviour,
                "@CircuitBreaker(name = \"a\", fallbackMethod = \"back\")\n"
                        + "@Bulkhead(name = \"a\", fallbackMethod = \"other\")",
                "@Bulkhead(name = \"b\")");

        assertThat(between(after, "import", "class Calls")).doesNotContain("@Fallback");
        assertThat(between(after, "class Calls", "plain")).contains("@Fallback(method = \"other\")");
        assertThat(between(after, "plain(String", "String own")).contains("@Fallback(method = \"back\")");
    }

    @Test
    void allAnnotationsOfItsOwnShouldHaveNoFallback() {
        Project after = moved(
                true,
                "@CircuitBreaker(name = \"a\", fallbackMethod = \"back\")\n"
                        + "@Retry(name = \"a\", fallbackMethod = \"back\")",
                "@Retry(name = \"b\")\n    @CircuitBreaker(name = \"b\")");

        assertThat(between(after, "plain(String", "String own"))
                .contains("@Retry(name = \"b\")", "@CircuitBreaker(name = \"b\")")
                .doesNotContain("@Fallback", "@PatternOrder");
        assertThat(between(after, "class Calls", "plain"))
                .contains("@Fallback(method = \"back\")", "@PatternOrder({\"retry\", \"fallback\"})");
    }

    @ParameterizedTest
    @CsvSource({"missing", "''"})
    void fallbackThatIsNotFoundShouldBeNone(String name) {
        Project after = moved(
                true,
                "@Retry(name = \"a\", fallbackMethod = \"back\")",
                "@Retry(name = \"b\", fallbackMethod = \"" + name + "\")");

        assertThat(between(after, "class Calls", "plain")).contains("@Fallback(method = \"back\")");
        assertThat(between(after, "plain(String", "String own")).doesNotContain("@Fallback");
    }

    @Test
    void fallbackOfItsOwnShouldLeaveTheOneOfTheClass() {
        Project after = moved(
                true,
                "@Retry(name = \"a\", fallbackMethod = \"back\")",
                "@Retry(name = \"b\", fallbackMethod = \"other\")");

        assertThat(between(after, "import", "class Calls")).contains("@Fallback(method = \"back\")");
        assertThat(between(after, "plain(String", "String own")).contains("@Fallback(method = \"other\")");
    }

    @Test
    void unknownFallbackOfTheClassShouldBeListed() {
        Project after =
                moved(true, "@Retry(name = \"a\", fallbackMethod = com.acme.Names.BACK)", "@Retry(name = \"b\")");

        assertThat(after.left())
                .anyMatch(left -> left.contains("com.acme.Names.BACK") && left.contains("it is not for own"));
    }

    @Test
    void methodOfAnInterfaceWithAnAnnotationShouldHaveNoFallback() {
        Project after = new Project().with(CALLS, IMPORTS + """
                        @org.springframework.cloud.openfeign.FeignClient("calls")
                        @Retry(name = "a", fallbackMethod = "back")
                        interface Calls {
                            String plain(String key);

                            @Retry(name = "b")
                            String own(String key);

                            default String back(String key, Exception failure) {
                                return "back";
                            }
                        }
                        """).after(new FromResilience4j(true));

        assertThat(between(after, "import", "interface Calls")).doesNotContain("@Fallback");
        assertThat(between(after, "interface Calls", "plain")).contains("@Fallback(method = \"back\")");
        assertThat(between(after, "plain(String", "own")).doesNotContain("@Fallback");
        assertThat(between(after, "own(String", "back(")).doesNotContain("@Fallback");
    }

    @ParameterizedTest
    @CsvSource({"true, false", "false, true", "true, true"})
    void classBeneathWithoutAFallbackShouldBeListed(boolean atClass, boolean atMethod) {
        String there = "@Retry(name = \"a\", fallbackMethod = \"back\")\n";
        Project after = new Project()
                .with(CALLS, IMPORTS + (atClass ? there : "") + "class Calls {\n" + (atMethod ? there : "") + """
                            public String ask() {
                                return "";
                            }

                            public String back(Exception failure) {
                                return "back";
                            }
                        }
                        """)
                .with(
                        "src/main/java/Sub.java",
                        IMPORTS + (atClass ? "@Retry(name = \"b\")\n" : "") + "class Sub extends Calls {\n"
                                + (atMethod ? "@Retry(name = \"b\")\n" : "") + """
                            @Override
                            public String ask() {
                                return "";
                            }
                        }
                        """)
                .after(new FromResilience4j(true));

        assertThat(after.left())
                .anyMatch(left -> left.contains("@Retry at Calls")
                        && left.contains("in Sub, replace it with its fallback, back"));
    }
}
