package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a dependency has besides its name: scopes, exclusions, properties, blocks and statements of scripts. */
class BuildDetailTests {

    private static final String REGISTRY = """
        import io.github.resilience4j.retry.RetryRegistry;

        class Registries {
            Registries(RetryRegistry registry) {
            }
        }
        """;

    private static Project moved(Project project) {
        return project.after(new FromResilience4j(false));
    }

    private static String pom(String... dependencies) {
        return "<project>\n    <dependencies>\n" + String.join("", dependencies) + "    </dependencies>\n</project>\n";
    }

    private static String foreign(String artifact, String more) {
        return """
                    <dependency>
                        <groupId>io.github.resilience4j</groupId>
                        <artifactId>%s</artifactId>
            %s        </dependency>
            """.formatted(artifact, more.isEmpty() ? "" : "            " + more + "\n");
    }

    private static String ours(String artifact, String more) {
        return """
                    <dependency>
                        <groupId>io.netrun.resilience</groupId>
                        <artifactId>%s</artifactId>
                        <version>0.1.0-SNAPSHOT</version>
            %s        </dependency>
            """.formatted(artifact, more.isEmpty() ? "" : "            " + more + "\n");
    }

    private static String pomAfter(String... dependencies) {
        return moved(new Project().with("pom.xml", pom(dependencies))).files().get("pom.xml");
    }

    private static String script(String path, String text) {
        return moved(new Project().with(path, text)).files().get(path);
    }

    private static String kept(String path, String text) {
        return moved(new Project().with(path, text).with("src/main/java/Registries.java", REGISTRY))
                .files()
                .get(path);
    }

    @ParameterizedTest
    @CsvSource({
        "test, '', ''",
        "'', test, ''",
        "test, test, test",
        "provided, test, provided",
        "runtime, provided, ''",
        "runtime, runtime, runtime"
    })
    void scopeOfSeveralShouldBeTheWidest(String one, String other, String expected) {
        assertThat(pomAfter(foreign("resilience4j-retry", scope(one)), foreign("resilience4j-bulkhead", scope(other))))
                .isEqualTo(pom(ours("resilience-core", scope(expected))));
    }

    private static String scope(String name) {
        return name.isEmpty() ? "" : "<scope>" + name + "</scope>";
    }

    @Test
    void starterAtRunTimeShouldNotReplaceTheCore() {
        assertThat(pomAfter(
                        foreign("resilience4j-spring-boot3", scope("runtime")),
                        foreign("resilience4j-annotations", "")))
                .isEqualTo(pom(ours("resilience-spring-boot-starter", scope("runtime")), ours("resilience-core", "")));
    }

    @Test
    void narrowScopeOfWhatIsThereShouldBecomeWider() {
        assertThat(pomAfter(ours("resilience-core", scope("test")), foreign("resilience4j-retry", "")))
                .isEqualTo(pom(ours("resilience-core", "")));
    }

    @Test
    void optionalDependencyShouldStayOptional() {
        String optional = "<optional>true</optional>";

        assertThat(pomAfter(foreign("resilience4j-spring-boot3", optional)))
                .isEqualTo(pom(ours("resilience-spring-boot-starter", optional)));
    }

    @Test
    void exclusionOfAnotherLibraryShouldStay() {
        String exclusion = "<exclusions><exclusion><groupId>org.slf4j</groupId><artifactId>slf4j-api</artifactId>"
                + "</exclusion></exclusions>";

        assertThat(pomAfter(foreign("resilience4j-spring-boot3", exclusion))).contains("""
                        <exclusions>
                            <exclusion>
                                <groupId>org.slf4j</groupId>
                                <artifactId>slf4j-api</artifactId>
                            </exclusion>
                        </exclusions>
            """);
    }

