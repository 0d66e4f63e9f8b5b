package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Several fallback methods of one method: of its annotations, and of those of its class. */
class MergedFallbackTests {

    private static final String CALLS = "src/main/java/Calls.java";

    private static Project moved(boolean keepBehaviour, String text) {
        return new Project().with(CALLS, """
                import io.github.resilience4j.bulkhead.annotation.Bulkhead;
                import io.github.resilience4j.circuitbreaker.annotation.CircuitBreaker;
                import io.github.resilience4j.ratelimiter.annotation.RateLimiter;
                import io.github.resilience4j.retry.annotation.Retry;
                import org.springframework.transaction.annotation.Transactional;

                """ + text).after(new FromResilience4j(keepBehaviour));
    }

    @Test
    void fallbacksOfTwoAnnotationsShouldBeOne() {
        Project after = moved(true, """
                class Calls {
                    @RateLimiter(name = "a", fallbackMethod = "limited")
                    @Bulkhead(name = "a", fallbackMethod = "failed")
                    public String ask(String key) {
                        return key;
                    }

                    private String limited(String key, RuntimeException failure) {
                        return "limited";
                    }

                    private String failed(String key, IllegalStateException failure) {
                        return "failed";
                    }
                }
                """);

        assertThat(after.files().get(CALLS))
                .contains("@Fallback(method = \"askFallback\")")
                .contains("private String askFallback(String key, RuntimeException failure)")
                .contains("private String askFallback(String key, IllegalStateException failure)")
                .contains("return limited(key, failure);")
                .contains("return failed(key, failure);")
                .doesNotContain("PatternOrder");
        assertThat(after.left()).isEmpty();
    }

    @Test
    void outerFallbackForFailuresOfTheInnerOneShouldNotBeCalled() {
        Project after = moved(true, """
                class Calls {
                    @RateLimiter(name = "a", fallbackMethod = "limited")
                    @Bulkhead(name = "a", fallbackMethod = "failed")
                    public String ask(String key) {
                        return key;
                    }

                    private String limited(String key, IllegalStateException failure) {
                        return "limited";
                    }

                    private String failed(String key, RuntimeException failure) {
                        return "failed";
                    }
                }
                """);

        assertThat(after.files().get(CALLS))
                .contains("return failed(key, failure);")
                .doesNotContain("return limited(");
    }

