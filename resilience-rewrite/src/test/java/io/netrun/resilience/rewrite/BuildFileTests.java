package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.openrewrite.java.Assertions.java;
import static org.openrewrite.java.Assertions.srcMainJava;
import static org.openrewrite.properties.Assertions.properties;
import static org.openrewrite.test.SourceSpecs.text;
import static org.openrewrite.xml.Assertions.xml;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.openrewrite.test.RecipeSpec;
import org.openrewrite.test.RewriteTest;
import org.openrewrite.test.TypeValidation;

class BuildFileTests implements RewriteTest {

    private static final String VERSION = "0.1.0-SNAPSHOT";

    @Override
    public void defaults(RecipeSpec spec) {
        spec.recipe(new FromResilience4j(false)).parser(Stubs.parser()).typeValidationOptions(TypeValidation.none());
    }

    @Test
    void dependenciesOfAPomShouldBecomeTheStarter() {
        rewriteRun(xml("""
            <project>
                <dependencies>
                    <!-- protection -->
                    <dependency>
                        <groupId>io.github.resilience4j</groupId>
                        <artifactId>resilience4j-spring-boot3</artifactId>
                        <version>${resilience4j.version}</version>
                    </dependency>
                    <dependency>
                        <groupId>io.github.resilience4j</groupId>
                        <artifactId>resilience4j-reactor</artifactId>
                    </dependency>
                    <dependency>
                        <groupId>org.springframework.boot</groupId>
                        <artifactId>spring-boot-starter-web</artifactId>
                    </dependency>
                </dependencies>
            </project>
            """, """
                <project>
                    <dependencies>
                        <!-- protection -->
                        <dependency>
                            <groupId>io.netrun.resilience</groupId>
                            <artifactId>resilience-spring-boot-starter</artifactId>
                            <version>%s</version>
                        </dependency>
                        <dependency>
                            <groupId>org.springframework.boot</groupId>
                            <artifactId>spring-boot-starter-web</artifactId>
                        </dependency>
                    </dependencies>
                </project>
                """.formatted(VERSION), source -> source.path("pom.xml")));
    }

    @Test
    void blankLineBeforeADependencyShouldStayOne() {
        rewriteRun(xml("""
            <project>
                <dependencies>

                    <dependency>
                        <groupId>io.github.resilience4j</groupId>
                        <artifactId>resilience4j-retry</artifactId>
                    </dependency>
                </dependencies>
            </project>
            """, """
                <project>
                    <dependencies>

                        <dependency>
                            <groupId>io.netrun.resilience</groupId>
                            <artifactId>resilience-core</artifactId>
                            <version>%s</version>
                        </dependency>
                    </dependencies>
                </project>
                """.formatted(VERSION), source -> source.path("pom.xml")));
    }

    @Test
    void importedVersionsShouldBecomeThoseOfThisLibrary() {
        rewriteRun(xml("""
            <project>
                <dependencyManagement>
                    <dependencies>
                        <dependency>
                            <groupId>io.github.resilience4j</groupId>
                            <artifactId>resilience4j-bom</artifactId>
                            <version>2.3.0</version>
                            <type>pom</type>
                            <scope>import</scope>
                        </dependency>
                    </dependencies>
                </dependencyManagement>
            </project>
            """, """
                <project>
                    <dependencyManagement>
                        <dependencies>
                            <dependency>
                                <groupId>io.netrun.resilience</groupId>
                                <artifactId>resilience-bom</artifactId>
                                <version>%s</version>
                                <type>pom</type>
                                <scope>import</scope>
                            </dependency>
                        </dependencies>
                    </dependencyManagement>
                </project>
                """.formatted(VERSION), source -> source.path("pom.xml")));
    }

    @Test
    void dependencyThatCodeStillNeedsShouldStay() {
        rewriteRun(xml("""
            <project>
                <dependencies>
                    <dependency>
                        <groupId>io.github.resilience4j</groupId>
                        <artifactId>resilience4j-spring-boot3</artifactId>
                        <version>2.3.0</version>
                    </dependency>
                </dependencies>
            </project>
            """, """
                <project>
                    <dependencies>
                        <dependency>
                            <groupId>io.netrun.resilience</groupId>
                            <artifactId>resilience-spring-boot-starter</artifactId>
                            <version>%s</version>
                        </dependency>
                        <dependency>
                            <groupId>io.github.resilience4j</groupId>
                            <artifactId>resilience4j-spring-boot3</artifactId>
                            <version>2.3.0</version>
                        </dependency>
                    </dependencies>
                </project>
                """.formatted(VERSION), source -> source.path("pom.xml")), srcMainJava(java("""
                    import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;

                    class Breakers {
                        Breakers(CircuitBreakerRegistry registry) {
                        }
                    }
                    """)));
    }

