package io.netrun.resilience.rewrite;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.openrewrite.SourceFile;
import org.openrewrite.xml.tree.Xml;

/** Which modules of a build have which others, by their paths. Not thread-safe. */
final class Builds {

    private static final Pattern PROJECT =
            Pattern.compile("\\bproject\\(\\s*(?:path\\s*[:=]\\s*)?['\"]:?([\\w:.-]+)['\"]");

    private static final Pattern ACCESSOR = Pattern.compile("\\bprojects\\.([\\w.]+)");

    /** The paths of modules by the names of their artifacts. */
    private final Map<String, String> artifacts = new HashMap<>();

    /** The names of the artifacts, or the ends of the paths, that a module depends on. */
    private final Map<String, Set<String>> needed = new HashMap<>();

    /** Notes a build file. */
    void scan(SourceFile file) {
        String path = "/" + SettingsMove.path(file);
        String directory = path.substring(0, path.lastIndexOf('/'));
        Set<String> names = needed.computeIfAbsent(directory, module -> new LinkedHashSet<>());
        if (file instanceof Xml.Document pom && path.endsWith("/pom.xml")) {
            pom.getRoot().getChildValue("artifactId").ifPresent(name -> artifacts.put(name, directory));
            pom.getRoot()
                    .getChild("dependencies")
                    .ifPresent(dependencies -> dependencies
                            .getChildren("dependency")
                            .forEach(dependency ->
                                    dependency.getChildValue("artifactId").ifPresent(names::add)));
        } else if (GradleMove.isScript(file)) {
            String text = file.printAll();
            Matcher project = PROJECT.matcher(text);
            while (project.find()) {
                names.add("/" + project.group(1).replace(':', '/'));
            }
            Matcher accessor = ACCESSOR.matcher(text);
            while (accessor.find()) {
                names.add("/" + dashed(accessor.group(1)));
            }
        }
    }

    /** The path of a project from its accessor: {@code projects.orderCore} is {@code :order-core}. */
    private static String dashed(String accessor) {
        return accessor.replaceAll("([a-z0-9])([A-Z])", "$1-$2")
                .toLowerCase(Locale.ROOT)
                .replace('.', '/');
    }

    /** The modules that a module has, also through others. */
    Set<String> libraries(String module, Set<String> modules) {
        Set<String> found = new LinkedHashSet<>();
        Deque<String> next = new ArrayDeque<>();
        next.add(module);
        while (!next.isEmpty()) {
            String current = next.remove();
            for (String name : needed.getOrDefault(current, Set.of())) {
                String directory = artifacts.get(name);
                all(modules)
                        .filter(other -> name.startsWith("/") ? other.endsWith(name) : other.equals(directory))
                        .filter(other -> !other.equals(module) && found.add(other))
                        .forEach(next::add);
            }
        }
        return found;
    }

    private Stream<String> all(Set<String> modules) {
        Set<String> all = new LinkedHashSet<>(modules);
        all.addAll(needed.keySet());
        return all.stream();
    }
}
