package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Beans that change or observe the instances of annotations when these are created. */
class CustomizerTests {

    private static final String CALLS = """
        import io.github.resilience4j.%s;

        class Calls {
            @%s(name = "audit")
            public void call() {
            }
        }
        """;

    private static final String RETRIES = CALLS.formatted("retry.annotation.Retry", "Retry");

    private static final String SETTINGS = "src/main/java/Settings.java";

    private static Project with(String code) {
        return new Project().with("src/main/java/Calls.java", RETRIES).with(SETTINGS, code);
    }

    private static Project moved(String code) {
        return with(code).after(new FromResilience4j(null));
    }

    private static String bean(String body) {
        return """
            import io.github.resilience4j.common.retry.configuration.RetryConfigCustomizer;
            import java.time.Duration;
            import org.springframework.context.annotation.Bean;

            class Settings {
                @Bean
                RetryConfigCustomizer auditRetry() {
                    return %s;
                }
            }
            """.formatted(body);
    }

    @Test
    void customizerOfAnAnnotatedInstanceShouldBeTranslated() {
        Project after = moved(bean("RetryConfigCustomizer.of(\"audit\", b -> b.maxAttempts(5))")
                .replace("import java.time.Duration;\n", ""));

        assertThat(after.files().get(SETTINGS)).isEqualTo("""
            import io.netrun.resilience.retry.RetryConfig;
            import io.netrun.resilience.spring.settings.ConfigCustomizer;
            import org.springframework.context.annotation.Bean;

            class Settings {
                @Bean
                ConfigCustomizer<RetryConfig> auditRetry() {
                    return ConfigCustomizer.of(RetryConfig.class, (name, config) -> name.equals("audit")
                            ? config.toBuilder().maxAttempts(5).build()
                            : config);
                }
            }
            """);
        assertThat(after.left()).noneSatisfy(left -> assertThat(left).contains("Customizer"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Retry | retry.annotation.Retry | b -> b.waitDuration(Duration.ofMillis(5)) |"
                        + " .baseDelay(Duration.ofMillis(5)).backoff(BackoffStrategy.CONSTANT).jitter(Jitter.NONE)",
                "Retry | retry.annotation.Retry | b -> b.waitDuration(LONG) |"
                        + " .baseDelay(LONG).maxDelay(LONG).backoff(BackoffStrategy.CONSTANT).jitter(Jitter.NONE)",
                "Retry | retry.annotation.Retry | b -> { b.maxAttempts(2); b.ignoreExceptions(Error.class); } |"
                        + " .maxAttempts(2).ignoreExceptions(Error.class)",
                "CircuitBreaker | circuitbreaker.annotation.CircuitBreaker |"
                        + " b -> b.failureRateThreshold(20).minimumNumberOfCalls(2) |"
                        + " .failureRateThreshold(20).minimumCalls(2)",
                "CircuitBreaker | circuitbreaker.annotation.CircuitBreaker |"
                        + " b -> b.recordExceptions(Throwable.class).permittedNumberOfCallsInHalfOpenState(4) |"
                        + " .exceptions(Exception.class).successThreshold(4).halfOpenMaxCalls(4)",
                "RateLimiter | ratelimiter.annotation.RateLimiter | b -> b.limitForPeriod(7) | .limit(7)",
                "TimeLimiter | timelimiter.annotation.TimeLimiter | b -> b.timeoutDuration(LONG) | .duration(LONG)",
            })
    void settingsOfACustomizerShouldBeTranslated(String pattern, String annotation, String change, String here) {
        Project after = new Project()
                .with("src/main/java/Calls.java", CALLS.formatted(annotation, pattern))
                .with(
                        SETTINGS,
                        bean("RetryConfigCustomizer.of(\"audit\", " + change + ")")
                                .replace("RetryConfigCustomizer", pattern + "ConfigCustomizer")
                                .replace("common.retry.", "common." + pattern.toLowerCase() + "."))
                .after(new FromResilience4j(null));

        assertThat(after.files().get(SETTINGS))
                .contains("? config.toBuilder()" + here + ".build()")
                .doesNotContain("resilience4j");
    }

    @Test
    void dependencyShouldBeReplacedWithTheLastCustomizer() {
        Project after = with(bean("RetryConfigCustomizer.of(\"audit\", b -> b.maxAttempts(5))"))
                .with("pom.xml", Poms.pom("shop", Poms.RESILIENCE4J))
                .after(new FromResilience4j(null));

        assertThat(after.files().get("pom.xml"))
                .contains("resilience-spring-boot-starter")
                .doesNotContain("resilience4j");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "RetryConfigCustomizer.of(\"audit\", b -> b.retryOnException(e -> true)) | .failure(e -> true).build()",
                "RetryConfigCustomizer.of(\"audit\", b -> b.maxAttempts(5).failAfterMaxAttempts(true)) |"
                        + " .maxAttempts(5).onExhausted(OnExhausted.WRAP).build()",
                "RetryConfigCustomizer.of(\"audit\", b -> change(b)) | config.toBuilder()….build()",
            })
    void customizerThatStaysShouldBeListedForItsInstance(String body, String code) {
        Project after = moved(bean(body));

        assertThat(after.files().get(SETTINGS)).isEqualTo(bean(body));
        assertThat(after.left())
                .anySatisfy(left -> assertThat(left)
                        .contains("RetryConfigCustomizer.of(\"audit\", …): Annotations have the name audit, too.")
                        .contains("this customizer has no effect on it.")
                        .contains(code));
    }

