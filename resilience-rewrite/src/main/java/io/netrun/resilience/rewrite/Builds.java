package io.netrun.resilience.rewrite;

import io.netrun.resilience.spring.mapping.Names;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.openrewrite.SourceFile;
import org.openrewrite.xml.tree.Xml;

/** Which modules of a build have which others, by their paths, and which build files are theirs. Not thread-safe. */
final class Builds {

    private static final Pattern PROJECT =
            Pattern.compile("\\bproject\\(\\s*(?:path\\s*[:=]\\s*)?['\"](:?[\\w:.-]+)['\"]");

    private static final Pattern ACCESSOR = Pattern.compile("\\bprojects\\.([\\w.]+)");

    private static final Pattern DIRECTORY = Pattern.compile("\\bproject\\(\\s*['\"](:[\\w:.-]+)['\"]\\s*\\)\\s*\\."
            + "projectDir\\s*=\\s*(?:new\\s+)?[Ff]ile\\(\\s*(?:\\w+\\s*,\\s*)?['\"]([^'\"$]+)['\"]");

    private static final Pattern OF_ALL = Pattern.compile("^(?:subprojects|allprojects|configure\\b.*)");

    private final Map<String, Pom> poms = new LinkedHashMap<>();

    private final List<Use> uses = new ArrayList<>();

    /** The directories with scripts of settings, with the directories of their projects. */
    private final Map<String, Map<String, String>> roots = new HashMap<>();

    /** The texts of the scripts of Gradle, by their paths. */
    private final Map<String, String> scripts = new LinkedHashMap<>();

    /**
     * What a script has of a project of Gradle.
     *
     * @param directory the directory of the script
     * @param module the project whose dependency it is; empty if it is that of all beneath the directory, null if it is
     *     that of the directory
     * @param project the project, as {@code :order:core}
     */
    private record Use(String directory, @Nullable String module, String project) {}

    /** Notes a build file. */
    void scan(SourceFile file) {
        String path = "/" + SettingsMove.path(file);
        String directory = directory(path);
        if (file instanceof Xml.Document pom && path.endsWith("/pom.xml")) {
            poms.put(directory, Pom.of(directory, pom));
        } else if (GradleMove.isScript(file)) {
            String text = file.printAll();
            if (path.matches(".*/settings\\.gradle(\\.kts)?")) {
                Map<String, String> directories = new HashMap<>();
                Matcher matcher = DIRECTORY.matcher(text);
                while (matcher.find()) {
                    directories.put(matcher.group(1), directory + "/" + matcher.group(2));
                }
                roots.put(directory, directories);
            } else {
                scan(directory, text);
            }
            scripts.put(path, text);
        }
    }

    private void scan(String directory, String text) {
        GradleBlocks blocks = new GradleBlocks(text);
        Matcher project = PROJECT.matcher(text);
        while (project.find()) {
            add(directory, blocks.headers(project.start()), project.group(1));
        }
        Matcher accessor = ACCESSOR.matcher(text);
        while (accessor.find()) {
            add(directory, blocks.headers(accessor.start()), ":" + dashed(accessor.group(1)));
        }
    }

    /** Adds a project that dependencies name, for the modules whose dependencies they are. */
    private void add(String directory, List<String> headers, String project) {
        if (headers.stream().noneMatch(header -> header.endsWith("dependencies"))) {
            return;
        }
        for (String header : headers) {
            Matcher other = PROJECT.matcher(header);
            if (other.find()) {
                uses.add(new Use(directory, other.group(1), project));
                return;
            } else if (OF_ALL.matcher(header).find()) {
                uses.add(new Use(directory, "", project));
                return;
            }
        }
        uses.add(new Use(directory, null, project));
    }

    private static String directory(String path) {
        return path.substring(0, path.lastIndexOf('/'));
    }

    /** The path of a project from its accessor: {@code projects.orderCore} is {@code :order-core}. */
    private static String dashed(String accessor) {
        return accessor.replaceAll("([a-z0-9])([A-Z])", "$1-$2")
                .toLowerCase(Locale.ROOT)
                .replace('.', ':');
    }

    /** Whether a path is that of a directory, or beneath it. */
    static boolean isBeneath(String directory, String path) {
        return path.equals(directory) || path.startsWith(directory + "/");
    }

    /** The POM of a module; null if it has none. */
    @Nullable
    Pom pom(String module) {
        return poms.get(module);
    }

