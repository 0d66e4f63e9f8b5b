package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.spring.mapping.Names;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.openrewrite.ExecutionContext;
import org.openrewrite.InMemoryExecutionContext;
import org.openrewrite.Parser;
import org.openrewrite.Recipe;
import org.openrewrite.SourceFile;
import org.openrewrite.Tree;
import org.openrewrite.internal.InMemoryLargeSourceSet;
import org.openrewrite.java.marker.JavaSourceSet;
import org.openrewrite.java.tree.JavaSourceFile;
import org.openrewrite.java.tree.JavaType;
import org.openrewrite.properties.PropertiesParser;
import org.openrewrite.text.PlainTextParser;
import org.openrewrite.xml.XmlParser;
import org.openrewrite.yaml.YamlParser;

/**
 * A project of several files on which a recipe runs.
 *
 * @param files the texts of its files, by their paths
 * @param left what was left, as {@code path what: reason}
 * @param classPath the types on the class path of the main sources; none if it is not known
 */
record Project(Map<String, String> files, List<String> left, List<String> classPath) {

    private static final String POM = """
            <project>
                <dependencies>
                    <dependency>
                        <groupId>io.github.resilience4j</groupId>
                        <artifactId>resilience4j-spring-boot3</artifactId>
                        <version>2.3.0</version>
                    </dependency>
                    <dependency>
                        <groupId>org.springframework.retry</groupId>
                        <artifactId>spring-retry</artifactId>
                        <version>2.0.12</version>
                    </dependency>
                </dependencies>
            </project>
            """;

    Project() {
        this(new LinkedHashMap<>(), List.of(), new ArrayList<>());
    }

    /** With types on the class path of the main sources. */
    Project withTypes(String... names) {
        classPath.addAll(List.of(names));
        return this;
    }

    /** With a file. */
    Project with(String path, String text) {
        files.put(path, text);
        return this;
    }

    /**
     * After a recipe; a second run changes nothing. Modules without a build file have one with the libraries meanwhile,
     * so that the second run also decides on their dependencies as the first one did.
     */
    Project after(Recipe recipe) {
        Map<String, String> poms = missingPoms();
        Map<String, String> all = new LinkedHashMap<>(files);
        all.putAll(poms);
        Project moved = new Project(all, List.of(), classPath).run(recipe);
        assertThat(moved.run(recipe).files).isEqualTo(moved.files);
        Map<String, String> own = new LinkedHashMap<>(moved.files);
        own.keySet().removeAll(poms.keySet());
        List<String> rows = moved.left.stream()
                .filter(row -> !poms.containsKey(row.substring(0, row.indexOf(' '))))
                .toList();
        return new Project(own, rows, classPath);
    }

    private Map<String, String> missingPoms() {
        Map<String, String> poms = new LinkedHashMap<>();
        for (String path : files.keySet()) {
            String module = Names.module(path);
            String directory = module.isEmpty() ? "" : module.substring(1) + "/";
            boolean built = files.keySet().stream()
                    .anyMatch(file -> file.matches(
                            Pattern.quote(directory) + "(pom\\.xml|build\\.gradle.*|settings\\.gradle.*)"));
            if (path.contains("src/main/") && !built) {
                poms.put(directory + "pom.xml", POM);
            }
        }
        return poms;
    }

    private Project run(Recipe recipe) {
        ExecutionContext ctx = new InMemoryExecutionContext(failure -> {
            throw new AssertionError(failure);
        });
        var run = recipe.run(new InMemoryLargeSourceSet(parsed(ctx)), ctx);
        Map<String, String> after = new LinkedHashMap<>(files);
        run.getChangeset().getAllResults().forEach(result -> {
            if (result.getAfter() != null) {
                after.put(
                        SettingsMove.path(result.getAfter()), result.getAfter().printAll());
            }
        });
        List<String> rows = new ArrayList<>();
        run.getDataTables().forEach((table, all) -> {
            if (table instanceof Leftovers) {
                all.forEach(each -> {
                    Leftovers.Row row = (Leftovers.Row) each;
                    rows.add(row.file() + " " + row.what() + ": " + row.reason());
                });
            }
        });
        return new Project(after, rows, classPath);
    }

    private List<SourceFile> parsed(ExecutionContext ctx) {
        Map<String, List<Parser.Input>> inputs = new LinkedHashMap<>();
        files.forEach((path, text) -> inputs.computeIfAbsent(
                        path.substring(path.lastIndexOf('.') + 1), kind -> new ArrayList<>())
                .add(Parser.Input.fromString(Path.of(path), text)));
        List<SourceFile> parsed = new ArrayList<>();
        inputs.forEach((kind, all) ->
                parsed.addAll(parser(kind).parseInputs(all, null, ctx).collect(Collectors.toList())));
        if (!classPath.isEmpty()) {
            List<JavaType.FullyQualified> types = classPath.stream()
                    .map(name -> (JavaType.FullyQualified) JavaType.buildType(name))
                    .toList();
            JavaSourceSet sources = new JavaSourceSet(Tree.randomId(), "main", types, Map.of());
            parsed.replaceAll(file -> file instanceof JavaSourceFile
                    ? file.withMarkers(file.getMarkers().addIfAbsent(sources))
                    : file);
        }
        return parsed;
    }

    private static Parser parser(String kind) {
        return switch (kind) {
            case "java" -> Stubs.parser().build();
            case "yml", "yaml" -> new YamlParser();
            case "properties" -> new PropertiesParser();
            case "xml" -> new XmlParser();
            default -> new PlainTextParser();
        };
    }
}
