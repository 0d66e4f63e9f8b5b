package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What activates the annotations of Spring Retry and Spring Framework 7, where some of them stay. */
class ActivationTests {

    private static final String APP = "app/src/main/java/App.java";

    private static final String CALLS = "calls/src/main/java/Calls.java";

    private static final String ENABLED = """
        import org.springframework.retry.annotation.EnableRetry;

        // active
        @EnableRetry(order = 5)
        class App {
        }
        """;

    private static final String INTERCEPTED = """
        import org.springframework.retry.annotation.Retryable;

        class Calls {
            @Retryable(interceptor = "five")
            public String ask() {
                return "";
            }
        }
        """;

    private static final String RETRYABLE = INTERCEPTED.replace("interceptor", "label");

    private static Project moved(String calls) {
        return new Project().with(APP, ENABLED).with(CALLS, calls).after(new FromSpringRetry(false));
    }

    @Test
    void activationShouldStayForAnAnnotationThatStays() {
        assertThat(moved(INTERCEPTED).files()).containsEntry(APP, ENABLED).containsEntry(CALLS, INTERCEPTED);
    }

    @Test
    void activationShouldGoWhenEachAnnotationIsReplaced() {
        assertThat(moved(INTERCEPTED.replace("interceptor", "label")).files().get(APP))
                .doesNotContain("EnableRetry");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"@Profile(\"!quiet\")", "@ConditionalOnProperty(\"retries\")", "@Conditional(Wanted.class)"})
    void activationUnderAConditionShouldBeListed(String condition) {
        Project after = new Project()
                .with(APP, ENABLED.replace("// active", condition))
                .with(CALLS, INTERCEPTED.replace("interceptor", "label"))
                .after(new FromSpringRetry(true));

        assertThat(after.left())
                .anyMatch(left -> left.contains("@EnableRetry at App")
                        && left.contains("under " + condition + " alone")
                        && left.contains(
                                "resilience.retry.defaults.enabled, resilience.circuit-breaker.defaults.enabled and"
                                        + " resilience.fallback.defaults.enabled to false"));
    }

    private static final String RETRIED = """

        class Others {
            @Retryable
            public String ask() {
                return "";
            }
        }
        """;

    private static List<String> leftOf(String app, String calls) {
        return new Project()
                .with(APP, app)
                .with(CALLS, calls)
                .after(new FromSpringRetry(true))
                .left();
    }

    @Test
    void activationThatStaysUnderAConditionShouldBeListed() {
        assertThat(leftOf(ENABLED.replace("// active", "@Profile(\"loud\")"), INTERCEPTED + RETRIED))
                .anyMatch(left -> left.contains("@EnableRetry at App")
                        && left.contains("under @Profile(\"loud\") alone; here, always"));
    }

    @Test
    void activationUnderAConditionWithoutMovesShouldNotBeListed() {
        assertThat(leftOf(ENABLED.replace("// active", "@Profile(\"loud\")"), INTERCEPTED))
                .noneMatch(left -> left.contains("here, always"));
    }

    @Test
    void activationByABeanUnderAConditionShouldBeListed() {
        assertThat(leftOf("""
                        import org.springframework.retry.annotation.RetryConfiguration;

                        class App {
                            @Bean
                            @ConditionalOnProperty("retries")
                            RetryConfiguration retries() {
                                return new RetryConfiguration();
                            }
                        }
                        """, RETRYABLE))
                .anyMatch(left -> left.contains("@Bean at App.retries")
                        && left.contains("under @ConditionalOnProperty(\"retries\") alone"));
    }

    @Test
    void activationByAnImportUnderAConditionShouldBeListed() {
        assertThat(leftOf("""
                        import org.springframework.retry.annotation.RetryConfiguration;

                        @Profile("loud")
                        @Import(RetryConfiguration.class)
                        class App {
                        }
                        """, RETRYABLE)).anyMatch(left -> left.contains("@Import at App: There, annotations"));
    }

    @Test
    void importOfAnotherClassOfThatNameShouldNotBeListed() {
        assertThat(leftOf("""
                        @Profile("loud")
                        @Import(RetryConfiguration.class)
                        class App {
                        }
                        """, RETRYABLE)).noneMatch(left -> left.contains("@Import at App"));
    }

    @Test
    void composedActivationUnderAConditionShouldBeListed() {
        assertThat(new Project()
                        .with("app/src/main/java/Retries.java", """
                                import org.springframework.retry.annotation.EnableRetry;

                                @EnableRetry
                                @interface Retries {
                                }
                                """)
                        .with(APP, """
                                @Profile("loud")
                                @Retries
                                class App {
                                }
                                """)
                        .with(CALLS, RETRYABLE)
                        .after(new FromSpringRetry(true))
                        .left())
                .anyMatch(left -> left.contains("@Retries at App: There, annotations have an effect under @Profile"));
    }

    @Test
    void activationUnderAComposedConditionShouldBeListed() {
        assertThat(new Project()
                        .with("app/src/main/java/Loud.java", """
                                @Profile("loud")
                                @interface Loud {
                                }
                                """)
                        .with(APP, ENABLED.replace("// active", "@Loud"))
                        .with(CALLS, RETRYABLE)
                        .after(new FromSpringRetry(true))
                        .left())
                .anyMatch(left -> left.contains("@EnableRetry at App") && left.contains("under @Loud alone"));
    }

    @Test
    void activationOfSpring7ThatStaysShouldBeListed() {
        String enabled = """
            import org.springframework.resilience.annotation.EnableResilientMethods;

            @Profile("loud")
            @EnableResilientMethods
            class App {
            }
            """;
        Project after = new Project()
                .with(APP, enabled)
                .with("calls/src/main/kotlin/Calls.kt", """
                    import org.springframework.resilience.annotation.*

                    open class Calls {
                        @ConcurrencyLimit(2)
                        open fun ask() = ""
                    }
                    """)
                .with("calls/src/main/java/Others.java", """
                    import org.springframework.resilience.annotation.Retryable;
                    """ + RETRIED)
                .after(new FromSpringFramework7(true));

        assertThat(after.left())
                .anyMatch(left -> left.contains("@EnableResilientMethods at App: There, annotations have an effect"));
    }

    @Test
    void activationWithinAConditionShouldBeListed() {
        Project after = new Project().with(APP, """
                        import org.springframework.resilience.annotation.EnableResilientMethods;

                        @Profile("loud")
                        class App {
                            @EnableResilientMethods
                            static class Active {
                            }
                        }
                        """).with(CALLS, """
                        import org.springframework.resilience.annotation.Retryable;

                        class Calls {
                            @Retryable
                            public String ask() {
                                return "";
                            }
                        }
                        """).after(new FromSpringFramework7(true));

        assertThat(after.left())
                .anyMatch(left -> left.contains("@EnableResilientMethods at Active")
                        && left.contains("resilience.bulkhead.defaults.enabled to false"));
    }

    @Test
    void activationThatStaysShouldBeListedWithItsLine() {
        assertThat(moved(INTERCEPTED).left())
                .filteredOn(left -> left.startsWith(APP))
                .singleElement()
                .asString()
                .contains("EnableRetry: The annotation is not replaced, in line 4. Other annotations stay");
    }

    @Test
    void annotationThatStaysShouldNotBeListedAsReplaced() {
        assertThat(moved(INTERCEPTED).left())
                .filteredOn(left -> left.startsWith(CALLS))
                .anySatisfy(left -> assertThat(left).contains("The annotation is not replaced, in line 4. It has"))
                .noneSatisfy(left -> assertThat(left).contains("has replaced"));
    }

    @Test
    void classLiteralBesideOneThatStaysShouldBeListed() {
        String literal = INTERCEPTED.replace("return \"\";", "return Retryable.class.getName();");

        assertThat(moved(literal).left())
                .anySatisfy(left -> assertThat(left).contains("in line 6. The recipe has replaced"));
    }

    @Test
    void dependencyOfTheActivationShouldStay() {
        String pom = Poms.pom("app", Poms.SPRING_RETRY);
        Project before =
                new Project().with("app/pom.xml", pom).with(APP, ENABLED).with(CALLS, INTERCEPTED);

        assertThat(before.after(new FromSpringRetry(false)).files().get("app/pom.xml"))
                .contains("<artifactId>spring-retry</artifactId>");
    }

    @Test
    void activationShouldStayForASourceInKotlin() {
        Project after = new Project()
                .with(APP, ENABLED)
                .with("calls/src/main/kotlin/Calls.kt", """
                    import org.springframework.retry.annotation.Retryable

                    open class Calls {
                        @Retryable
                        open fun ask() = ""
                    }
                    """)
                .after(new FromSpringRetry(false));

        assertThat(after.files()).containsEntry(APP, ENABLED);
    }

    @Test
    void activationOfSpring7ShouldStayForASourceInKotlin() {
        String enabled = """
            import org.springframework.resilience.annotation.EnableResilientMethods;

            @EnableResilientMethods
            class App {
            }
            """;
        Project after = new Project()
                .with(APP, enabled)
                .with("calls/src/main/kotlin/Calls.kt", """
                    import org.springframework.resilience.annotation.*

                    open class Calls {
                        @ConcurrencyLimit(2)
                        open fun ask() = ""
                    }
                    """)
                .after(new FromSpringFramework7(false));

        assertThat(after.files()).containsEntry(APP, enabled);
    }

    @Test
    void methodWithAnInterceptorShouldNotGetTheRetryOfItsClass() {
        Project after = moved("""
            import org.springframework.retry.annotation.Retryable;

            @Retryable
            class Calls {
                @Retryable(interceptor = "five")
                public String ask() {
                    return "";
                }
            }
            """);

        assertThat(after.files().get(CALLS)).isEqualTo("""
            import io.netrun.resilience.annotation.Retry;
            import org.springframework.retry.annotation.Retryable;

            @Retry
            class Calls {
                @Retryable(interceptor = "five")
                @Retry(maxAttempts = 1, onExhausted = "rethrow")
                public String ask() {
                    return "";
                }
            }
            """);
    }

    @Test
    void interceptorShouldBeAloneBeneathAClassThatIsRetried() {
        Project after = new Project()
                .with(APP, ENABLED)
                .with("calls/src/main/java/Base.java", """
                    import org.springframework.retry.annotation.Retryable;

                    @Retryable
                    class Base {
                    }
                    """)
                .with(CALLS, INTERCEPTED.replace("class Calls", "class Calls extends Base"))
                .after(new FromSpringRetry(false));

        assertThat(after.files().get(CALLS)).contains("@Retry(maxAttempts = 1, onExhausted = \"rethrow\")");
    }

    @Test
    void interceptorOfAClassShouldBeListedForItsOtherMethods() {
        Project after = moved("""
            import org.springframework.retry.annotation.Retryable;

            @Retryable(interceptor = "five")
            class Calls {
                @Retryable(maxAttempts = 2)
                public String ask() {
                    return "";
                }
            }
            """);

        assertThat(after.left())
                .anySatisfy(left ->
                        assertThat(left).contains("@Retryable at ask: There, it replaced the interceptor that"));
    }

    @Test
    void recoveryShouldNotBeThatOfAMethodWithAnInterceptor() {
        Project after = moved("""
            import org.springframework.retry.annotation.Recover;
            import org.springframework.retry.annotation.Retryable;

            class Calls {
                @Retryable(interceptor = "five")
                public String ask() {
                    return "";
                }

                @Recover
                public String none(Exception failure) {
                    return "";
                }
            }
            """);

        assertThat(after.files().get(CALLS)).doesNotContain("@Fallback");
        assertThat(after.left())
                .anySatisfy(left -> assertThat(left).contains("@Recover none: No method of this class"));
    }

    @Test
    void interceptorInXmlShouldBeListedAndKeepItsDependency() {
        Project after = new Project()
                .with("pom.xml", Poms.pom("app", Poms.SPRING_RETRY))
                .with("src/main/java/Calls.java", INTERCEPTED.replace("(interceptor = \"five\")", ""))
                .with("src/main/resources/beans.xml", """
                    <beans>
                        <aop:config>
                            <aop:advisor pointcut="execution(* Calls.ask())" advice-ref="retry"/>
                        </aop:config>
                        <bean id="retry" class="org.springframework.retry.interceptor.RetryOperationsInterceptor"/>
                    </beans>
                    """)
                .after(new FromSpringRetry(false));

        assertThat(after.files().get("pom.xml")).contains("<artifactId>spring-retry</artifactId>", "starter");
        assertThat(after.left())
                .anySatisfy(left -> assertThat(left)
                        .startsWith("src/main/resources/beans.xml org.springframework.retry.interceptor.Retry")
                        .contains("It is in line 5.", "attempts multiply"));
    }
}