    /** The POMs above that of a module which are in the build, from the nearest one. */
    List<Pom> parents(String module) {
        List<Pom> parents = new ArrayList<>();
        Set<String> seen = new HashSet<>(Set.of(module));
        Pom pom = poms.get(module);
        while (pom != null) {
            Pom next = pom.parent() == null ? null : poms.get(pom.parent());
            if (next == null || !next.artifact().equals(pom.parentArtifact()) || !seen.add(next.directory())) {
                return parents;
            }
            parents.add(next);
            pom = next;
        }
        return parents;
    }

    /** A text of the POM of a module with its properties. */
    String resolved(String module, String text) {
        Pom pom = poms.get(module);
        return pom == null ? text : pom.resolved(text, parents(module));
    }

    /** The dependencies of a module by its POM and those above it, with their properties. */
    List<Pom.Dependency> dependencies(String module) {
        List<Pom.Dependency> all = new ArrayList<>();
        Pom own = poms.get(module);
        if (own != null) {
            List<Pom> poms = new ArrayList<>(List.of(own));
            poms.addAll(parents(module));
            poms.forEach(pom -> pom.dependencies()
                    .forEach(dependency -> all.add(new Pom.Dependency(
                            resolved(module, dependency.group()),
                            resolved(module, dependency.artifact()),
                            dependency.transitive(),
                            dependency.run(),
                            dependency.profile()))));
        }
        return all;
    }

    /** What the dependency management of a module has, by its POM and those above it, with their properties. */
    List<Pom.Dependency> managed(String module) {
        Pom own = pom(module);
        List<Pom> all = new ArrayList<>(own == null ? List.of() : List.of(own));
        all.addAll(parents(module));
        return all.stream()
                .flatMap(pom -> pom.managed().stream())
                .map(managed -> new Pom.Dependency(
                        resolved(module, managed.group()), resolved(module, managed.artifact()), false, false, ""))
                .toList();
    }

    /** The modules that a module has, also through others. */
    Set<String> libraries(String module, Set<String> modules) {
        Set<String> all = new TreeSet<>(modules);
        all.addAll(poms.keySet());
        scripts.keySet().forEach(script -> all.add(directory(script)));
        Set<String> found = new LinkedHashSet<>();
        Deque<String> next = new ArrayDeque<>(Set.of(module));
        while (!next.isEmpty()) {
            for (String library : needed(next.remove(), all)) {
                if (!library.equals(module) && found.add(library)) {
                    next.add(library);
                }
            }
        }
        return found;
    }

    private Set<String> needed(String module, Set<String> all) {
        Set<String> needed = new LinkedHashSet<>();
        for (Pom.Dependency dependency : dependencies(module)) {
            poms.values().stream()
                    .filter(pom -> resolved(pom.directory(), pom.artifact()).equals(dependency.artifact()))
                    .filter(pom -> isSame(resolved(pom.directory(), pom.group()), dependency.group()))
                    .forEach(pom -> needed.add(pom.directory()));
        }
        uses.stream()
                .filter(use -> isOf(use, module, all))
                .forEach(use -> needed.addAll(project(use.directory(), use.project(), all)));
        return needed;
    }

    /** Whether two groups are the same, as far as both are known. */
    private static boolean isSame(String group, String other) {
        boolean unknown = group.isEmpty() || other.isEmpty() || group.contains("${") || other.contains("${");
        return unknown || group.equals(other);
    }

    private boolean isOf(Use use, String module, Set<String> all) {
        if (use.module() == null) {
            return use.directory().equals(module);
        }
        return use.module().isEmpty()
                ? isBeneath(use.directory(), module)
                : project(use.directory(), use.module(), all).contains(module);
    }

    private static String elements(String name) {
        return (name.startsWith(":") ? name.substring(1) : name).replace(':', '/');
    }

    /** The directories of a project; by the end of their paths alone where the root of the build is not known. */
    private Set<String> project(String module, String name, Set<String> all) {
        String root = root(module);
        if (root != null) {
            String written = name.startsWith(":") ? name : ":" + name;
            String exact = roots.getOrDefault(root, Map.of()).getOrDefault(written, root + "/" + elements(name));
            if (all.contains(exact)) {
                return Set.of(exact);
            }
        }
        Set<String> found = new LinkedHashSet<>(all);
        found.removeIf(other -> !other.endsWith("/" + elements(name)));
        return found;
    }

