package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openrewrite.Recipe;

/** Directories with a project of their own beneath the root of a run, whose sources the plugin does not parse. */
class ProjectsTests {

    private static final String POM = """
        <project>
            <modelVersion>4.0.0</modelVersion>
            <groupId>a</groupId>
            <artifactId>%s</artifactId>
            <version>1</version>
            %s
            <dependencies>
                <dependency>
                    <groupId>%s</groupId>
                    <artifactId>%s</artifactId>
                    <version>2.0.0</version>
                </dependency>
            </dependencies>
        </project>
        """;

    private static final String SCRIPT = """
        dependencies {
            implementation 'io.github.resilience4j:resilience4j-spring-boot3:2.3.0'
        }
        """;

    private static final String SETTINGS = """
        resilience4j:
          retry:
            instances:
              stock:
                max-attempts: 5
        """;

    private static final String CALLS = """
        import io.github.resilience4j.retry.annotation.Retry;

        class Calls {
            @Retry(name = "stock")
            public String ask() {
                return "";
            }
        }
        """;

    private static String pom(String artifact, String modules) {
        return POM.formatted(artifact, modules, "io.github.resilience4j", "resilience4j-spring-boot3");
    }

    private static Project root() {
        return new Project()
                .with("pom.xml", pom("root", "<modules><module>app</module></modules>"))
                .with("app/pom.xml", pom("app", ""))
                .with("app/src/main/java/Calls.java", CALLS)
                .with("app/src/main/resources/application.yml", SETTINGS);
    }

    private static Project gradleRoot(String include) {
        return new Project()
                .with("settings.gradle", "rootProject.name = 'root'\n" + include + "\n")
                .with("build.gradle", SCRIPT)
                .with("src/main/java/Calls.java", CALLS);
    }

    private static Project moved(Project project) {
        return project.after(new FromResilience4j(true));
    }

    @ParameterizedTest
    @ValueSource(strings = {"other/src/main/resources/application.yml", "other/deploy/values.yml"})
    void settingsOfAProjectThatIsNoModuleShouldStay(String settings) {
        Project after = moved(root().with("other/pom.xml", pom("other", "")).with(settings, SETTINGS));

        assertThat(after.files()).containsEntry(settings, SETTINGS);
    }

    @Test
    void propertiesOfAProjectThatIsNoModuleShouldStay() {
        String settings = "resilience4j.retry.instances.stock.max-attempts=5\n";
        Project after = moved(root().with("other/pom.xml", pom("other", ""))
                .with("other/src/main/resources/application.properties", settings));

        assertThat(after.files()).containsEntry("other/src/main/resources/application.properties", settings);
    }

