package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.openrewrite.java.Assertions.java;
import static org.openrewrite.java.Assertions.mavenProject;
import static org.openrewrite.java.Assertions.srcMainJava;
import static org.openrewrite.test.SourceSpecs.text;

import org.junit.jupiter.api.Test;
import org.openrewrite.test.RecipeSpec;
import org.openrewrite.test.RewriteTest;
import org.openrewrite.test.SourceSpecs;
import org.openrewrite.test.TypeValidation;
import org.openrewrite.toml.Assertions;

/** Dependencies in version catalogs of Gradle, and the scripts that name them by their accessors. */
class VersionCatalogTests implements RewriteTest {

    private static final String CATALOG = "gradle/libs.versions.toml";

    private static final String REGISTRY = """
        import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;

        class Breakers {
            Breakers(CircuitBreakerRegistry registry) {
            }
        }
        """;

    @Override
    public void defaults(RecipeSpec spec) {
        spec.recipe(new FromResilience4j(false)).parser(Stubs.parser()).typeValidationOptions(TypeValidation.none());
    }

    private static SourceSpecs catalog(String before, String after) {
        return text(before, after, source -> source.path(CATALOG));
    }

    @Test
    void librariesBundlesAndVersionShouldBeReplaced() {
        rewriteRun(
                catalog("""
                    [versions]
                    kotlin = "2.1.0"
                    # protection
                    resilience4j = "2.3.0"   # pinned

                    [libraries]
                    kotlin-stdlib = { module = "org.jetbrains.kotlin:kotlin-stdlib", version.ref = "kotlin" }
                    resilience4j-spring-boot3 = { module = "io.github.resilience4j:resilience4j-spring-boot3", version.ref = "resilience4j" } # starter
                    resilience4j-core = { group = 'io.github.resilience4j', name = 'resilience4j-core', version = { ref = "resilience4j" } }
                    r4j_retry = "io.github.resilience4j:resilience4j-retry:2.3.0"
                    resilience4jBom = { module = "io.github.resilience4j:resilience4j-bom" }

                    [bundles]
                    web = ["kotlin-stdlib"]
                    resilience = ["resilience4j-core", "r4j-retry"]
                    all = [
                        "kotlin-stdlib", # the language
                        "resilience4j-spring-boot3",
                        "resilience4j.core", # twice
                        "r4j_retry",
                    ]

                    [plugins]
                    kotlin = { id = "org.jetbrains.kotlin.jvm", version.ref = "kotlin" }
                    """, """
                    [versions]
                    kotlin = "2.1.0"
                    # protection
                    netrun-resilience = "0.1.0-SNAPSHOT"   # pinned

                    [libraries]
                    kotlin-stdlib = { module = "org.jetbrains.kotlin:kotlin-stdlib", version.ref = "kotlin" }
                    netrun-resilience-spring-boot-starter = { module = "io.netrun.resilience:resilience-spring-boot-starter", version.ref = "netrun-resilience" } # starter
                    netrun-resilience-core = { module = "io.netrun.resilience:resilience-core", version.ref = "netrun-resilience" }
                    netrun-resilience-bom = { module = "io.netrun.resilience:resilience-bom", version.ref = "netrun-resilience" }

                    [bundles]
                    web = ["kotlin-stdlib"]
                    resilience = ["netrun-resilience-core"]
                    all = [
                        "kotlin-stdlib", # the language
                        "netrun-resilience-spring-boot-starter",
                        "netrun-resilience-core", # twice
                    ]

                    [plugins]
                    kotlin = { id = "org.jetbrains.kotlin.jvm", version.ref = "kotlin" }
                    """),
                text("""
                    dependencies {
                        implementation(platform(libs.resilience4jBom))
                        implementation(libs.resilience4j.spring.boot3)
                        implementation(libs.resilience4j.core)
                        testImplementation(libs.r4j.retry.get())
                        testImplementation(libs.bundles.resilience)
                        implementation(libs.kotlin.stdlib)
                    }
                    """, """
                    dependencies {
                        implementation(platform(libs.netrun.resilience.bom))
                        implementation(libs.netrun.resilience.spring.boot.starter)
                        implementation(libs.netrun.resilience.core)
                        testImplementation(libs.netrun.resilience.core.get())
                        testImplementation(libs.bundles.resilience)
                        implementation(libs.kotlin.stdlib)
                    }
                    """, source -> source.path("app/build.gradle.kts")),
                text("""
                    dependencies {
                        implementation libs.resilience4j.core
                        add("implementation", libs.findLibrary("resilience4j-spring-boot3").get())
                    }
                    """, """
                    dependencies {
                        implementation libs.netrun.resilience.core
                        add("implementation", libs.findLibrary("netrun-resilience-spring-boot-starter").get())
                    }
                    """, source -> source.path("buildSrc/src/main/groovy/service.gradle")));
    }

