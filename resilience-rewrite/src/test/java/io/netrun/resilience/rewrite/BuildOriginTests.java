package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Modules whose dependency on the other library is not written in their own build file. */
class BuildOriginTests {

    private static final String STARTER = "<artifactId>resilience-spring-boot-starter</artifactId>";

    private static final String CORE = "<artifactId>resilience-core</artifactId>";

    private static final String FOREIGN = dependency("io.github.resilience4j", "resilience4j-spring-boot3", "");

    private static final String RETRIED = """
        import io.github.resilience4j.retry.annotation.Retry;

        class Calls {
            @Retry(name = "orders")
            public void call() {
            }
        }
        """;

    private static final String REGISTRY = """
        import io.github.resilience4j.retry.RetryRegistry;

        class Registries {
            Registries(RetryRegistry registry) {
            }
        }
        """;

    private static final String HANDLER = """
        import io.github.resilience4j.circuitbreaker.CallNotPermittedException;

        class Handler {
            String handle(CallNotPermittedException e) {
                return "no";
            }
        }
        """;

    private static final String APPLICATION = "@SpringBootApplication\nclass App {\n}\n";

    private static String dependency(String group, String artifact, String more) {
        return """
                <dependency>
                    <groupId>%s</groupId>
                    <artifactId>%s</artifactId>
            %s    </dependency>
            """.formatted(group, artifact, more);
    }

    private static String pom(String artifact, String parent, String... dependencies) {
        String above = parent.isEmpty()
                ? "    <groupId>shop</groupId>\n"
                : "    <parent>\n        <groupId>shop</groupId>\n        <artifactId>" + parent
                        + "</artifactId>\n        <version>1</version>\n    </parent>\n";
        return "<project>\n" + above + "    <artifactId>" + artifact + "</artifactId>\n"
                + (dependencies.length == 0
                        ? ""
                        : "    <dependencies>\n" + String.join("", dependencies) + "    </dependencies>\n")
                + "</project>\n";
    }

    private static Project moved(Project project) {
        return project.after(new FromResilience4j(false));
    }

    private static String of(Project project, String path) {
        return project.files().getOrDefault(path, "");
    }

    @Test
    void annotationsOfATransitiveLibraryShouldGetTheStarter() {
        Project after = moved(new Project()
                .with("pom.xml", pom("app", "", dependency("corp", "corp-calls", "")))
                .with("src/main/java/Calls.java", RETRIED));

        assertThat(of(after, "pom.xml")).contains("corp-calls", STARTER);
    }

    @Test
    void libraryThatComesFromElsewhereShouldBeListed() {
        Project after = moved(new Project()
                .with("pom.xml", pom("app", "", dependency("corp", "corp-calls", "")))
                .with("src/main/java/Calls.java", RETRIED));

        assertThat(after.left()).anyMatch(row -> row.startsWith("pom.xml io.github.resilience4j: The build does not"));
    }

    @Test
    void pomWithoutDependenciesShouldGetSome() {
        String pom = """
            <project>
                <parent>
                    <groupId>corp</groupId>
                    <artifactId>corp-parent</artifactId>
                    <version>7</version>
                </parent>
                <artifactId>app</artifactId>
                <build>
                    <finalName>app</finalName>
                </build>
            </project>
            """;

        Project after = moved(new Project().with("pom.xml", pom).with("src/main/java/Calls.java", RETRIED));

        assertThat(of(after, "pom.xml")).contains("""
                </parent>
                <artifactId>app</artifactId>
                <dependencies>
                    <dependency>
                        <groupId>io.netrun.resilience</groupId>
                        <artifactId>resilience-spring-boot-starter</artifactId>
                        <version>0.1.0-SNAPSHOT</version>
                    </dependency>
                </dependencies>
                <build>
            """);
    }

    @Test
    void transitiveLibraryOfTestsShouldGetItForTests() {
        Project after = moved(new Project()
                .with("pom.xml", pom("app", "", dependency("corp", "corp-calls", "")))
                .with("src/test/java/Calls.java", RETRIED));

        assertThat(of(after, "pom.xml")).contains("<scope>test</scope>");
    }