    @Test
    void fallbackAroundARetryShouldBeALeftoverWithItsCode() {
        Project after = moved(true, """
                class Calls {
                    @Retry(name = "a", fallbackMethod = "last")
                    @CircuitBreaker(name = "a", fallbackMethod = "open")
                    public String ask(String key) {
                        return key;
                    }

                    private String last(String key, Exception failure) {
                        return "last";
                    }

                    private String open(String key, IllegalStateException failure) {
                        return "open";
                    }
                }
                """);

        assertThat(after.files().get(CALLS)).contains("@Fallback(method = \"open\")");
        assertThat(after.left())
                .anyMatch(left -> left.contains("fallbackMethod = last")
                        && left.contains("Move @Retry to a method of another bean")
                        && left.contains("@Fallback(method = \"last\")"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void fallbackOfTheClassShouldBeMergedWithTheOneOfTheMethod(boolean keepBehaviour) {
        Project after = moved(keepBehaviour, """
                @RateLimiter(name = "a", fallbackMethod = "limited")
                class Calls {
                    @Bulkhead(name = "a", fallbackMethod = "failed")
                    public String ask(String key) {
                        return key;
                    }

                    private String limited(String key, RuntimeException failure) {
                        return "limited";
                    }

                    private String failed(String key, IllegalStateException failure) {
                        return "failed";
                    }
                }
                """);

        assertThat(after.files().get(CALLS))
                .contains("@Fallback(method = \"limited\")", "@Fallback(method = \"askFallback\")")
                .contains("return limited(key, failure);", "return failed(key, failure);");
        assertThat(after.left()).isEmpty();
    }

    @Test
    void fallbackOfTheClassShouldStayInsideThePatternsOfTheMethod() {
        Project after = moved(true, """
                @CircuitBreaker(name = "a", fallbackMethod = "open")
                class Calls {
                    @Retry(name = "a")
                    public String ask(String key) {
                        return key;
                    }

                    private String open(Exception failure) {
                        return "open";
                    }
                }
                """);

        assertThat(after.files().get(CALLS))
                .containsSubsequence(
                        "@Fallback(method = \"open\")",
                        "class Calls",
                        "@Fallback(method = \"open\")",
                        "@PatternOrder({\"retry\", \"fallback\"})",
                        "public String ask");
        assertThat(after.left()).isEmpty();
    }

    @Test
    void fallbackOfTheClassShouldBeAtTheMethodsThatItFits() {
        Project after = moved(true, """
                @Retry(name = "a", fallbackMethod = "back")
                class Calls {
                    public String ask(String key) {
                        return key;
                    }

                    public int count() {
                        return 0;
                    }

                    public String report(Exception failed) {
                        return "";
                    }

                    private String back(Exception failure) {
                        return "back";
                    }
                }
                """);

        assertThat(after.files().get(CALLS))
                .containsSubsequence(
                        "@Retry(name = \"a\")\nclass Calls",
                        "@Fallback(method = \"back\")\n    public String ask",
                        "\n\n    public int count",
                        "@Fallback(method = \"backFallback\")\n    public String report",
                        "private String backFallback(Exception failed, Exception failure)");
        assertThat(after.left()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"NAME", "Calls.NAME", "\"ba\" + \"ck\""})
    void constantShouldBeTheNameOfTheFallback(String name) {
        Project after = moved(true, """
                class Calls {
                    static final String NAME = "back";

                    @Retry(name = "a", fallbackMethod = %s)
                    public String ask(String key) {
                        return key;
                    }

                    private String back(io.github.resilience4j.circuitbreaker.CallNotPermittedException failure) {
                        return "back";
                    }
                }
                """.formatted(name));

        assertThat(after.files().get(CALLS))
                .contains("@Fallback(method = " + name + ")", "back(CircuitOpenException failure)");
        assertThat(after.left()).isEmpty();
    }

    @Test
    void constantForAMethodThatWasNeverCalledShouldBeListed() {
        Project after = moved(true, """
                class Calls {
                    static final String NAME = "back";

                    @Retry(name = "a", fallbackMethod = NAME)
                    public String ask(String key) {
                        return key;
                    }

                    private String back() {
                        return "back";
                    }
                }
                """);

        assertThat(after.files().get(CALLS)).doesNotContain("@Fallback");
        assertThat(after.left()).anyMatch(left -> left.contains("fallbackMethod = back"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"@Retry(name = \"b\")", "@Transactional"})
    void fallbackThatItsClassCoversShouldBeListed(String annotation) {
        Project after = moved(true, """
                %s
                class Calls {
                    @CircuitBreaker(name = "a", fallbackMethod = "back")
                    public String ask(String key) {
                        return key;
                    }

                    String back(Exception failure) {
                        return "back";
                    }
                }
                """.formatted(annotation));

        assertThat(after.left())
                .anyMatch(left -> left.contains("fallbackMethod = back") && left.contains("called through the proxy"));
    }

    @Test
    void methodWithTheNameOfItsFallbackShouldNotBeListed() {
        Project after = moved(true, """
                class Calls {
                    @Retry(name = "a", fallbackMethod = "ask")
                    public String ask() {
                        return "";
                    }

                    private String ask(Exception failure) {
                        return "back";
                    }
                }
                """);

        assertThat(after.files().get(CALLS)).contains("@Fallback(method = \"ask\")");
        assertThat(after.left()).isEmpty();
    }

    @Test
    void overloadThatIsNoFallbackShouldNotBeListed() {
        Project after = moved(true, """
                class Calls {
                    @Retry(name = "a", fallbackMethod = "ask")
                    public String ask() {
                        return "";
                    }

                    private String ask(Exception failure) {
                        return "back";
                    }

                    @Retry(name = "b")
                    public String ask(String key, Exception failure) {
                        return "";
                    }
                }
                """);

        assertThat(after.left()).noneMatch(row -> row.contains("through the proxy"));
    }

    @Test
    void methodOfAnotherClassShouldNotBeListedAsAFallback() {
        Project after = moved(true, """
                class Calls {
                    @Retry(name = "a", fallbackMethod = "back")
                    public String ask() {
                        return "";
                    }

                    private String back(Exception failure) {
                        return "back";
                    }
                }

                class Others {
                    @Retry(name = "b")
                    public String back(Exception failure) {
                        return "";
                    }
                }
                """);

        assertThat(after.left()).noneMatch(row -> row.contains("through the proxy"));
    }

    @Test
    void fallbackOfAClassBeneathShouldBeListed() {
        Project after = moved(true, """
                class Others {
                    @Retry(name = "b")
                    public String back(Exception failure) {
                        return "";
                    }
                }

                class Calls extends Others {
                    @Retry(name = "a", fallbackMethod = "back")
                    public String ask() {
                        return "";
                    }
                }
                """);

        assertThat(after.left()).anyMatch(row -> row.contains("fallbackMethod = back: There, it is called through"));
    }
}