    @Test
    void catalogThatThePluginParsesShouldBeReplaced() {
        rewriteRun(Assertions.toml("""
            [libraries]
            r4j = "io.github.resilience4j:resilience4j-spring-boot3:2.3.0"
            """, """
            [libraries]
            netrun-resilience-spring-boot-starter = "io.netrun.resilience:resilience-spring-boot-starter:0.1.0-SNAPSHOT"
            """, source -> source.path(CATALOG)));
    }

    @Test
    void versionThatIsUsedElsewhereShouldStay() {
        rewriteRun(catalog("""
            [versions]
            r4j = "2.3.0"

            [libraries]
            r4j-retry = { module = "io.github.resilience4j:resilience4j-retry", version.ref = "r4j" }
            """, """
            [versions]
            netrun-resilience = "0.1.0-SNAPSHOT"
            r4j = "2.3.0"

            [libraries]
            netrun-resilience-core = { module = "io.netrun.resilience:resilience-core", version.ref = "netrun-resilience" }
            """), text("""
                            println(libs.versions.r4j.get())
                            """, source -> source.path("build.gradle.kts")));
    }

    @Test
    void librariesThatCodeNeedsShouldStayBesideOurs() {
        rewriteRun(
                srcMainJava(java(REGISTRY)),
                catalog("""
                    [versions]
                    r4j = "2.3.0"

                    [libraries]
                    r4j = { module = "io.github.resilience4j:resilience4j-spring-boot3", version.ref = "r4j" }

                    [bundles]
                    web = ["r4j"]
                    """, """
                    [versions]
                    netrun-resilience = "0.1.0-SNAPSHOT"
                    r4j = "2.3.0"

                    [libraries]
                    netrun-resilience-spring-boot-starter = { module = "io.netrun.resilience:resilience-spring-boot-starter", version.ref = "netrun-resilience" }
                    r4j = { module = "io.github.resilience4j:resilience4j-spring-boot3", version.ref = "r4j" }

                    [bundles]
                    web = ["netrun-resilience-spring-boot-starter", "r4j"]
                    """),
                text("""
                    dependencies {
                        implementation(libs.r4j)
                    }
                    """, """
                    dependencies {
                        implementation(libs.netrun.resilience.spring.boot.starter)
                        implementation(libs.r4j)
                    }
                    """, source -> source.path("build.gradle.kts")));
    }

    @Test
    void catalogOfAnotherBuildShouldNotCount() {
        rewriteRun(
                text("""
                    [libraries]
                    retry = "io.github.resilience4j:resilience4j-retry:2.3.0"
                    """, """
                    [libraries]
                    netrun-resilience-core = "io.netrun.resilience:resilience-core:0.1.0-SNAPSHOT"
                    """, source -> source.path("one/gradle/deps.versions.toml")),
                text("""
                    dependencyResolutionManagement {
                        versionCatalogs {
                            create("ours") { from(files("gradle/deps.versions.toml")) }
                        }
                    }
                    """, source -> source.path("one/settings.gradle.kts")),
                text("""
                    val a = libs.retry
                    val b = ours.retry
                    val c = other.ours.retry
                    val d = ours.retry.count
                    """, """
                    val a = libs.retry
                    val b = ours.netrun.resilience.core
                    val c = other.ours.retry
                    val d = ours.retry.count
                    """, source -> source.path("one/build.gradle.kts")),
                text("val b = ours.retry", source -> source.path("two/build.gradle.kts")));
    }

