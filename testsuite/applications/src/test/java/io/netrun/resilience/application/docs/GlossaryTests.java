package io.netrun.resilience.application.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.application.docs.Glossary.Use;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * One word per thing, in comments, messages, settings and pages. {@code glossary/remaining.properties} has the number
 * of other words that a directory or file may still have: it only falls.
 */
class GlossaryTests {

    private static final Pattern READ =
            Pattern.compile(".*\\.(java|kt|md|html|js|css|ya?ml|json|xml|properties|sql|py|svg|imports|factories)|run");
    private static final Set<String> SKIPPED = Set.of("target", "node_modules", "GlossaryScanTests.java");

    private static final Glossary GLOSSARY = new Glossary(resource("dictionary.txt"), resource("allowed.txt"));
    private static final Map<String, Integer> REMAINING = remaining();
    /** What was found, by the area of the table; everything outside of the table has the empty one. */
    private static final Map<String, List<Use>> USES = new TreeMap<>();

    @BeforeAll
    static void scan() throws IOException {
        REMAINING.keySet().forEach(area -> USES.put(area, new ArrayList<>()));
        for (Path file : files(Block.ROOT)) {
            Path path = Block.ROOT.relativize(file);
            USES.get(areaOf(path)).addAll(GLOSSARY.uses(path, Block.read(file)));
        }
    }

    @TestFactory
    Stream<DynamicTest> wordsShouldBeThoseOfTheGlossary() {
        return USES.entrySet().stream()
                .map(area -> DynamicTest.dynamicTest(
                        area.getKey().isEmpty() ? "elsewhere" : area.getKey(),
                        () -> assertThat(area.getValue()).hasSizeLessThanOrEqualTo(REMAINING.get(area.getKey()))));
    }

    @Test
    void allowedSentencesShouldExist() {
        assertThat(GLOSSARY.unused()).isEmpty();
    }

    @Test
    void remainingAreasShouldExist() {
        assertThat(REMAINING.keySet())
                .allSatisfy(area -> assertThat(Block.ROOT.resolve(area)).exists());
    }

    /** The longest entry of the table that the path begins with. */
    private static String areaOf(Path path) {
        return REMAINING.keySet().stream()
                .filter(path.toString().replace('\\', '/')::startsWith)
                .max(Comparator.comparing(String::length))
                .orElseThrow();
    }

    private static List<Path> files(Path directory) throws IOException {
        List<Path> files = new ArrayList<>();
        try (Stream<Path> children = Files.list(directory)) {
            for (Path child : children.sorted().toList()) {
                String name = child.getFileName().toString();
                if (SKIPPED.contains(name) || name.startsWith(".") && !name.equals(".ci")) {
                    continue;
                }
                if (Files.isDirectory(child)) {
                    files.addAll(files(child));
                } else if (READ.matcher(name).matches()) {
                    files.add(child);
                }
            }
        }
        return files;
    }

    private static Map<String, Integer> remaining() {
        Properties numbers = new Properties();
        try {
            numbers.load(new StringReader(resource("remaining.properties")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Map<String, Integer> remaining = new TreeMap<>(Map.of("", 0));
        numbers.forEach((area, number) -> remaining.put((String) area, Integer.valueOf((String) number)));
        return remaining;
    }

    private static String resource(String name) {
        try (InputStream in = GlossaryTests.class.getResourceAsStream("/glossary/" + name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