    @ParameterizedTest
    @CsvSource({"io.github.resilience4j, resilience4j-micrometer", "*, *"})
    void exclusionThatDoesNotFitShouldBeListed(String group, String artifact) {
        String exclusion = "<exclusions><exclusion><groupId>" + group + "</groupId><artifactId>" + artifact
                + "</artifactId></exclusion></exclusions>";

        assertThat(moved(new Project().with("pom.xml", pom(foreign("resilience4j-spring-boot3", exclusion))))
                        .left())
                .anyMatch(row ->
                        row.contains("exclusion of") && row.contains(artifact + " from resilience4j-spring-boot3"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"resilience4j-spring-boot3-extra", "resilience4j-ratpack", "${unknown}"})
    void artifactWithoutACounterpartShouldBeListed(String artifact) {
        assertThat(moved(new Project().with("pom.xml", pom(foreign(artifact, ""))))
                        .left())
                .anyMatch(row -> row.startsWith("pom.xml " + artifact + ": It has no known counterpart"));
    }

    @Test
    void artifactWithoutACounterpartShouldStay() {
        String before = pom(foreign("resilience4j-spring-boot3-extra", ""));

        assertThat(moved(new Project().with("pom.xml", before)).files()).containsEntry("pom.xml", before);
    }

    @Test
    void sourcesOfAnArtifactShouldBeListed() {
        Project after = moved(
                new Project().with("pom.xml", pom(foreign("resilience4j-retry", "<classifier>sources</classifier>"))));

        assertThat(after.left()).anyMatch(row -> row.contains("resilience4j-retry: The recipe replaces jars alone"));
    }

    @Test
    void namesInPropertiesShouldBeRead() {
        Project after = moved(new Project().with("pom.xml", """
                    <project>
                        <groupId>shop</groupId>
                        <artifactId>shop</artifactId>
                        <modules>
                            <module>app</module>
                        </modules>
                        <properties>
                            <boot.major>3</boot.major>
                            <r4j>io.github.resilience4j</r4j>
                        </properties>
                    </project>
                    """).with("app/pom.xml", """
                    <project>
                        <parent>
                            <groupId>shop</groupId>
                            <artifactId>shop</artifactId>
                        </parent>
                        <artifactId>app</artifactId>
                        <dependencies>
                            <dependency>
                                <groupId>${r4j}</groupId>
                                <artifactId>resilience4j-spring-boot${boot.major}</artifactId>
                            </dependency>
                        </dependencies>
                    </project>
                    """));

        assertThat(after.files().get("app/pom.xml")).contains("resilience-spring-boot-starter");
    }

    @ParameterizedTest
    @CsvSource({"'', false", "'<other>${resilience4j.version}</other>', true"})
    void versionShouldStayWhereSomethingElseUsesIt(String other, boolean stays) {
        String before = "<project>\n    <properties>\n        <resilience4j.version>2.3.0</resilience4j.version>\n"
                + "        <java.version>17</java.version>\n    " + other + "</properties>\n    <dependencies>\n"
                + foreign("resilience4j-retry", "<version>${resilience4j.version}</version>")
                + "    </dependencies>\n</project>\n";

        String after = moved(new Project().with("pom.xml", before)).files().get("pom.xml");

        assertThat(after.contains("<resilience4j.version>")).isEqualTo(stays);
    }

    @Test
    void versionThatAnotherModuleKeepsShouldStay() {
        Project after = moved(new Project()
                .with("pom.xml", """
                    <project>
                        <groupId>shop</groupId>
                        <artifactId>shop</artifactId>
                        <properties>
                            <resilience4j.version>2.3.0</resilience4j.version>
                        </properties>
                    </project>
                    """)
                .with("a/pom.xml", pom(foreign("resilience4j-retry", "<version>${resilience4j.version}</version>")))
                .with("b/pom.xml", pom(foreign("resilience4j-retry", "<version>${resilience4j.version}</version>")))
                .with("b/src/main/java/Registries.java", REGISTRY));

        assertThat(after.files().get("pom.xml")).contains("<resilience4j.version>2.3.0");
    }

    @Test
    void dependencyOfAProfileShouldBeReplaced() {
        String before = "<project>\n<profiles>\n<profile>\n    <dependencies>\n" + foreign("resilience4j-retry", "")
                + "    </dependencies>\n</profile>\n</profiles>\n</project>\n";

        assertThat(moved(new Project().with("pom.xml", before)).files().get("pom.xml"))
                .isEqualTo(before.replace(foreign("resilience4j-retry", ""), ours("resilience-core", "")));
    }

    @Test
    void managedCoreShouldStayBesideAManagedStarter() {
        String before = "<project>\n<dependencyManagement>\n    <dependencies>\n"
                + foreign("resilience4j-spring-boot3", "") + foreign("resilience4j-retry", "")
                + "    </dependencies>\n</dependencyManagement>\n</project>\n";

        assertThat(moved(new Project().with("pom.xml", before)).files().get("pom.xml"))
                .contains("resilience-spring-boot-starter", "resilience-core");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<build><plugins><plugin><dependencies><dependency><groupId>io.github.resilience4j</groupId>"
                        + "<artifactId>resilience4j-retry</artifactId></dependency></dependencies></plugin></plugins></build>",
                "<build><plugins><plugin><configuration><include>io.github.resilience4j:*</include></configuration>"
                        + "</plugin></plugins></build>",
                "<dependencies><dependency><groupId>a</groupId><artifactId>b</artifactId><exclusions><exclusion>"
                        + "<groupId>io.github.resilience4j</groupId><artifactId>*</artifactId></exclusion></exclusions>"
                        + "</dependency></dependencies>"
            })
    void otherUsesOfTheGroupShouldBeListed(String use) {
        assertThat(moved(new Project().with("pom.xml", "<project>" + use + "</project>"))
                        .left())
                .anyMatch(row -> row.contains(": io.github.resilience4j"));
    }

