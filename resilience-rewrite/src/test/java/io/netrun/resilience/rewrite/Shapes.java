package io.netrun.resilience.rewrite;

import java.nio.file.Path;
import java.util.List;
import org.openrewrite.ExecutionContext;
import org.openrewrite.InMemoryExecutionContext;
import org.openrewrite.SourceFile;
import org.openrewrite.internal.InMemoryLargeSourceSet;
import org.openrewrite.yaml.YamlParser;

/** Runs the recipe on a configuration file. */
final class Shapes {

    private Shapes() {}

    static String moved(String text, boolean keepBehaviour) {
        ExecutionContext ctx = new InMemoryExecutionContext(failure -> {
            throw new AssertionError(failure);
        });
        SourceFile file = new YamlParser()
                .parse(text)
                .findFirst()
                .orElseThrow()
                .withSourcePath(Path.of("src", "main", "resources", "application.yml"));
        return new FromResilience4j(keepBehaviour)
                .run(new InMemoryLargeSourceSet(List.of(file)), ctx).getChangeset().getAllResults().stream()
                        .map(result -> result.getAfter() == null
                                ? ""
                                : result.getAfter().printAll())
                        .findFirst()
                        .orElse(text);
    }
}
