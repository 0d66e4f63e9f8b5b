package io.netrun.resilience.shared;

import java.nio.file.Files;
import java.nio.file.Path;

/** The root of the repository, whichever module the tests run in. */
public final class RepositoryRoot {

    /** A directory that only the root has. */
    private static final String MARK = "resilience-bom";

    private RepositoryRoot() {}

    public static Path path() {
        Path root = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(root.resolve(MARK))) {
            root = root.getParent();
        }
        return root;
    }

    /** The pages for those who run the application. */
    public static Path operations() {
        return path().resolve(Path.of("docs", "operations"));
    }
}