    @Test
    void eachProjectOfARootScriptShouldHaveItsOwn() {
        assertThat(script("build.gradle", """
            project(':a') {
                dependencies {
                    implementation 'io.github.resilience4j:resilience4j-retry:2.3.0'
                }
            }
            project(':b') {
                dependencies {
                    implementation 'io.github.resilience4j:resilience4j-bulkhead:2.3.0'
                }
            }
            """)).isEqualTo("""
            project(':a') {
                dependencies {
                    implementation 'io.netrun.resilience:resilience-core:0.1.0-SNAPSHOT'
                }
            }
            project(':b') {
                dependencies {
                    implementation 'io.netrun.resilience:resilience-core:0.1.0-SNAPSHOT'
                }
            }
            """);
    }

    @Test
    void dependencyWithABlockShouldKeepIt() {
        assertThat(script("build.gradle.kts", """
            dependencies {
                implementation("io.github.resilience4j:resilience4j-retry:2.3.0") {
                    isTransitive = false
                }
                implementation("io.github.resilience4j:resilience4j-bulkhead:2.3.0") {
                    because("calls")
                }
            }
            """)).isEqualTo("""
            dependencies {
                implementation("io.netrun.resilience:resilience-core:0.1.0-SNAPSHOT") {
                    isTransitive = false
                }
                implementation("io.netrun.resilience:resilience-core:0.1.0-SNAPSHOT") {
                    because("calls")
                }
            }
            """);
    }

    @Test
    void keptDependencyWithABlockShouldKeepIt() {
        assertThat(kept("build.gradle.kts", """
            dependencies {
                implementation("io.github.resilience4j:resilience4j-retry:2.3.0") {
                    because("calls {")
                }
            }
            """)).isEqualTo("""
            dependencies {
                implementation("io.netrun.resilience:resilience-core:0.1.0-SNAPSHOT")
                implementation("io.github.resilience4j:resilience4j-retry:2.3.0") {
                    because("calls {")
                }
            }
            """);
    }

    @Test
    void dependenciesOfOneStatementShouldAllBeReplaced() {
        assertThat(script("build.gradle", """
            dependencies {
                implementation 'io.github.resilience4j:resilience4j-spring-boot3:2.3.0', 'io.github.resilience4j:resilience4j-reactor:2.3.0',
                    'io.github.resilience4j:resilience4j-retry:2.3.0'
            }
            """)).isEqualTo("""
            dependencies {
                implementation 'io.netrun.resilience:resilience-spring-boot-starter:0.1.0-SNAPSHOT', 'io.netrun.resilience:resilience-core:0.1.0-SNAPSHOT',
                    'io.netrun.resilience:resilience-core:0.1.0-SNAPSHOT'
            }
            """);
    }