    @Test
    void exceptionsOfATransitiveLibraryShouldGetTheCore() {
        Project after = moved(new Project()
                .with("pom.xml", pom("app", "", dependency("corp", "corp-calls", "")))
                .with("src/main/java/Handler.java", HANDLER));

        assertThat(of(after, "pom.xml")).contains(CORE);
    }

    @Test
    void dependencyOfAParentShouldBeEnough() {
        Project after = moved(new Project()
                .with("pom.xml", pom("shop", "", FOREIGN))
                .with("orders/pom.xml", pom("orders", "shop"))
                .with("orders/src/main/java/Calls.java", RETRIED));

        assertThat(of(after, "orders/pom.xml")).isEqualTo(pom("orders", "shop"));
    }

    @Test
    void dependencyOfAModuleShouldBeEnough() {
        String web = pom("web", "", dependency("shop", "core", ""));
        Project after = moved(new Project()
                .with("core/pom.xml", pom("core", "", FOREIGN))
                .with("web/pom.xml", web)
                .with("web/src/main/java/Calls.java", RETRIED));

        assertThat(of(after, "web/pom.xml")).isEqualTo(web);
    }

    @ParameterizedTest
    @ValueSource(strings = {"            <scope>test</scope>\n", "            <optional>true</optional>\n"})
    void dependencyThatIsNotTransitiveShouldNotBeEnough(String more) {
        Project after = moved(new Project()
                .with(
                        "core/pom.xml",
                        pom("core", "", dependency("io.github.resilience4j", "resilience4j-spring-boot3", more)))
                .with("web/pom.xml", pom("web", "", dependency("shop", "core", "")))
                .with("web/src/main/java/Calls.java", RETRIED));

        assertThat(of(after, "web/pom.xml")).contains(STARTER);
    }

    @Test
    void managedDependencyAloneShouldNotBeEnough() {
        String parent = "<project>\n    <groupId>shop</groupId>\n    <artifactId>shop</artifactId>\n"
                + "    <dependencyManagement>\n    <dependencies>\n" + FOREIGN
                + "    </dependencies>\n    </dependencyManagement>\n</project>\n";
        Project after = moved(new Project()
                .with("pom.xml", parent)
                .with("orders/pom.xml", pom("orders", "shop", dependency("corp", "corp-calls", "")))
                .with("orders/src/main/java/Calls.java", RETRIED));

        assertThat(of(after, "orders/pom.xml")).contains(STARTER);
    }

    @Test
    void artifactOfAnotherGroupShouldBeNoModule() {
        Project after = moved(new Project()
                .with("core/pom.xml", pom("core", "", FOREIGN))
                .with("web/pom.xml", pom("web", "", dependency("corp", "core", "")))
                .with("web/src/main/java/Calls.java", RETRIED));

        assertThat(of(after, "web/pom.xml")).contains(STARTER);
    }

    @Test
    void annotationsAloneInAnApplicationShouldGetTheStarter() {
        Project after = moved(new Project()
                .with("pom.xml", pom("app", "", dependency("io.github.resilience4j", "resilience4j-annotations", "")))
                .with("src/main/java/App.java", APPLICATION)
                .with("src/main/java/Calls.java", RETRIED));

        assertThat(of(after, "pom.xml")).contains(CORE, STARTER);
    }

    @Test
    void annotationsAloneInALibraryShouldGetTheCoreAlone() {
        Project after = moved(new Project()
                .with("pom.xml", pom("calls", "", dependency("io.github.resilience4j", "resilience4j-annotations", "")))
                .with("src/main/java/Calls.java", RETRIED));

        assertThat(of(after, "pom.xml")).contains(CORE).doesNotContain(STARTER);
    }

    @Test
    void parentBesideAModuleShouldKeepWhatItNeeds() {
        String app = pom("app", "parent").replace("<version>1</version>", "<relativePath>../parent</relativePath>");
        Project after = moved(new Project()
                .with("parent/pom.xml", pom("parent", "", FOREIGN))
                .with("app/pom.xml", app)
                .with("app/src/main/java/Registries.java", REGISTRY));

        assertThat(of(after, "parent/pom.xml")).contains("resilience4j-spring-boot3");
    }

