package io.netrun.resilience.rewrite;

import static org.openrewrite.java.Assertions.java;
import static org.openrewrite.java.Assertions.srcMainJava;
import static org.openrewrite.java.Assertions.srcMainResources;
import static org.openrewrite.properties.Assertions.properties;
import static org.openrewrite.test.SourceSpecs.text;
import static org.openrewrite.xml.Assertions.xml;
import static org.openrewrite.yaml.Assertions.yaml;

import org.junit.jupiter.api.Test;
import org.openrewrite.test.RecipeSpec;
import org.openrewrite.test.RewriteTest;
import org.openrewrite.test.TypeValidation;

/** Files whose lines end as those of Windows. */
class LineEndTests implements RewriteTest {

    private static final String RETRIED = """
            import io.github.resilience4j.retry.annotation.Retry;
            import java.io.IOException;

            class Calls {
                /*
                 * Twice.
                 */
                @Retry(name = "a", fallbackMethod = "none")
                public String call() {
                    return "";
                }

                private String none(Exception e) {
                    return "";
                }
            }
            """;

    private static final String MOVED = """
            import io.netrun.resilience.annotation.Fallback;
            import io.netrun.resilience.annotation.Retry;
            import java.io.IOException;

            class Calls {
                /*
                 * Twice.
                 */
                @Retry(name = "a")
                @Fallback(method = "none")
                public String call() {
                    return "";
                }

                private String none(Exception e) {
                    return "";
                }
            }
            """;

    @Override
    public void defaults(RecipeSpec spec) {
        spec.recipe(new FromResilience4j(false)).parser(Stubs.parser()).typeValidationOptions(TypeValidation.none());
    }

    private static String windows(String text) {
        return text.replace("\n", "\r\n");
    }

    @Test
    void javaShouldKeepThem() {
        rewriteRun(srcMainJava(java(windows(RETRIED), windows(MOVED))));
    }

    @Test
    void yamlShouldKeepThem() {
        rewriteRun(srcMainResources(yaml(
                windows("""
                    server:
                      port: 0
                    # calls
                    resilience4j.retry.instances:
                      a:
                        maxAttempts: 4 # four
                      b:
                        waitDuration: 1s
                    spring: {}
                    """),
                windows("""
                    server:
                      port: 0
                    resilience:
                      retry:
                        # calls
                        instances:
                          a:
                            max-attempts: 4 # four
                          b:
                            base-delay: 1s
                    spring: {}
                    """),
                source -> source.path("application.yml").noTrim())));
    }

    @Test
    void propertiesShouldKeepThemAndTheirFurtherLines() {
        rewriteRun(srcMainResources(properties(
                windows("""
                    server.port=0
                    # which
                    resilience4j.retry.instances.a.retryExceptions=java.io.IOException,\\
                        java.lang.IllegalStateException
                    mine=a,\\
                        b
                    resilience4j.retry.instances.a.maxAttempts=4
                    """),
                windows("""
                    server.port=0
                    # which
                    resilience.retry.instances.a.exceptions=java.io.IOException, java.lang.IllegalStateException
                    mine=a,\\
                        b
                    resilience.retry.instances.a.max-attempts=4
                    """),
                source -> source.path("application.properties").noTrim())));
    }

    @Test
    void settingsThatAnnotationsHadShouldHaveThem() {
        rewriteRun(
                spec -> spec.recipe(new FromSpringRetry(false)),
                srcMainJava(java(windows("""
                            import org.springframework.retry.annotation.Retryable;

                            class Calls {
                                @Retryable(maxAttemptsExpression = "${calls}")
                                public void call() {
                                }
                            }
                            """), windows("""
                            import io.netrun.resilience.annotation.Retry;

                            class Calls {
                                @Retry
                                public void call() {
                                }
                            }
                            """))),
                srcMainResources(properties(
                        "calls=3\r\n# more\r\nmine=a,\\\r\n  b\r\n",
                        "calls=3\r\n# more\r\nmine=a,\\\r\n  b\r\n"
                                + "resilience.retry.instances[Calls.call].max-attempts=${calls}\r\n",
                        source -> source.path("application.properties").noTrim())));
    }

    @Test
    void buildsShouldKeepThem() {
        rewriteRun(
                srcMainJava(java(windows(RETRIED), windows(MOVED))),
                xml(windows("""
                            <project>
                                <dependencies>
                                    <dependency>
                                        <groupId>io.github.resilience4j</groupId>
                                        <artifactId>resilience4j-spring-boot3</artifactId>
                                        <version>2.3.0</version>
                                    </dependency>
                                </dependencies>
                            </project>
                            """), windows("""
                            <project>
                                <dependencies>
                                    <dependency>
                                        <groupId>io.netrun.resilience</groupId>
                                        <artifactId>resilience-spring-boot-starter</artifactId>
                                        <version>0.1.0-SNAPSHOT</version>
                                    </dependency>
                                </dependencies>
                            </project>
                            """), source -> source.path("pom.xml").noTrim()),
                text(
                        "dependencies {\r\n    implementation 'io.github.resilience4j:resilience4j-spring-boot3:2.3.0'\r\n}\r\n",
                        "dependencies {\r\n    implementation 'io.netrun.resilience:resilience-spring-boot-starter:0.1.0-SNAPSHOT'\r\n}\r\n",
                        source -> source.path("build.gradle").noTrim()));
    }
}
