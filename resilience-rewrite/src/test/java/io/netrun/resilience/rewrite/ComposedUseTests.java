package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Uses of composed annotations whose aliases are gone, and recovery methods of classes. */
class ComposedUseTests {

    private static final String CALLS = "src/main/java/Calls.java";

    private static Project composed(String alias, String use) {
        return new Project()
                .with("src/main/java/Remote.java", """
                        import org.springframework.core.annotation.AliasFor;
                        import org.springframework.resilience.annotation.Retryable;

                        @Retryable
                        public @interface Remote {
                            @AliasFor(annotation = Retryable.class, attribute = "%s")
                            long tries() default 1;
                        }
                        """.formatted(alias))
                .with(CALLS, """
                        class Calls {
                            static final int N = 4;

                            %s
                            public String ask() {
                                return "";
                            }
                        }
                        """.formatted(use))
                .after(new FromSpringFramework7(true));
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "N, 5", "N + 2, 7"})
    void useOfALostAliasShouldBeListedWithItsValue(String value, int attempts) {
        assertThat(composed("maxRetries", "@Remote(tries = " + value + ")").left())
                .anyMatch(left -> left.startsWith(CALLS + " @Remote(tries = " + value + ") at Calls.ask")
                        && left.contains("@Retry(maxAttempts = " + attempts + ")"));
    }

    @Test
    void useOfAnotherLostAliasShouldBeListed() {
        assertThat(composed("delay", "@Remote(tries = 7)").left())
                .anyMatch(left -> left.contains("@Remote(tries = 7) at Calls.ask") && left.contains("It was delay"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"@Remote", "@Deprecated"})
    void annotationThatSetsNothingShouldNotBeListed(String use) {
        assertThat(composed("maxRetries", use).left()).noneMatch(left -> left.startsWith(CALLS));
    }

    @Test
    void sumOfConstantsShouldBeOneMore() {
        Project after = new Project().with(CALLS, """
                import org.springframework.resilience.annotation.Retryable;

                class Calls {
                    static final int R = 5;

                    @Retryable(maxRetries = R + 1)
                    public String ask() {
                        return "";
                    }
                }
                """).after(new FromSpringFramework7(true));

        assertThat(after.files().get(CALLS)).contains("maxAttempts = 7");
        assertThat(after.left()).isEmpty();
    }

    private static Project recovering(String annotation, String called) {
        return new Project().with(CALLS, """
                import org.springframework.retry.annotation.*;
                import org.springframework.transaction.annotation.Transactional;

                %s
                class Calls {
                    static final String NAME = "back";

                    @Retryable(maxAttempts = 2, recover = NAME)
                    public String ask() {
                        return "";
                    }

                    @Recover
                    public String back(IllegalStateException failure) {
                        return "";
                    }

                    @Recover
                    public String other(IllegalStateException failure) {
                        return "";
                    }
                }

                class User {
                    String use(Calls calls) {
                        return calls.%s;
                    }
                }
                """.formatted(annotation, called)).after(new FromSpringRetry(false));
    }

    @Test
    void constantShouldBeTheNameOfTheRecovery() {
        Project after = recovering("@Deprecated", "ask()");

        assertThat(after.files().get(CALLS)).contains("@Fallback(method = NAME)");
        assertThat(after.left()).singleElement().asString().contains("@Recover other");
    }

    @Test
    void recoveryThatItsClassCoversShouldBeListed() {
        assertThat(recovering("@Transactional", "ask()").left())
                .anyMatch(left -> left.contains("@Recover back") && left.contains("called through the proxy"));
    }

    @Test
    void calledRecoveryOfARetriedClassShouldBeListed() {
        assertThat(recovering("@Retryable", "back(null)").left())
                .anyMatch(left -> left.contains("@Recover back") && left.contains("is not for recovery methods"));
    }

    @Test
    void recoveryOfARetriedClassShouldNotBeListed() {
        assertThat(recovering("@Retryable", "ask()").left()).noneMatch(left -> left.contains("@Recover back"));
    }
}
