package io.netrun.resilience.migration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.maven.shared.invoker.DefaultInvocationRequest;
import org.apache.maven.shared.invoker.DefaultInvoker;
import org.apache.maven.shared.invoker.InvocationRequest;
import org.apache.maven.shared.invoker.InvocationResult;
import org.apache.maven.shared.invoker.MavenInvocationException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands of the migration guide, with OpenRewrite's Maven plugin, on a project of two modules. */
class MavenPluginTests {

    private static final Path SOURCE = Path.of("src/test/project");

    @TempDir
    private static Path project;

    private static Map<String, String> before = Map.of();

    private static Map<String, String> afterDryRun = Map.of();

    private static Map<String, String> after = Map.of();

    private static Map<String, String> afterAgain = Map.of();

    private static String patch = "";

    private static String leftovers = "";

    @BeforeAll
    static void runAll() throws IOException, MavenInvocationException {
        try (Stream<Path> files = Files.walk(SOURCE)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path copy = project.resolve(SOURCE.relativize(file).toString());
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy);
            }
        }
        before = files();
        run("dryRun");
        afterDryRun = files();
        patch = Files.readString(project.resolve("target/rewrite/rewrite.patch"));
        leftovers = leftovers();
        run("run");
        after = files();
        run("run", "compile");
        afterAgain = files();
    }

    /** The texts of the files, without what builds write. */
    private static Map<String, String> files() throws IOException {
        Map<String, String> texts = new TreeMap<>();
        try (Stream<Path> files = Files.walk(project)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String path = project.relativize(file).toString().replace(File.separatorChar, '/');
                if (!path.matches("(.*/)?target/.*")) {
                    texts.put(path, Files.readString(file));
                }
            }
        }
        return texts;
    }

    private static String leftovers() throws IOException {
        try (Stream<Path> files = Files.walk(project.resolve("target/rewrite/datatables"))) {
            Path table = files.filter(file -> file.getFileName().toString().contains("Leftovers"))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no table of leftovers"));
            return Files.readString(table);
        }
    }

    /** Runs a goal of the plugin, and what else is named. */
    private static void run(String goal, String... more) throws MavenInvocationException {
        String version = property("version");
        List<String> goals = new ArrayList<>(List.of(property("plugin") + ":" + goal));
        Collections.addAll(goals, more);
        Properties properties = new Properties();
        properties.setProperty(
                "rewrite.recipeArtifactCoordinates", "io.netrun.resilience:resilience-rewrite:" + version);
        properties.setProperty("rewrite.activeRecipes", "io.netrun.resilience.rewrite.FromResilience4j");
        properties.setProperty("rewrite.exportDatatables", "true");
        for (String name : List.of("cache", "spring-boot", "resilience4j", "compiler", "resources")) {
            properties.setProperty("migration." + name, property(name));
        }
        List<String> log = new ArrayList<>();
        InvocationRequest request = new DefaultInvocationRequest()
                .setBaseDirectory(project.toFile())
                .setBatchMode(true)
                .setNoTransferProgress(true)
                .setJavaHome(new File(System.getProperty("java.home")))
                .setMavenOpts("-Xmx768m -XX:TieredStopAtLevel=1")
                .setLocalRepositoryDirectory(new File(property("repository")))
                .setProperties(properties)
                .setOutputHandler(log::add);
        request.addArgs(goals);
        request.setTimeoutInSeconds(300);
        InvocationResult result = new DefaultInvoker().execute(request);

        assertThat(result.getExitCode())
                .as("mvn " + String.join(" ", goals) + "\n" + String.join("\n", log))
                .isZero();
    }

    private static String property(String name) {
        return System.getProperty("migration." + name);
    }

    @Test
    void dryRunShouldChangeNoFile() {
        assertThat(afterDryRun).isEqualTo(before);
    }

    @Test
    void dryRunShouldWriteAPatchOfBothModules() {
        assertThat(patch)
                .contains(
                        "+++ b/core/src/main/java/shop/Prices.java",
                        "+import io.netrun.resilience.annotation.Retry;",
                        "+++ b/app/src/main/resources/application.yml");
    }

    @Test
    void dryRunShouldListWhatIsLeft() {
        assertThat(leftovers).contains("app/src/main/resources/application.yml", "randomized-wait-factor");
    }

    @Test
    void runShouldReplaceTheDependency() {
        assertThat(after.get("core/pom.xml"))
                .contains("<artifactId>resilience-spring-boot-starter</artifactId>")
                .doesNotContain("resilience4j");
    }

    @Test
    void runShouldLeaveAModuleThatGetsItFromAnother() {
        assertThat(after).containsEntry("app/pom.xml", before.get("app/pom.xml"));
    }

    @Test
    void runShouldMoveTheSettings() {
        assertThat(after.get("app/src/main/resources/application.yml"))
                .contains("resilience:", "base-delay: 100ms")
                .doesNotContain("resilience4j");
    }

    @Test
    void secondRunShouldChangeNothing() {
        assertThat(afterAgain).isEqualTo(after);
    }

    @Test
    void movedProjectShouldCompile() {
        assertThat(project.resolve("app/target/classes/shop/Shop.class")).exists();
    }
}
