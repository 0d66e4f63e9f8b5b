package io.netrun.resilience.spring;

import java.nio.file.Files;
import java.nio.file.Path;

/** The root of the repository, from whichever module the tests run in. */
public final class RepositoryRoot {

    private RepositoryRoot() {}

    /** The documentation's directory for those who run the application. */
    public static Path operations() {
        Path root = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(root.resolve("docs"))) {
            root = root.getParent();
        }
        return root.resolve(Path.of("docs", "operations"));
    }
}
