package io.netrun.resilience.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The page about annotations names a test for each of its rules; these names must not go stale. */
class AnnotationsPageTests {

    private static final Path PAGE = Path.of("..", "docs", "annotations.md");
    private static final Path TESTS = Path.of("..", "resilience-spring-boot-starter", "src", "test", "java");
    private static final Pattern NAME = Pattern.compile("`(\\w+Tests)\\.(\\w+)`");

    @Test
    void everyTestThatThePageNamesShouldExist() throws IOException {
        List<MatchResult> named = NAME.matcher(Files.readString(PAGE)).results().toList();
        assertThat(named).hasSizeGreaterThan(10);
        for (MatchResult name : named) {
            assertThat(source(name.group(1))).as(name.group()).contains("void " + name.group(2) + "(");
        }
    }

    private static String source(String testClass) throws IOException {
        try (Stream<Path> files = Files.walk(TESTS)) {
            Path file = files.filter(each -> each.endsWith(testClass + ".java"))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("There is no " + testClass));
            return Files.readString(file);
        }
    }
}