    @Test
    void keptDependencyOfSeveralLinesShouldStayWhole() {
        assertThat(kept("build.gradle.kts", """
            dependencies {
                implementation(
                    platform("io.github.resilience4j:resilience4j-bom:2.3.0") // versions
                )
                // calls
                implementation("io.github.resilience4j:resilience4j-retry")
            }
            """)).isEqualTo("""
            dependencies {
                implementation(
                    platform("io.netrun.resilience:resilience-bom:0.1.0-SNAPSHOT") // versions
                )
                implementation(
                    platform("io.github.resilience4j:resilience4j-bom:2.3.0") // versions
                )
                // calls
                implementation("io.netrun.resilience:resilience-core:0.1.0-SNAPSHOT")
                implementation("io.github.resilience4j:resilience4j-retry")
            }
            """);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ext.r4j = 'io.github.resilience4j:resilience4j-retry:2.3.0'\n",
                "ext {\n    libs = [\n        r4j: 'io.github.resilience4j:resilience4j-retry:2.3.0'\n    ]\n}\n",
                "val libs = mapOf(\"r4j\" to \"io.github.resilience4j:resilience4j-retry:2.3.0\")\n"
            })
    void namedCoordinatesThatCodeNeedsShouldBeListed(String script) {
        Project after =
                moved(new Project().with("build.gradle", script).with("src/main/java/Registries.java", REGISTRY));

        assertThat(after.left()).anyMatch(row -> row.contains("It stays. Declare beside it, with another name"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "implementation(\"$r4j:resilience4j-retry:2.3.0\")",
                "implementation \"${r4j}:resilience4j-retry:2.3.0\"",
                "implementation group: r4j, name: 'resilience4j-retry', version: '2.3.0'",
                "entry 'resilience4j-retry'"
            })
    void artifactWhoseGroupIsElsewhereShouldBeListed(String line) {
        Project after = moved(new Project().with("build.gradle", "dependencies {\n    " + line + "\n}\n"));

        assertThat(after.left()).anyMatch(row -> row.startsWith("build.gradle line 2: " + line));
    }

    @ParameterizedTest
    @ValueSource(strings = {"resilience4j-spring-boot3-extra", "resilience4j-ratpack"})
    void artifactOfAScriptWithoutACounterpartShouldBeListed(String artifact) {
        Project after = moved(new Project()
                .with("build.gradle", "dependencies {\n    api 'io.github.resilience4j:" + artifact + ":1'\n}\n"));

        assertThat(after.left()).anyMatch(row -> row.contains(artifact) && row.contains("no known counterpart"));
    }

    @Test
    void circuitBreakerOfSpringCloudWithoutItsStarterShouldMove() {
        String before = pom("""
                    <dependency>
                        <groupId>org.springframework.cloud</groupId>
                        <artifactId>spring-cloud-circuitbreaker-resilience4j</artifactId>
                    </dependency>
            """);

        assertThat(moved(new Project().with("pom.xml", before)).files().get("pom.xml"))
                .isEqualTo(pom(ours("resilience-spring-boot-starter", "")));
    }

    private static List<String> versionsLeft(String declared, String used) {
        return new Project()
                        .with("settings.gradle", "rootProject.name = 'a'\n")
                        .with(
                                "build.gradle",
                                declared + "\ndependencies {\n    implementation \"io.github.resilience4j:"
                                        + "resilience4j-spring-boot3:" + used + "\"\n}\n")
                        .after(new FromResilience4j(false))
                        .left()
                        .stream()
                        .filter(row -> row.contains("Nothing in the script uses it"))
                        .toList();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ext {\n    set('resilience4jVersion', \"2.2.0\")\n}",
                "ext.resilience4jVersion = '2.2.0'",
                "def resilience4jVersion = '2.2.0'",
                "val resilience4jVersion = \"2.2.0\"",
            })
    void variableThatIsNotUsedAnyMoreShouldBeListed(String declared) {
        assertThat(versionsLeft(declared, "${resilience4jVersion}")).hasSize(1);
    }

    @Test
    void variableThatIsUsedShouldNotBeListed() {
        assertThat(versionsLeft("ext.resilience4jVersion = '2.2.0'\nprintln(resilience4jVersion)", "2.2.0"))
                .isEmpty();
    }

    private static List<String> springLeft(String settings, String script) {
        return new Project()
                .with("src/main/java/Calls.java", """
                    class Calls {
                        @org.springframework.retry.annotation.Retryable
                        public void call() {}
                    }
                    """)
                .with("settings.gradle", settings)
                .with("build.gradle", script)
                .after(new FromSpringRetry(false))
                .left();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "rootProject.name = 'spring-retry'",
                "rootProject.name = \"spring-retry\"",
                "include 'spring-retry'",
                "include(':spring-retry')",
                "project(':spring-retry').projectDir = file('retry')",
            })
    void nameOfAProjectShouldNotBeListed(String settings) {
        assertThat(springLeft(settings + "\n", "dependencies {\n}\n")).noneMatch(row -> row.contains("It names"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"def springRetryVersion = '2.0.3'", "ext.spring_retry_version = '2.0.3'"})
    void variableOfSpringRetryThatIsNotUsedAnyMoreShouldBeListed(String declared) {
        String name = declared.replaceAll(" =.*", "").replaceAll(".*[ .]", "");
        assertThat(springLeft(
                        "rootProject.name = 'a'\n",
                        declared + "\ndependencies {\n    implementation \"org.springframework.retry:spring-retry:${"
                                + name + "}\"\n}\n"))
                .anyMatch(row -> row.contains(declared + ": Nothing in the script uses it"));
    }
}
