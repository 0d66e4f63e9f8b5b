package io.netrun.resilience.rewrite;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.openrewrite.SourceFile;
import org.openrewrite.java.tree.JavaSourceFile;
import org.openrewrite.quark.Quark;
import org.openrewrite.xml.tree.Xml;

/**
 * How often files name the properties of POMs, and which versions of dependencies are such properties. Not thread-safe.
 */
final class PomProperties {

    private static final Pattern REFERENCE = Pattern.compile("\\$\\{([\\w.-]+)}|@([\\w.-]+)@");

    private final Map<String, Integer> references = new HashMap<>();

    private final List<Version> versions = new ArrayList<>();

    /**
     * A version of a dependency that is a property.
     *
     * @param directory the path of the module of its POM
     * @param group its group, as it is written
     * @param artifact its artifact, as it is written
     * @param property the name of the property
     */
    private record Version(String directory, String group, String artifact, String property) {}

    /** Notes what a file names. */
    void scan(SourceFile file) {
        if (file instanceof Quark || file instanceof JavaSourceFile || OtherLanguages.isSource(file)) {
            return;
        }
        Matcher matcher = REFERENCE.matcher(file.printAll());
        while (matcher.find()) {
            references.merge(matcher.group(1) == null ? matcher.group(2) : matcher.group(1), 1, Integer::sum);
        }
        String path = "/" + SettingsMove.path(file);
        if (file instanceof Xml.Document pom && path.endsWith("/pom.xml")) {
            add(path.substring(0, path.lastIndexOf('/')), pom.getRoot());
        }
    }

    private void add(String directory, Xml.Tag tag) {
        for (Xml.Tag child : tag.getChildren()) {
            String version = value(child, "version");
            if (child.getName().equals("dependency") && version.matches("\\$\\{[\\w.-]+}")) {
                versions.add(new Version(
                        directory,
                        value(child, "groupId"),
                        value(child, "artifactId"),
                        version.substring(2, version.length() - 1)));
            } else if (!child.getName().equals("plugin")) {
                add(directory, child);
            }
        }
    }

    private static String value(Xml.Tag tag, String name) {
        return tag.getChildValue(name).map(String::strip).orElse("");
    }

    /**
     * Whether nothing names a property but versions of dependencies that are replaced.
     *
     * @param property its name
     * @param builds the POMs
     * @param dependencies what replaces dependencies
     * @param stays whether the dependencies of a POM stay, by the path of its module
     */
    boolean isUnused(String property, Builds builds, Dependencies dependencies, Predicate<String> stays) {
        long replaced = versions.stream()
                .filter(version -> version.property().equals(property))
                .filter(version -> !stays.test(version.directory()))
                .filter(version -> !dependencies
                        .replacement(
                                builds.resolved(version.directory(), version.group()),
                                builds.resolved(version.directory(), version.artifact()))
                        .isEmpty())
                .count();
        return replaced > 0 && replaced == references.getOrDefault(property, 0);
    }
}
