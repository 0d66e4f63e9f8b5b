package io.netrun.resilience.rewrite;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.openrewrite.xml.tree.Xml;

/**
 * What a POM declares, as it is written: values may have properties.
 *
 * @param directory the path of its module
 * @param group the group of its project, or of its parent
 * @param artifact the artifact of its project
 * @param parent the path of the directory where its parent would be; null if it is in none of the build
 * @param parentArtifact the artifact of its parent; empty if it has none
 * @param properties its properties
 * @param dependencies its dependencies, also those of profiles
 * @param managed what its dependency management has
 */
record Pom(
        String directory,
        String group,
        String artifact,
        @Nullable String parent,
        String parentArtifact,
        Map<String, String> properties,
        List<Dependency> dependencies,
        List<Dependency> managed) {

    private static final Pattern REFERENCE = Pattern.compile("\\$\\{([^}]+)}");

    /**
     * A dependency.
     *
     * @param group its group
     * @param artifact its artifact
     * @param transitive whether what depends on the module has it, too
     * @param run whether the module has it when it runs
     * @param profile the profile that has it; empty if it is in none
     */
    record Dependency(String group, String artifact, boolean transitive, boolean run, String profile) {}

    static Pom of(String directory, Xml.Document document) {
        Xml.Tag project = document.getRoot();
        Xml.Tag above = project.getChild("parent").orElse(null);
        Map<String, String> properties = new LinkedHashMap<>();
        project.getChild("properties")
                .ifPresent(tag -> tag.getChildren()
                        .forEach(property -> properties.put(
                                property.getName(), property.getValue().orElse(""))));
        List<Dependency> dependencies = new ArrayList<>();
        add(project, dependencies, "");
        project.getChild("profiles")
                .ifPresent(profiles -> profiles.getChildren("profile")
                        .forEach(profile -> add(profile, dependencies, value(profile, "id"))));
        List<Dependency> managed = new ArrayList<>();
        project.getChild("dependencyManagement").ifPresent(management -> add(management, managed, ""));
        String group = value(project, "groupId");
        return new Pom(
                directory,
                group.isEmpty() && above != null ? value(above, "groupId") : group,
                value(project, "artifactId"),
                above == null ? null : parent(directory, above),
                above == null ? "" : value(above, "artifactId"),
                properties,
                dependencies,
                managed);
    }

    private static void add(Xml.Tag owner, List<Dependency> dependencies, String profile) {
        owner.getChild("dependencies")
                .ifPresent(all -> all.getChildren("dependency").forEach(tag -> {
                    String scope = value(tag, "scope");
                    boolean run = scope.isEmpty() || scope.equals("compile") || scope.equals("runtime");
                    dependencies.add(new Dependency(
                            value(tag, "groupId"),
                            value(tag, "artifactId"),
                            run && !value(tag, "optional").equals("true"),
                            run,
                            profile));
                }));
    }

    private static String value(Xml.Tag tag, String name) {
        return tag.getChildValue(name).map(String::strip).orElse("");
    }

    private static @Nullable String parent(String directory, Xml.Tag above) {
        Xml.Tag path = above.getChild("relativePath").orElse(null);
        String relative =
                path == null ? "../pom.xml" : path.getValue().orElse("").strip();
        if (relative.isEmpty()) {
            return null;
        }
        String full = directory + "/" + relative;
        String normal = Path.of(full).normalize().toString().replace('\\', '/');
        String parent = normal.endsWith(".xml") ? normal.substring(0, Math.max(0, normal.lastIndexOf('/'))) : normal;
        return parent.equals("/") ? "" : parent;
    }

    /**
     * A text with the properties of this POM and of those above it.
     *
     * @param above the POMs above, from the nearest one
     */
    String resolved(String text, List<Pom> above) {
        String resolved = text;
        for (int depth = 0; depth < 8 && resolved.contains("${"); depth++) {
            Matcher matcher = REFERENCE.matcher(resolved);
            resolved = matcher.replaceAll(
                    reference -> Matcher.quoteReplacement(value(reference.group(1), reference.group(), above)));
        }
        return resolved;
    }

    private String value(String name, String unknown, List<Pom> above) {
        return switch (name) {
            case "project.groupId", "pom.groupId", "groupId" -> group;
            case "project.artifactId", "pom.artifactId", "artifactId" -> artifact;
            case "project.parent.groupId", "parent.groupId" ->
                above.isEmpty() ? unknown : above.get(0).group();
            case "project.parent.artifactId", "parent.artifactId" -> parentArtifact;
            default -> {
                String value = properties.get(name);
                for (int i = 0; value == null && i < above.size(); i++) {
                    value = above.get(i).properties().get(name);
                }
                yield value == null ? unknown : value;
            }
        };
    }
}
