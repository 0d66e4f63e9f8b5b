package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The page that tells the rules names a test for each; these names must not go stale. */
class SemanticsPageTests {

    private static final Path PAGE = Path.of("..", "docs", "semantics.md");
    private static final List<Path> TESTS = List.of(
            Path.of("src", "test", "java"), Path.of("..", "resilience-spring-boot-starter", "src", "test", "java"));
    private static final Pattern NAME = Pattern.compile("`(\\w+Tests)\\.(\\w+)`");

    @Test
    void everyTestThatThePageNamesShouldExist() throws IOException {
        List<MatchResult> named = NAME.matcher(Files.readString(PAGE)).results().toList();
        assertThat(named).hasSizeGreaterThan(50);
        assertThat(named)
                .allSatisfy(name ->
                        assertThat(source(name.group(1))).as(name.group()).contains("void " + name.group(2) + "("));
    }

    private static String source(String testClass) throws IOException {
        for (Path tests : TESTS) {
            try (Stream<Path> files = Files.walk(tests)) {
                Optional<Path> file =
                        files.filter(each -> each.endsWith(testClass + ".java")).findFirst();
                if (file.isPresent()) {
                    return Files.readString(file.get());
                }
            }
        }
        throw new AssertionError("There is no " + testClass);
    }
}