    @Test
    void moduleShouldKeepWhatAnotherOneGetsFromIt() {
        Project after = moved(new Project()
                .with("core/pom.xml", pom("core", "", FOREIGN))
                .with("web/pom.xml", pom("web", "", dependency("shop", "core", "")))
                .with("web/src/main/java/Registries.java", REGISTRY));

        assertThat(of(after, "core/pom.xml")).contains("resilience4j-spring-boot3");
    }

    @Test
    void moduleWithALongerNameShouldKeepNothingOfAnother() {
        Project after = moved(new Project()
                .with("order/pom.xml", pom("order", "", FOREIGN))
                .with("order/src/main/java/Calls.java", RETRIED)
                .with("order-api/pom.xml", pom("order-api", "", FOREIGN))
                .with("order-api/src/main/java/Registries.java", REGISTRY));

        assertThat(of(after, "order/pom.xml")).contains(STARTER).doesNotContain("resilience4j-spring-boot3");
    }

    @Test
    void springRetryOfAnotherLibraryShouldGetTheStarter() {
        Project after = new Project()
                .with("pom.xml", pom("app", "", dependency("org.springframework.kafka", "spring-kafka", "")))
                .with("src/main/java/Mail.java", """
                    import org.springframework.retry.annotation.Retryable;

                    class Mail {
                        @Retryable
                        public void send() {
                        }
                    }
                    """)
                .after(new FromSpringRetry(false));

        assertThat(of(after, "pom.xml")).contains("spring-kafka", STARTER);
    }

    @Test
    void springFramework7WithoutDependenciesShouldGetSome() {
        Project after = new Project()
                .with("pom.xml", pom("shop", "", dependency("org.springframework.boot", "spring-boot-starter", "")))
                .with("mail/pom.xml", pom("mail", "shop"))
                .with("mail/src/main/java/Mail.java", """
                    import org.springframework.resilience.annotation.ConcurrencyLimit;

                    class Mail {
                        @ConcurrencyLimit(3)
                        public void send() {
                        }
                    }
                    """)
                .after(new FromSpringFramework7(false));

        assertThat(of(after, "mail/pom.xml")).contains(STARTER);
    }