    @Test
    void libraryOfASettingsScriptShouldBeReplaced() {
        rewriteRun(text("""
            versionCatalogs {
                libs {
                    library("r4j", "io.github.resilience4j", "resilience4j-retry").versionRef("r4j")
                    library('spring', 'io.github.resilience4j:resilience4j-spring-boot3:2.3.0')
                }
            }
            """, """
            versionCatalogs {
                libs {
                    library("r4j", "io.netrun.resilience:resilience-core:0.1.0-SNAPSHOT")
                    library('spring', 'io.netrun.resilience:resilience-spring-boot-starter:0.1.0-SNAPSHOT')
                }
            }
            """, source -> source.path("settings.gradle")));
    }

    @Test
    void whatStaysShouldBeListedWithItsLine() {
        rewriteRun(
                spec -> spec.dataTable(
                        Leftovers.Row.class,
                        rows -> assertThat(rows)
                                .extracting(row -> row.file() + ", " + row.what() + " " + row.reason())
                                .hasSize(4)
                                .anySatisfy(row -> assertThat(row)
                                        .startsWith("gradle/libs.versions.toml, line 2: cache = ")
                                        .endsWith("Cache with Spring's @Cacheable, in front of the protection."))
                                .anySatisfy(row -> assertThat(row)
                                        .startsWith("gradle/libs.versions.toml, line 6: module = ")
                                        .endsWith("Replace it by io.netrun.resilience:resilience-core:0.1.0-SNAPSHOT."))
                                .anySatisfy(row -> assertThat(row)
                                        .startsWith("build.gradle, line 1: exclude group: 'io.github.resilience4j'")
                                        .endsWith("Remove it, or name io.netrun.resilience."))
                                .anySatisfy(
                                        row -> assertThat(row).startsWith("pom.xml, resilience4j-cache Cache with "))),
                text("""
                    [libraries]
                    cache = { module = "io.github.resilience4j:resilience4j-cache", version = "2.3.0" }
                    # io.github.resilience4j:resilience4j-retry

                    [libraries.retry]
                    module = "io.github.resilience4j:resilience4j-retry"
                    version = "2.3.0"
                    """, source -> source.path(CATALOG)),
                text("exclude group: 'io.github.resilience4j'", source -> source.path("build.gradle")),
                org.openrewrite.xml.Assertions.xml("""
                    <project>
                        <dependencies>
                            <dependency>
                                <groupId>io.github.resilience4j</groupId>
                                <artifactId>resilience4j-cache</artifactId>
                            </dependency>
                        </dependencies>
                    </project>
                    """, source -> source.path("pom.xml")));
    }

    @Test
    void springRetryShouldBeReplacedInACatalog() {
        rewriteRun(
                spec -> spec.recipe(new FromSpringRetry(false)),
                mavenProject("a", srcMainJava(java("""
                    import org.springframework.retry.annotation.Retryable;

                    class Mail {
                        @Retryable
                        void send() {
                        }
                    }
                    """, """
                    import io.netrun.resilience.annotation.Retry;

                    class Mail {
                        @Retry
                        void send() {
                        }
                    }
                    """))),
                text("""
                    [libraries]
                    spring-retry = { module = "org.springframework.retry:spring-retry" }
                    """, """
                    [libraries]
                    netrun-resilience-spring-boot-starter = "io.netrun.resilience:resilience-spring-boot-starter:0.1.0-SNAPSHOT"
                    """, source -> source.path(CATALOG)),
                text("""
                    dependencies {
                        implementation(libs.spring.retry)
                    }
                    """, """
                    dependencies {
                        implementation(libs.netrun.resilience.spring.boot.starter)
                    }
                    """, source -> source.path("a/build.gradle.kts")));
    }

    @Test
    void starterShouldBeAddedBesideAccessors() {
        rewriteRun(
                spec -> spec.recipe(new FromSpringFramework7(false)),
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
                    """)),
                text("""
                    dependencies {
                        implementation(libs.spring.boot.starter)
                    }
                    """, """
                    dependencies {
                        implementation("io.netrun.resilience:resilience-spring-boot-starter:0.1.0-SNAPSHOT")
                        implementation(libs.spring.boot.starter)
                    }
                    """, source -> source.path("build.gradle.kts")));
    }
}