    @Test
    void dependenciesOfAGroovyScriptShouldBecomeTheStarter() {
        rewriteRun(text("""
            dependencies {
                implementation "io.github.resilience4j:resilience4j-spring-boot3:${resilience4jVersion}"
                implementation "io.github.resilience4j:resilience4j-reactor:${resilience4jVersion}"
                implementation 'org.springframework.boot:spring-boot-starter-aop'
                testImplementation group: 'io.github.resilience4j', name: 'resilience4j-circuitbreaker', version: '2.1.0'
            }
            """, """
                dependencies {
                    implementation "io.netrun.resilience:resilience-spring-boot-starter:%1$s"
                    implementation "io.netrun.resilience:resilience-core:%1$s"
                    implementation 'org.springframework.boot:spring-boot-starter-aop'
                    testImplementation "io.netrun.resilience:resilience-core:%1$s"
                }
                """.formatted(VERSION), source -> source.path("build.gradle")));
    }

    @Test
    void dependenciesOfAKotlinScriptShouldBecomeTheStarter() {
        rewriteRun(text("""
            dependencies {
                implementation("org.springframework.cloud:spring-cloud-starter-circuitbreaker-resilience4j")
                implementation("io.github.resilience4j:resilience4j-spring-boot3:2.2.0")
            }
            """, """
                dependencies {
                    implementation("io.netrun.resilience:resilience-spring-boot-starter:%s")
                }
                """.formatted(VERSION), source -> source.path("build.gradle.kts")));
    }

    @Test
    void springFramework7ShouldGetTheStarterAdded() {
        rewriteRun(
                spec -> spec.recipe(new FromSpringFramework7(false)),
                xml("""
                    <project>
                        <dependencies>
                            <dependency>
                                <groupId>org.springframework.boot</groupId>
                                <artifactId>spring-boot-starter</artifactId>
                            </dependency>
                        </dependencies>
                    </project>
                    """, """
                        <project>
                            <dependencies>
                                <dependency>
                                    <groupId>org.springframework.boot</groupId>
                                    <artifactId>spring-boot-starter</artifactId>
                                </dependency>
                                <dependency>
                                    <groupId>io.netrun.resilience</groupId>
                                    <artifactId>resilience-spring-boot-starter</artifactId>
                                    <version>%s</version>
                                </dependency>
                            </dependencies>
                        </project>
                        """.formatted(VERSION), source -> source.path("pom.xml")),
                text("""
                    dependencies {
                        implementation 'org.springframework.boot:spring-boot-starter'
                    }
                    """, """
                        dependencies {
                            implementation "io.netrun.resilience:resilience-spring-boot-starter:%s"
                            implementation 'org.springframework.boot:spring-boot-starter'
                        }
                        """.formatted(VERSION), source -> source.path("build.gradle")),
                srcMainJava(java("""
                    import org.springframework.resilience.annotation.ConcurrencyLimit;

                    class Mail {
                        @ConcurrencyLimit(3)
                        void send() {
                        }
                    }
                    """, """
                    import io.netrun.resilience.annotation.Bulkhead;

                    class Mail {
                        @Bulkhead(maxConcurrent = 3)
                        void send() {
                        }
                    }
                    """)));
    }

    @Test
    void writtenVersionShouldBeThatOfTheSources() throws IOException {
        assertThat(Files.readString(Path.of("pom.xml"))).contains("<version>" + Dependencies.version() + "</version>");
    }

    @Test
    void propertiesShouldBeReplacedWhereTheyStand() {
        rewriteRun(
                spec -> spec.recipe(new FromResilience4j(true)),
                properties("""
                    server.port=8080

                    # Protection of the inventory
                    resilience4j.circuitbreaker.instances.inventory.registerHealthIndicator=true
                    resilience4j.circuitbreaker.instances.inventory.slidingWindowType=COUNT_BASED
                    resilience4j.circuitbreaker.instances.inventory.slidingWindowSize=5
                    resilience4j.circuitbreaker.instances.inventory.waitDurationInOpenState=5000
                    resilience4j.circuitbreaker.instances.inventory.record-exceptions[0]=java.io.IOException
                    resilience4j.circuitbreaker.instances.inventory.record-exceptions[1]=java.lang.IllegalStateException
                    # three seconds
                    resilience4j.timelimiter.instances.inventory.timeout-duration=3s
                    management.endpoints.web.exposure.include=health,circuitbreakers
                    """, """
                    server.port=8080

                    # Protection of the inventory
                    resilience.circuit-breaker.instances.inventory.detection=count-window
                    resilience.circuit-breaker.instances.inventory.window-size=5
                    resilience.circuit-breaker.instances.inventory.open-duration=5s
                    resilience.circuit-breaker.instances.inventory.exceptions=java.io.IOException,java.lang.IllegalStateException
                    # three seconds
                    resilience.timeout.instances.inventory.duration=3s
                    resilience.order=retry,circuit-breaker,rate-limiter,timeout,bulkhead
                    resilience.circuit-breaker.defaults.detection=count-window
                    resilience.circuit-breaker.defaults.minimum-calls=100
                    resilience.circuit-breaker.defaults.success-threshold=10
                    resilience.circuit-breaker.defaults.half-open-max-calls=10
                    resilience.circuit-breaker.defaults.half-open-max-duration=365d
                    resilience.circuit-breaker.defaults.exceptions=java.lang.Exception
                    resilience.timeout.defaults.duration=1s
                    management.endpoints.web.exposure.include=health,resilience
                    """, source -> source.path("src/main/resources/application.properties")));
    }
}
