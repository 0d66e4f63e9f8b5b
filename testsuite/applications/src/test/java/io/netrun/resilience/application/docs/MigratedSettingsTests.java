package io.netrun.resilience.application.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** An application starts with each configuration that the recipes of {@code resilience-rewrite} have moved. */
class MigratedSettingsTests {

    private static final Path SHAPES = Block.ROOT.resolve("resilience-rewrite/src/test/resources/shapes");

    @TempDir
    static Path output;

    static List<Path> files() throws IOException {
        try (Stream<Path> shapes = Files.list(SHAPES)) {
            return shapes.filter(file -> file.toString().endsWith(".after.yml"))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void movedSettingsShouldStartAnApplication(Path file) throws Exception {
        YamlBlock yaml = new YamlBlock(new Block(file, 1, "yaml", Block.read(file)));
        assertThat(new DocumentedApplication(output)
                        .with(yaml)
                        .withCallersOf(yaml)
                        .complaints())
                .isEmpty();
    }
}
