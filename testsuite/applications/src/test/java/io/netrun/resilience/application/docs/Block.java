package io.netrun.resilience.application.docs;

import io.netrun.resilience.shared.RepositoryRoot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A block of code in a page.
 *
 * @param language the language behind the fence
 * @param line of the fence
 */
record Block(Path page, int line, String language, String text) {

    static final Path ROOT = RepositoryRoot.path();

    private static final Pattern FENCE =
            Pattern.compile("^```(\\w+)\\R(.*?)^```\\s*$", Pattern.MULTILINE | Pattern.DOTALL);

    /** The README and everything in {@code docs}. */
    static List<Path> pages() throws IOException {
        try (Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
            return Stream.concat(
                            Stream.of("README.md", "CONTRIBUTING.md").map(ROOT::resolve),
                            docs.filter(path -> path.toString().endsWith(".md")).sorted())
                    .toList();
        }
    }

    static Stream<Block> all(String language) throws IOException {
        return pages().stream().flatMap(Block::in).filter(block -> block.language.equals(language));
    }

    private static Stream<Block> in(Path page) {
        String text = read(page);
        return FENCE.matcher(text)
                .results()
                .map(found -> new Block(
                        page,
                        (int) text.substring(0, found.start()).lines().count() + 1,
                        found.group(1),
                        found.group(2)));
    }

    static String read(Path page) {
        try {
            return Files.readString(page);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The page and the line, such as {@code README.md:82}. */
    @Override
    public String toString() {
        return ROOT.relativize(page) + ":" + line;
    }
}
