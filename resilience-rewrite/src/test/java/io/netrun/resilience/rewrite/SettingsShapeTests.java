package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.openrewrite.test.RewriteTest;
import org.openrewrite.yaml.Assertions;

/**
 * Configuration files in the shapes that applications have, before and after. The test of the applications starts each
 * of them.
 */
class SettingsShapeTests implements RewriteTest {

    private static final Path SHAPES = Path.of("src", "test", "resources", "shapes");

    static List<Path> shapes() throws IOException {
        try (Stream<Path> files = Files.list(SHAPES)) {
            return files.filter(file -> file.toString().endsWith(".before.yml"))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void shapeShouldBecomeTheExpectedOne(Path before) throws IOException {
        Path after = before.resolveSibling(before.getFileName().toString().replace(".before", ".after"));
        String text = Files.readString(before);
        boolean keep = !text.startsWith("# names only");
        if (Boolean.getBoolean("shapes.write")) {
            Files.writeString(after, Shapes.moved(text, keep));
        }
        rewriteRun(
                spec -> spec.recipe(new FromResilience4j(keep)).expectedCyclesThatMakeChanges(1),
                Assertions.yaml(
                        text,
                        Files.readString(after),
                        source -> source.path("src/main/resources/application.yml")
                                .noTrim()));
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void resultShouldStayAsItIs(Path before) throws IOException {
        String text = Files.readString(before);
        boolean keep = !text.startsWith("# names only");
        String once = Shapes.moved(text, keep);
        assertThat(Shapes.moved(once, keep)).isEqualTo(once);
    }
}
