package io.netrun.resilience.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.shared.RepositoryRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The messages in docs/operations/troubleshooting.md are those that are printed. Each block of the page follows a
 * comment with its name; with {@code -Dtroubleshooting.write=true} the blocks are written anew.
 */
class TroubleshootingTests {

    private static final Path PAGE = RepositoryRoot.operations().resolve("troubleshooting.md");
    private static final Pattern BLOCK =
            Pattern.compile("(<!-- printed: ([a-z-]+) -->\n```text\n)(.*?)(```\n)", Pattern.DOTALL);

    @TestFactory
    Stream<DynamicTest> pageShouldHaveTheMessageThatIsPrinted() throws IOException {
        boolean write = Boolean.getBoolean("troubleshooting.write");
        Map<String, String> blocks = blocks();
        return rendered().entrySet().stream()
                .map(entry -> DynamicTest.dynamicTest(entry.getKey(), () -> {
                    String printed = entry.getValue().get() + "\n";
                    if (write) {
                        write(entry.getKey(), printed);
                    } else {
                        assertThat(blocks.get(entry.getKey())).isEqualTo(printed);
                    }
                }));
    }

    @Test
    void pageShouldHaveABlockForEveryMessageAndNoOther() throws IOException {
        assertThat(new TreeSet<>(blocks().keySet()))
                .isEqualTo(new TreeSet<>(rendered().keySet()));
    }

    private static Map<String, Supplier<String>> rendered() {
        Map<String, Supplier<String>> rendered = new LinkedHashMap<>(RenderedProblems.all());
        rendered.putAll(RenderedExceptions.all());
        return rendered;
    }

    private static Map<String, String> blocks() throws IOException {
        Map<String, String> blocks = new LinkedHashMap<>();
        Matcher matcher = BLOCK.matcher(Files.readString(PAGE));
        while (matcher.find()) {
            blocks.put(matcher.group(2), matcher.group(3));
        }
        return blocks;
    }

    private static void write(String name, String printed) throws IOException {
        String page = BLOCK.matcher(Files.readString(PAGE))
                .replaceAll(match -> Matcher.quoteReplacement(
                        match.group(2).equals(name) ? match.group(1) + printed + match.group(4) : match.group()));
        Files.writeString(PAGE, page);
    }
}
