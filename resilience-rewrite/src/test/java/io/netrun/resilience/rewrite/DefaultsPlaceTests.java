package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What keeps the behaviour is written where it always counts. */
class DefaultsPlaceTests {

    private static final String MAIN = "src/main/resources/application.yml";

    private static final String RETHROW = "on-exhausted: rethrow";

    private static final String RETHROWN = "resilience.retry.defaults.on-exhausted=rethrow";

    private static final String SETTING = "resilience4j.retry.instances.a.maxAttempts=2\n";

    private static final String SETTINGS = """
        resilience4j:
          retry:
            instances:
              a:
                maxAttempts: 2
        """;

    private static final String RETRIED = """
        import io.github.resilience4j.retry.annotation.Retry;

        class Calls {
            @Retry(name = "a")
            public void call() {
            }
        }
        """;

    private static final String APPLICATION = """
        import org.springframework.boot.autoconfigure.SpringBootApplication;

        @SpringBootApplication
        class App {
        }
        """;

    private static Project project() {
        return new Project().with("src/main/java/Calls.java", RETRIED);
    }

    private static Project moved(Project project) {
        return project.after(new FromResilience4j(true));
    }

    /** The paths of the files with the defaults. */
    private static List<String> homes(Project project) {
        return project.files().entrySet().stream()
                .filter(file ->
                        file.getValue().contains(RETHROW) || file.getValue().contains(RETHROWN))
                .map(Map.Entry::getKey)
                .toList();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "src/main/resources/conf/x.properties",
                "src/main/resources/a.properties",
                "src/main/resources/conf/application.properties",
                "src/main/resources/bootstrap.properties",
                "src/main/resources/application-dev.properties"
            })
    void fileThatMayNotBeReadShouldNotHaveThem(String path) {
        Project before = project()
                .with(path, SETTING)
                .with(MAIN, SETTINGS + "---\nspring.config.activate.on-profile: fast\n" + SETTINGS);

        assertThat(homes(moved(before))).containsExactly(MAIN);
    }

    @Test
    void secondYamlFileShouldNotHaveThem() {
        Project before = project()
                .with("src/main/resources/conf/x.properties", SETTING)
                .with("src/main/resources/conf/limits.yml", SETTINGS)
                .with(MAIN, "spring.config.import: classpath:conf/limits.yml\n");

        assertThat(homes(moved(before))).containsExactly(MAIN);
    }

    @Test
    void firstDocumentWithoutAConditionShouldHaveThem() {
        Project before = project().with(MAIN, """
            spring.config.activate.on-cloud-platform: kubernetes
            resilience4j.retry.instances.a.maxAttempts: 4
            ---
            server.port: 0
            """);

        assertThat(moved(before).files().get(MAIN)).contains("""
            server.port: 0

            resilience:
              retry:
                defaults:
            """);
    }

    @Test
    void activeProfilesShouldBeNoCondition() {
        Project before = project().with(MAIN, "spring:\n  profiles:\n    active: dev\n" + SETTINGS);

        assertThat(homes(moved(before))).containsExactly(MAIN);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "spring.config.activate.on-profile: dev\n",
                "spring:\n  config:\n    activate:\n      on-cloud-platform: heroku\n",
                "spring.profiles: dev\n"
            })
    void fileWithConditionsAloneShouldBeginWithThem(String condition) {
        Project after = moved(project().with(MAIN, condition + SETTINGS));

        assertThat(after.files().get(MAIN))
                .startsWith("resilience:\n  retry:\n    defaults:\n")
                .containsOnlyOnce(RETHROW)
                .contains("---\n" + condition);
    }

    @Test
    void propertiesWithConditionsAloneShouldBeginWithThem() {
        String path = "src/main/resources/application.properties";
        Project after = moved(project().with(path, "spring.config.activate.on-profile=dev\n" + SETTING));

        assertThat(after.files().get(path))
                .startsWith("resilience.retry.defaults.")
                .containsOnlyOnce(RETHROWN)
                .contains("\n#---\nspring.config.activate.on-profile=dev\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "# nothing yet\n", "---\n", "---\n# nothing yet"})
    void emptyFileShouldHaveThem(String text) {
        Project after = moved(project().with(MAIN, text));

        assertThat(after.files()).hasSize(2);
        assertThat(after.files().get(MAIN)).contains(RETHROW).contains(text.contains("#") ? "# nothing yet\n" : "");
    }

    @Test
    void emptyPropertiesShouldHaveThem() {
        String path = "src/main/resources/application.properties";

        assertThat(homes(moved(project().with(path, "# nothing yet\n")))).containsExactly(path);
    }

    @Test
    void configDirectoryShouldCount() {
        String path = "src/main/resources/config/application.yml";

        assertThat(homes(moved(project().with(path, SETTINGS)))).containsExactly(path);
    }

    @ParameterizedTest
    @ValueSource(strings = {"application-dev.yml", "conf/x.yml", "bootstrap.yml"})
    void fileShouldBeCreatedWhereNoneIsAlwaysRead(String other) {
        Project after = moved(project().with("src/main/resources/" + other, SETTINGS));

        assertThat(homes(after)).containsExactly(MAIN);
    }

    @Test
    void createdFileShouldBeOfTheKindThatIsThere() {
        Project after = moved(project().with("src/main/resources/application-dev.properties", SETTING));

        assertThat(homes(after)).containsExactly("src/main/resources/application.properties");
    }

    @Test
    void testFileThatHidesTheMainOneShouldHaveThem() {
        String hiding = "src/test/resources/application.yml";
        Project before = project()
                .with(MAIN, SETTINGS)
                .with(hiding, "server.port: 0\n")
                .with("src/test/resources/application-it.yml", SETTINGS)
                .with("src/test/resources/other.properties", SETTING);

        assertThat(homes(moved(before))).containsExactlyInAnyOrder(MAIN, hiding);
    }

    @Test
    void testFileThatHidesNoneShouldNotHaveThem() {
        Project before = project().with(MAIN, SETTINGS).with("src/test/resources/application.properties", SETTING);

        assertThat(homes(moved(before))).containsExactly(MAIN);
    }

    @Test
    void testFileThatHidesTheCreatedOneShouldHaveThem() {
        String hiding = "src/test/resources/application.yml";

        assertThat(homes(moved(project().with(hiding, SETTINGS)))).containsExactlyInAnyOrder(MAIN, hiding);
    }

    @Test
    void valueOfAFileThatMayNotBeReadShouldStayThere() {
        Project after = moved(project()
                .with(MAIN, SETTINGS)
                .with("src/main/resources/a.yml", "resilience4j.retry.configs.default.maxAttempts: 9\n"));

        assertThat(after.files().get(MAIN)).contains(RETHROW).doesNotContain("9");
        assertThat(after.files().get("src/main/resources/a.yml")).contains("max-attempts: 9");
    }

    @Test
    void sharedConfigurationOfSuchAFileShouldCountInIt() {
        Project after = moved(project()
                .with(MAIN, "resilience4j.retry.instances.a.baseConfig: shared\n")
                .with("src/main/resources/a.yml", "resilience4j.retry.configs.shared.maxAttempts: 9\n"));

        assertThat(after.files().get("src/main/resources/a.yml")).isEqualTo("""
            resilience:
              retry:
                instances:
                  a:
                    max-attempts: 9
            """);
    }

    @Test
    void sharedConfigurationOfAnImportedFileShouldCount() {
        Project after = moved(project()
                .with(
                        MAIN,
                        "spring.config.import:\n  - optional:classpath:/conf/a.yml\n"
                                + "resilience4j.retry.instances.a.baseConfig: shared\n")
                .with("src/main/resources/conf/a.yml", "resilience4j.retry.configs.shared.maxAttempts: 9\n"));

        assertThat(homes(after)).containsExactly(MAIN);
        assertThat(String.join("", after.files().values())).containsOnlyOnce("max-attempts: 9");
    }

    @Test
    void repositoryOfConfigurationsShouldHaveThemInEachFile() {
        Project after = moved(new Project()
                .with("config/orders.yml", SETTINGS)
                .with("config/orders-dev.yml", SETTINGS)
                .with("config/prices.yml", SETTINGS));

        assertThat(homes(after)).containsExactly("config/orders.yml", "config/prices.yml");
    }

    @Test
    void applicationShouldHaveThoseOfItsLibraries() {
        Project after = moved(new Project()
                .with("core/pom.xml", Poms.pom("orders-core"))
                .with("core/src/main/java/Calls.java", RETRIED)
                .with("between/pom.xml", Poms.pom("between", Poms.module("orders-core")))
                .with("web/pom.xml", Poms.pom("web", Poms.module("between")))
                .with("web/src/main/resources/application.yml", "server.port: 0\n")
                .with("batch/pom.xml", Poms.pom("batch", Poms.module("orders-core")))
                .with("batch/src/main/java/App.java", APPLICATION)
                .with("other/pom.xml", Poms.pom("other", Poms.module("spring-core")))
                .with("other/src/main/resources/application.yml", "server.port: 0\n"));

        assertThat(homes(after))
                .containsExactlyInAnyOrder(
                        "web/src/main/resources/application.yml", "batch/src/main/resources/application.yml");
    }

    @Test
    void fileOfAnotherModuleShouldNotBeHiddenByANewOne() {
        Project after = moved(new Project()
                .with("settings/pom.xml", Poms.pom("settings"))
                .with("settings/src/main/resources/application.yml", SETTINGS)
                .with("core/pom.xml", Poms.pom("core", Poms.module("spring-core")))
                .with("core/src/main/java/Calls.java", RETRIED)
                .with("app/pom.xml", Poms.pom("app", Poms.module("core"), Poms.module("settings")))
                .with("app/src/main/java/App.java", APPLICATION));

        assertThat(homes(after)).containsExactly("settings/src/main/resources/application.yml");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "implementation project(':order-core')",
                "implementation(project(path: ':order-core'))",
                "implementation(project(\":order-core\"))",
                "implementation(projects.orderCore)"
            })
    void applicationOfGradleShouldHaveThoseOfItsLibraries(String dependency) {
        Project after = moved(new Project()
                .with("order-core/src/main/java/Calls.java", RETRIED)
                .with("web/build.gradle", "dependencies {\n    " + dependency + "\n}\n")
                .with("web/src/main/resources/application.yml", "server.port: 0\n"));

        assertThat(homes(after)).contains("web/src/main/resources/application.yml");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "class A { String name = \"spring.config.name=orders\"; }",
                "class A { String name = \"--spring.config.location=file:/etc/\"; }"
            })
    void otherNameOfTheConfigurationShouldBeListed(String source) {
        assertThat(moved(project().with("src/main/java/A.java", source)).left())
                .anySatisfy(row -> assertThat(row).startsWith("src/main/java/A.java spring.config."));
    }

    @Test
    void settingOfSpringRetryShouldBeInTheSamePlaces() {
        String condition = "spring.config.activate.on-profile: dev\n";
        Project after = new Project()
                .with(MAIN, condition)
                .with("src/main/resources/conf/application.properties", "a=b\n")
                .with("src/test/resources/application.yml", "# none\n")
                .with("src/main/java/Calls.java", """
                    import org.springframework.retry.annotation.Retryable;

                    class Calls {
                        @Retryable(maxAttemptsExpression = "${calls.attempts}")
                        public void call() {
                        }
                    }
                    """)
                .after(new FromSpringRetry(true));

        String setting = """
            resilience:
              retry:
                instances:
                  "[Calls.call]":
                    max-attempts: ${calls.attempts}
            """;
        assertThat(after.files())
                .containsEntry(MAIN, setting + "---\n" + condition)
                .containsEntry("src/main/resources/conf/application.properties", "a=b\n")
                .containsEntry("src/test/resources/application.yml", "# none\n" + setting);
    }

    @Test
    void settingOfSpringRetryShouldBeInTheApplicationToo() {
        Project after = new Project()
                .with("core/pom.xml", Poms.pom("orders-core"))
                .with("core/src/main/java/Calls.java", """
                    import org.springframework.retry.annotation.Retryable;

                    class Calls {
                        @Retryable(maxAttemptsExpression = "${calls.attempts}")
                        public void call() {
                        }
                    }
                    """)
                .with("web/pom.xml", Poms.pom("web", Poms.module("orders-core")))
                .with("web/src/main/resources/application.properties", "calls.attempts=4\n")
                .after(new FromSpringRetry(true));

        assertThat(after.files().get("web/src/main/resources/application.properties"))
                .isEqualTo("calls.attempts=4\n"
                        + "resilience.retry.instances[Calls.call].max-attempts=${calls.attempts}\n");
    }

    @Test
    void settingThatCodeOfALibraryNeedsShouldStay() {
        Project after = moved(new Project()
                .with("core/pom.xml", Poms.pom("orders-core"))
                .with("core/src/main/java/Calls.java", RETRIED)
                .with("core/src/main/java/Breakers.java", """
                    import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;

                    class Breakers {
                        Breakers(CircuitBreakerRegistry registry) {
                        }
                    }
                    """)
                .with("web/pom.xml", Poms.pom("web", Poms.module("orders-core")))
                .with("web/src/main/resources/application.yml", SETTINGS));

        assertThat(after.files().get("web/src/main/resources/application.yml"))
                .contains(RETHROW)
                .contains("maxAttempts: 2")
                .contains("max-attempts: 2");
    }

    @Test
    void threadPoolOfALibraryShouldMakeTheApplicationAsynchronous() {
        Project after = moved(new Project()
                .with("core/pom.xml", Poms.pom("orders-core"))
                .with("core/src/main/java/Calls.java", """
                    import io.github.resilience4j.bulkhead.annotation.Bulkhead;
                    import java.util.concurrent.CompletableFuture;

                    class Calls {
                        @Bulkhead(name = "a", type = Bulkhead.Type.THREADPOOL)
                        public CompletableFuture<String> call() {
                            return null;
                        }
                    }
                    """)
                .with("web/pom.xml", Poms.pom("web", Poms.module("orders-core")))
                .with("web/src/main/java/App.java", APPLICATION));

        assertThat(after.files().get("web/src/main/java/App.java")).contains("@EnableAsync");
    }
}
