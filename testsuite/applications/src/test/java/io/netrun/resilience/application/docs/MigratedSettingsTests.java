package io.netrun.resilience.application.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** An application starts with each configuration that the recipes of {@code resilience-rewrite} have moved. */
class MigratedSettingsTests {

    private static final Path SHAPES = Block.ROOT.resolve("resilience-rewrite/src/test/resources/shapes");

    @TempDir
    static Path output;

    @TestFactory
    Stream<DynamicTest> movedSettingsShouldStartAnApplication() throws IOException {
        List<Path> files;
        try (Stream<Path> shapes = Files.list(SHAPES)) {
            files = shapes.filter(file -> file.toString().endsWith(".after.yml"))
                    .sorted()
                    .toList();
        }
        assertThat(files).hasSizeGreaterThanOrEqualTo(20);
        return files.stream()
                .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> {
                    YamlBlock yaml = new YamlBlock(new Block(file, 1, "yaml", Block.read(file)));
                    assertThat(new DocumentedApplication(output)
                                    .with(yaml)
                                    .withCallersOf(yaml)
                                    .complaints())
                            .isEmpty();
                }));
    }
}