    @Test
    void customizerShouldStayWhereCodeHasTheInstance() {
        Project after = with(bean("RetryConfigCustomizer.of(\"audit\", b -> b.maxAttempts(5))"))
                .with("src/main/java/Direct.java", """
                    import io.github.resilience4j.retry.RetryRegistry;

                    class Direct {
                        Object retry(RetryRegistry retries) {
                            return retries.retry("audit");
                        }
                    }
                    """)
                .after(new FromResilience4j(null));

        assertThat(after.files().get(SETTINGS)).contains("RetryConfigCustomizer auditRetry()");
        assertThat(after.left())
                .anySatisfy(left -> assertThat(left)
                        .contains("Settings.java RetryConfigCustomizer.of(\"audit\", …): Annotations have the name"));
    }

    @Test
    void customizerShouldBeTranslatedBesideCodeForAnother() {
        Project after = with(bean("RetryConfigCustomizer.of(\"audit\", b -> b.maxAttempts(5))"))
                .with("src/main/java/Direct.java", """
                    import io.github.resilience4j.retry.RetryRegistry;

                    class Direct {
                        Object retry(RetryRegistry retries) {
                            return retries.retry("shipping");
                        }
                    }
                    """)
                .after(new FromResilience4j(null));

        assertThat(after.files().get(SETTINGS)).contains("ConfigCustomizer<RetryConfig> auditRetry()");
    }

    @Test
    void customizerOfAnInstanceWithoutAnnotationsShouldStay() {
        String code = bean("RetryConfigCustomizer.of(\"other\", b -> b.maxAttempts(5))");

        Project after = moved(code);

        assertThat(after.files().get(SETTINGS)).isEqualTo(code);
        assertThat(after.left()).noneSatisfy(left -> assertThat(left).contains("Annotations have"));
    }

    @Test
    void customizerShouldStayWhereItsNameIsTaken() {
        String code = bean("RetryConfigCustomizer.of(\"audit\", b -> b.maxAttempts(5))")
                .replace("class Settings {", "class Settings {\n    static class RetryConfig {}\n");

        Project after = moved(code);

        assertThat(after.files().get(SETTINGS)).isEqualTo(code);
    }

    @Test
    void customizerThatIsAClassShouldBeListedForItsInstance() {
        Project after = moved("""
            import io.github.resilience4j.common.retry.configuration.RetryConfigCustomizer;
            import io.github.resilience4j.retry.RetryConfig;

            class Audit implements RetryConfigCustomizer {
                @Override
                public void customize(RetryConfig.Builder builder) {
                    builder.maxAttempts(5);
                }

                @Override
                public String name() {
                    return "audit";
                }
            }
            """);

        assertThat(after.left())
                .anySatisfy(left -> assertThat(left)
                        .contains("Settings.java Audit: Annotations have the name audit, too.")
                        .contains("this customizer has no effect on it"));
    }

    @Test
    void consumerOfARegistryShouldBeListedWithTheInstances() {
        Project after = moved("""
            import io.github.resilience4j.core.registry.RegistryEventConsumer;
            import io.github.resilience4j.retry.Retry;

            class Settings {
                RegistryEventConsumer<Retry> retries() {
                    return new RegistryEventConsumer<>() {
                    };
                }
            }
            """);

        assertThat(after.left())
                .anySatisfy(left -> assertThat(left)
                        .contains("Settings.java RegistryEventConsumer<Retry>: Annotations have the name audit, too.")
                        .contains("it does not get them"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "retries.find(\"audit\") | Annotations have the name audit, too. Their instance",
                "retries.getAllRetries() | Annotations have the name audit, too. Their instances",
                "retries.getEventPublisher() | Annotations have the name audit, too. Their instances",
            })
    void registryWithoutTheInstancesShouldBeListed(String call, String reason) {
        Project after = moved("""
            import io.github.resilience4j.retry.RetryRegistry;

            class Settings {
                Object all(RetryRegistry retries) {
                    return %s;
                }
            }
            """.formatted(call));

        assertThat(after.left()).anySatisfy(left -> assertThat(left).contains("Settings.java " + call + ": " + reason));
    }

    /** What a size counts, the configuration decides. */
    @Test
    void windowWithoutItsTypeShouldStay() {
        Project after = new Project()
                .with(
                        "src/main/java/Calls.java",
                        CALLS.formatted("circuitbreaker.annotation.CircuitBreaker", "CircuitBreaker"))
                .with(
                        SETTINGS,
                        bean("RetryConfigCustomizer.of(\"audit\", b -> b.slidingWindowSize(2))")
                                .replace("RetryConfigCustomizer", "CircuitBreakerConfigCustomizer"))
                .after(new FromResilience4j(null));

        assertThat(after.files().get(SETTINGS)).contains("return CircuitBreakerConfigCustomizer.of(");
        assertThat(after.left()).anySatisfy(left -> assertThat(left).contains("audit, too.", ".windowSize(2).build()"));
    }

    @Test
    void classThatIsImportedShouldNotBeImportedAgain() {
        Project after = moved(bean("RetryConfigCustomizer.of(\"audit\", b -> b.waitDuration(Duration.ofMillis(5)))"));

        assertThat(after.files().get(SETTINGS)).containsOnlyOnce("import java.time.Duration;");
    }

    @Test
    void customizerOfTheDefaultOfAPlaceholderShouldBeTranslated() {
        Project after = new Project()
                .with("src/main/java/Calls.java", RETRIES.replace("\"audit\"", "\"${app.audit:audit}\""))
                .with(SETTINGS, bean("RetryConfigCustomizer.of(\"audit\", b -> b.maxAttempts(5))"))
                .after(new FromResilience4j(null));

        assertThat(after.files().get(SETTINGS)).contains("ConfigCustomizer<RetryConfig> auditRetry()");
    }
}