    private @Nullable String root(String module) {
        return roots.keySet().stream()
                .filter(root -> isBeneath(root, module))
                .max((a, b) -> Integer.compare(a.length(), b.length()))
                .orElse(null);
    }

    /**
     * Whether a build file has a part in the build of a module: it is its own, one of a directory above, its parent,
     * that of a module that it has, or a script that any module may apply.
     */
    boolean isPartOf(String build, String module, Set<String> modules) {
        String path = "/" + build;
        String directory = directory(path);
        if (isBeneath(directory, module) || isShared(path, modules) || isParent(directory, module)) {
            return true;
        }
        return libraries(module, modules).stream()
                .anyMatch(library -> library.equals(directory) || isParent(directory, library));
    }

    private boolean isParent(String directory, String module) {
        return parents(module).stream().anyMatch(pom -> pom.directory().equals(directory));
    }

    private static boolean isShared(String script, Set<String> modules) {
        String name = script.substring(script.lastIndexOf('/') + 1);
        return name.matches(".*\\.gradle(\\.kts)?")
                && (isConvention(script) || (!name.startsWith("build.gradle") && !modules.contains(directory(script))));
    }

    /** Whether a path is in one of the directories whose scripts and sources are those of the build itself. */
    static boolean isConvention(String path) {
        return path.matches(".*/(?:buildSrc|build-logic|build-conventions|gradle)/.*");
    }

    /**
     * The artifacts of this library that a module gets by its build files, those of modules that it has included.
     *
     * @param declared the artifact that a dependency of a POM becomes; empty if it is none of the other library
     * @param ofScript the artifacts that the dependencies of a script become, by its path and its text
     */
    Set<String> reached(
            String module,
            Set<String> modules,
            Function<Pom.Dependency, String> declared,
            BiFunction<String, String, Set<String>> ofScript) {
        Set<String> reached = new TreeSet<>();
        dependencies(module).forEach(dependency -> reached.add(declared.apply(dependency)));
        Set<String> libraries = libraries(module, modules);
        libraries.forEach(library -> dependencies(library).stream()
                .filter(Pom.Dependency::transitive)
                .forEach(dependency -> reached.add(declared.apply(dependency))));
        scripts.forEach((path, text) -> {
            String directory = directory(path);
            if (isBeneath(directory, module) || isShared(path, modules) || libraries.contains(directory)) {
                reached.addAll(ofScript.apply(path.substring(1), text));
            }
        });
        reached.remove("");
        return reached;
    }

    /**
     * Where a module has an artifact when it runs, by its build files and those of modules that it has: the profiles of
     * Maven with it, and an empty name if it needs none; empty if it has it nowhere.
     */
    Set<String> having(String module, Set<String> modules, String artifact) {
        Set<String> having = new TreeSet<>();
        Set<String> libraries = libraries(module, modules);
        dependencies(module).stream()
                .filter(dependency -> dependency.run() && dependency.artifact().equals(artifact))
                .forEach(dependency -> having.add(dependency.profile()));
        libraries.forEach(library -> dependencies(library).stream()
                .filter(dependency ->
                        dependency.transitive() && dependency.artifact().equals(artifact))
                .forEach(dependency -> having.add(dependency.profile())));
        Pattern named = Pattern.compile("(?i)\\b" + Pattern.quote(artifact) + "\\b");
        scripts.forEach((path, text) -> {
            String directory = directory(path);
            boolean part = isBeneath(directory, module) || isShared(path, modules) || libraries.contains(directory);
            if (part
                    && new GradleBlocks(text)
                            .statements().stream()
                                    .map(statement -> withoutComments(statement.text(text)))
                                    .filter(statement ->
                                            !statement.matches("(?s)(test|compileOnly|annotationProcessor|exclude).*"))
                                    .anyMatch(statement -> named.matcher(statement.replace('.', '-'))
                                            .find())) {
                having.add("");
            }
        });
        return having;
    }

    private static String withoutComments(String statement) {
        return statement
                .replaceAll("(?s)/\\*.*?\\*/", "")
                .replaceAll("(?m)^\\s*//.*$", "")
                .strip();
    }

    /** Whether a build file is the one to which dependencies of a module are added. */
    static boolean isOwn(String build, String module) {
        String path = "/" + build;
        return directory(path).equals(module)
                && !path.matches(".*/settings\\.gradle(\\.kts)?")
                && Names.module(build).equals(module);
    }
}
