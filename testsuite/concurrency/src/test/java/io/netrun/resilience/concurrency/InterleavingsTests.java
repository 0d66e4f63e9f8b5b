package io.netrun.resilience.concurrency;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Runs all jcstress tests for a moment, in JVMs of their own; {@code testsuite/concurrency/run full} gives them more
 * time and more JVMs. A forbidden outcome fails the build, and so does a test that was not run.
 */
class InterleavingsTests {

    /** One JVM for each test, for a moment; without C2, which takes longer than that to begin. */
    private static final List<String> SHORT = List.of(
            "-f",
            "1",
            "-iters",
            "1",
            "-time",
            "100",
            "-sc",
            "false",
            "-jvmArgs",
            "-Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1");

    private static final String SETTINGS = System.getProperty("resilience.concurrency.jcstress");

    private static final int MOST_CHARACTERS = 5_000;

    private static final Path REPORT = Path.of("target", "jcstress");
    private static final Path TESTS = Path.of("src", "main", "java");
    private static final Pattern MARK = Pattern.compile("^ *@JCStressTest$", Pattern.MULTILINE);
    private static final Pattern ENDED = Pattern.compile("\\[(\\w+)] (io\\.netrun\\.resilience\\.\\S+)");

    @Test
    void noTestShouldEndInAForbiddenOutcome() throws Exception {
        Files.createDirectories(REPORT);
        Path log = REPORT.resolve("log.txt");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                "org.openjdk.jcstress.Main",
                "-v",
                "-r",
                "report"));
        command.addAll(SETTINGS == null ? SHORT : List.of(SETTINGS.split(" ")));
        int exit = new ProcessBuilder(command)
                .directory(REPORT.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start()
                .waitFor();
        String output = Files.readString(log);
        // The end names the failures; the whole is so long that Surefire cannot report it, and takes the test for
        // passed.
        assertThat(exit)
                .as(output.substring(Math.max(0, output.length() - MOST_CHARACTERS)))
                .isZero();
        Map<String, List<String>> ended = ENDED.matcher(output)
                .results()
                .collect(Collectors.groupingBy(
                        end -> end.group(1), Collectors.mapping(end -> end.group(2), Collectors.toList())));
        assertThat(ended.keySet()).as("how tests ended").containsOnly("OK");
        assertThat(Set.copyOf(ended.get("OK"))).as("tests that were run").hasSize(written());
    }

    /** Those that need more threads than the machine has cores are left out without a word, so they are counted. */
    private static int written() throws IOException {
        try (Stream<Path> files = Files.walk(TESTS)) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .mapToInt(file -> (int) MARK.matcher(read(file)).results().count())
                    .sum();
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
