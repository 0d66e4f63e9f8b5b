package io.netrun.resilience.application.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.shared.RepositoryRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The public API of each published module is the one that is pinned in its {@code public-api.txt}, so that no change of
 * it goes unnoticed. CONTRIBUTING has the command that writes the files anew.
 */
class PublicApiTests {

    private static final Path ROOT = RepositoryRoot.path();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "resilience-core",
                "resilience-test",
                "resilience-kotlin",
                "resilience-spring-boot-starter",
                "resilience-fleet"
            })
    void publicApiShouldBeThePinnedOne(String module) throws IOException {
        Path pinned = ROOT.resolve(module).resolve("public-api.txt");
        String api = PublicApi.of(ROOT.resolve(module).resolve(Path.of("target", "classes")));
        if (Boolean.getBoolean("api.write")) {
            Files.writeString(pinned, api);
        }
        assertThat(api.lines()).isNotEmpty().containsExactlyElementsOf(Files.readAllLines(pinned));
    }
}