    @Test
    void scriptShouldGetWhatComesFromElsewhere() {
        Project after = moved(new Project()
                .with("build.gradle", "dependencies {\n    implementation 'corp:corp-calls:1'\n}\n")
                .with("src/main/java/Calls.java", RETRIED));

        assertThat(of(after, "build.gradle"))
                .contains(
                        "    implementation \"io.netrun.resilience:resilience-spring-boot-starter:0.1.0-SNAPSHOT\"\n");
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {"plugins { java }, implementation", "apply(plugin = \"java\"), \"implementation\""})
    void scriptWithoutImplementationsShouldGetABlock(String plugins, String configuration) {
        Project after = moved(new Project()
                .with("build.gradle.kts", plugins + "\ndependencies {\n    api(\"corp:corp-calls:1\")\n}\n")
                .with("src/main/java/Calls.java", RETRIED));

        assertThat(of(after, "build.gradle.kts")).endsWith("""

            dependencies {
                %s("io.netrun.resilience:resilience-spring-boot-starter:0.1.0-SNAPSHOT")
            }
            """.formatted(configuration));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "build.gradle",
                "buildSrc/src/main/groovy/shop.java-conventions.gradle",
                "build-logic/src/main/kotlin/shop.conventions.gradle.kts",
                "gradle/shared.gradle"
            })
    void scriptOfAllModulesShouldBeEnough(String script) {
        String own = "dependencies {\n    implementation 'corp:core:1'\n}\n";
        Project after = moved(new Project()
                .with(script, """
                    subprojects {
                        dependencies {
                            implementation("io.github.resilience4j:resilience4j-spring-boot3:2.3.0")
                        }
                    }
                    """)
                .with("orders/build.gradle", own)
                .with("orders/src/main/java/Calls.java", RETRIED));

        assertThat(of(after, "orders/build.gradle")).isEqualTo(own);
    }

    @ParameterizedTest
    @ValueSource(strings = {"buildSrc/src/main/groovy/shop.java-conventions.gradle", "gradle/shared.gradle"})
    void scriptOfAllModulesShouldKeepWhatOneNeeds(String script) {
        Project after = moved(new Project()
                .with(script, """
                    dependencies {
                        implementation 'io.github.resilience4j:resilience4j-spring-boot3:2.3.0'
                    }
                    """)
                .with("orders/build.gradle", "plugins {\n    id 'shop.java-conventions'\n}\n")
                .with("orders/src/main/java/Registries.java", REGISTRY));

        assertThat(of(after, script)).contains("io.github.resilience4j:resilience4j-spring-boot3:2.3.0");
    }

    @Test
    void bundleOfACatalogShouldBeEnough() {
        String script = "dependencies {\n    implementation(libs.bundles.calls)\n}\n";
        Project after = moved(new Project()
                .with("gradle/libs.versions.toml", """
                    [libraries]
                    r4j = "io.github.resilience4j:resilience4j-spring-boot3:2.3.0"

                    [bundles]
                    calls = ["r4j"]
                    """)
                .with("build.gradle.kts", script)
                .with("src/main/java/Calls.java", RETRIED));

        assertThat(of(after, "build.gradle.kts")).isEqualTo(script);
    }

    @Test
    void coordinatesInASourceOfTheBuildShouldBeListed() {
        Project after = moved(new Project()
                .with("buildSrc/src/main/kotlin/Libs.kt", """
                    object Libs {
                        const val R4J = "io.github.resilience4j:resilience4j-spring-boot3:2.3.0"
                    }
                    """)
                .with("build.gradle.kts", "dependencies {\n    implementation(Libs.R4J)\n}\n")
                .with("src/main/java/Calls.java", RETRIED));

        assertThat(after.left())
                .contains("buildSrc/src/main/kotlin/Libs.kt line 2: const val R4J ="
                        + " \"io.github.resilience4j:resilience4j-spring-boot3:2.3.0\": Replace it by"
                        + " io.netrun.resilience:resilience-spring-boot-starter:0.1.0-SNAPSHOT.");
    }

    @Test
    void projectOfTheRootShouldNotBeOneOfTheSameName() {
        String script = "dependencies {\n    implementation project(':core')\n}\n";
        Project after = moved(new Project()
                .with("settings.gradle", "include ':core', ':tools:core', ':web'\n")
                .with("core/build.gradle", "dependencies {\n    api 'corp:core:1'\n}\n")
                .with("tools/core/build.gradle", """
                    dependencies {
                        api 'io.github.resilience4j:resilience4j-spring-boot3:2.3.0'
                    }
                    """)
                .with("web/build.gradle", script)
                .with("web/src/main/java/Calls.java", RETRIED));

        assertThat(of(after, "web/build.gradle")).contains("resilience-spring-boot-starter");
    }

    @Test
    void projectConfiguredInTheRootShouldHaveItsLibraries() {
        String web = "plugins {\n    id 'java'\n}\n";
        Project after = moved(new Project()
                .with("settings.gradle", "include 'core', 'web'\n")
                .with("build.gradle", """
                    project(':web') {
                        dependencies {
                            implementation project(':core')
                        }
                    }
                    """)
                .with("core/build.gradle", """
                    dependencies {
                        api 'io.github.resilience4j:resilience4j-spring-boot3:2.3.0'
                    }
                    """)
                .with("web/build.gradle", web)
                .with("web/src/main/java/Calls.java", RETRIED));

        assertThat(of(after, "web/build.gradle")).isEqualTo(web);
    }

    @ParameterizedTest
    @CsvSource({"org.aspectj.lang.ProceedingJoinPoint, 0", "org.springframework.aop.Advisor, 1"})
    void annotationsWithoutAspectjShouldBeListed(String type, int rows) {
        Project after = moved(new Project()
                .withTypes("io.github.resilience4j.retry.annotation.Retry", type)
                .with("pom.xml", pom("app", "", FOREIGN))
                .with("src/main/java/Calls.java", RETRIED));

        assertThat(after.left())
                .filteredOn(row -> row.startsWith("pom.xml annotations of resilience4j: AspectJ is not on"))
                .hasSize(rows);
    }
}