    @Test
    void buildOfAProjectThatIsNoModuleShouldStay() {
        Project after = moved(root().with("other/pom.xml", pom("other", "")));

        assertThat(after.files()).containsEntry("other/pom.xml", pom("other", ""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"settings.gradle", "settings.gradle.kts", "build.gradle"})
    void buildOfGradleBeneathAPomShouldStay(String build) {
        Project after = moved(root().with("other/" + build, "\n").with("other/build.gradle", SCRIPT));

        assertThat(after.files()).containsEntry("other/build.gradle", SCRIPT);
    }

    @Test
    void catalogOfAProjectOfItsOwnShouldStay() {
        String catalog = """
            [libraries]
            r4j = "io.github.resilience4j:resilience4j-spring-boot3:2.3.0"
            """;
        Project after =
                moved(root().with("other/settings.gradle", "\n").with("other/gradle/libs.versions.toml", catalog));

        assertThat(after.files()).containsEntry("other/gradle/libs.versions.toml", catalog);
    }

    @Test
    void modulesOfAProjectOfItsOwnShouldStay() {
        Project after = moved(root().with("other/pom.xml", pom("other", "<modules><module>core</module></modules>"))
                .with("other/core/pom.xml", pom("core", "")));

        assertThat(after.files()).containsEntry("other/core/pom.xml", pom("core", ""));
    }

    @Test
    void projectThatIsNoModuleShouldBeListedOnce() {
        Project after = moved(root().with("other/pom.xml", pom("other", ""))
                .with("other/build.gradle", SCRIPT)
                .with("other/src/main/resources/application.yml", SETTINGS));

        assertThat(after.left())
                .filteredOn(left -> left.startsWith("other/"))
                .singleElement()
                .asString()
                .startsWith("other/pom.xml project other: It is a project of its own")
                .contains("run the recipe FromResilience4j in other, too");
    }

    @Test
    void projectWithoutTheLibraryShouldNotBeListed() {
        Project after = moved(root().with("other/pom.xml", POM.formatted("other", "", "b", "c")));

        assertThat(after.left()).noneMatch(left -> left.startsWith("other/"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<modules><module>app</module><module>other</module></modules>",
                "<modules><module>app</module><module>./other/</module></modules>",
                "<modules><module>app</module><module>other/pom.xml</module></modules>",
                "<profiles><profile><modules><module>other</module></modules></profile></profiles>"
            })
    void moduleWithoutSourcesShouldBeMoved(String modules) {
        Project after = moved(root().with("pom.xml", pom("root", modules))
                .with("other/pom.xml", pom("other", ""))
                .with("other/src/main/resources/application.yml", SETTINGS));

        assertThat(after.files().get("other/src/main/resources/application.yml"))
                .contains("resilience:");
    }

    @Test
    void parentBesideTheModulesShouldBeMoved() {
        Project after = moved(root().with("parent/pom.xml", pom("parent", ""))
                .with(
                        "app/pom.xml",
                        pom(
                                "app",
                                "<parent><groupId>a</groupId><artifactId>parent</artifactId><version>1</version>"
                                        + "<relativePath>../parent</relativePath></parent>")));

        assertThat(after.files().get("parent/pom.xml")).doesNotContain("resilience4j-spring-boot3");
    }

    @Test
    void moduleWithSourcesShouldBeMovedWhateverNamesIt() {
        Project after =
                moved(root().with("other/pom.xml", pom("other", "")).with("other/src/main/java/Calls.java", CALLS));

        assertThat(after.files().get("other/pom.xml")).doesNotContain("resilience4j-spring-boot3");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "include 'other'",
                "include(\":app\", \":other\")",
                "include 'app',\n    'other'",
                "include ':x'\nproject(':x').projectDir = file('other')",
                "file('.').eachDir { include it.name }",
                "include 'other:core'"
            })
    void projectOfTheSettingsShouldBeMoved(String include) {
        Project after = moved(gradleRoot(include).with("other/build.gradle", SCRIPT));

        assertThat(after.files().get("other/build.gradle")).doesNotContain("resilience4j-spring-boot3");
    }

    @ParameterizedTest
    @CsvSource({
        "include 'app', build.gradle",
        "// include 'other', build.gradle",
        "includeBuild 'other', settings.gradle",
        "file('.').eachDir { include it.name }, settings.gradle"
    })
    void projectBesideThoseOfTheSettingsShouldStay(String include, String build) {
        Project after = moved(gradleRoot(include).with("other/" + build, SCRIPT).with("other/build.gradle", SCRIPT));

        assertThat(after.files()).containsEntry("other/build.gradle", SCRIPT);
    }

    @Test
    void pluginsOfAnIncludedBuildShouldBeMoved() {
        Project after = moved(gradleRoot("includeBuild 'plugins'")
                .with("plugins/settings.gradle", "\n")
                .with("plugins/src/main/groovy/service.gradle", SCRIPT));

        assertThat(after.files().get("plugins/src/main/groovy/service.gradle"))
                .doesNotContain("resilience4j-spring-boot3");
    }

    @Test
    void projectBeneathAPomOfSpringRetryShouldStay() {
        String pom = POM.formatted("other", "", "org.springframework.retry", "spring-retry");
        Project after = ofSpring("org.springframework.retry", new FromSpringRetry(true), pom);

        assertThat(after.files()).containsEntry("other/pom.xml", pom);
    }

    @Test
    void projectWithSpringRetryShouldBeListed() {
        String pom = POM.formatted("other", "", "org.springframework.retry", "spring-retry");

        assertThat(ofSpring("org.springframework.retry", new FromSpringRetry(true), pom)
                        .left())
                .anyMatch(left -> left.contains("run the recipe FromSpringRetry in other, too"));
    }

    @Test
    void projectWithSpringShouldBeListedForItsAnnotations() {
        String pom = POM.formatted("other", "", "org.springframework.boot", "spring-boot-starter");

        assertThat(ofSpring("org.springframework.resilience", new FromSpringFramework7(true), pom)
                        .left())
                .anyMatch(left -> left.contains("run the recipe FromSpringFramework7 in other, too"));
    }

    @Test
    void configurationOfAnotherProjectShouldNotGetSettings() {
        String settings = "server:\n  port: 1\n";
        Project after = ofSpring(
                "org.springframework.retry",
                new FromSpringRetry(true),
                POM.formatted("other", "", "b", "c"),
                List.of("other/src/main/resources/application.yml", settings));

        assertThat(after.files()).containsEntry("other/src/main/resources/application.yml", settings);
    }

    private static Project ofSpring(String packageName, Recipe recipe, String other) {
        return ofSpring(packageName, recipe, other, List.of("other/README.md", "\n"));
    }

    private static Project ofSpring(String packageName, Recipe recipe, String other, List<String> file) {
        return new Project()
                .with("pom.xml", POM.formatted("root", "", "org.springframework.retry", "spring-retry"))
                .with(
                        "src/main/java/Calls.java",
                        CALLS.replace(
                                        "io.github.resilience4j.retry.annotation.Retry",
                                        packageName + ".annotation.Retryable")
                                .replace("@Retry(name = \"stock\")", "@Retryable(\"java.lang.Exception\")")
                                .replace("(\"java.lang.Exception\")", ""))
                .with("other/pom.xml", other)
                .with(file.get(0), file.get(1))
                .after(recipe);
    }
}
