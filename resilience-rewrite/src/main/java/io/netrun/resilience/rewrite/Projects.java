package io.netrun.resilience.rewrite;

import io.netrun.resilience.spring.mapping.BlockTranslator.Left;
import io.netrun.resilience.spring.mapping.MappingTable;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.openrewrite.SourceFile;
import org.openrewrite.java.tree.JavaSourceFile;
import org.openrewrite.quark.Quark;
import org.openrewrite.xml.tree.Xml;

/**
 * Which directories are in the build of the run. A plugin parses all files beneath its root, but sources of the modules
 * alone: a directory with a project of its own would get another library, and its sources would stay. Not thread-safe.
 */
final class Projects {

    private static final Pattern BUILD = Pattern.compile("pom\\.xml|(build|settings)\\.gradle(\\.kts)?");

    private static final Pattern MODULE = Pattern.compile("<(?:module|subproject)>\\s*([^<]+?)\\s*</");

    private static final Pattern INCLUDE =
            Pattern.compile("\\b(include|includeFlat)\\b(?!\\s*=)[\\s(]*((?:['\"][^'\"$]+['\"]\\s*,?\\s*)*)");

    private static final Pattern PLUGIN = Pattern.compile("(.*?)/src/[^/]+/(?:groovy|kotlin)/.*\\.gradle(?:\\.kts)?");

    private static final Pattern NAME = Pattern.compile("['\"]([^'\"$]+)['\"]");

    private static final Pattern DIRECTORY = Pattern.compile(
            "\\bproject\\(\\s*['\"](:?[\\w:.-]+)['\"]\\s*\\)\\s*\\.\\s*projectDir\\s*=[^'\"\\n]*['\"]([^'\"$]+)['\"]");

    /** The build files, by their directories. */
    private final Map<String, Set<String>> builds = new TreeMap<>();

    /** The directories that a build file has as modules or as its parent, by its own one. */
    private final Map<String, Set<String>> named = new HashMap<>();

    /** The directories with scripts whose modules are known only when they run. */
    private final Set<String> open = new HashSet<>();

    /** The directories of sources that were parsed. */
    private final Set<String> parsed = new HashSet<>();

    /** The directories of sources of Java that were not. */
    private final Set<String> unparsed = new HashSet<>();

    /** The directories with scripts that are plugins of builds. */
    private final Set<String> plugins = new HashSet<>();

    private final List<SourceFile> waiting = new ArrayList<>();

    /** The directories of projects outside, with what names the other library; empty text for nothing. */
    private final Map<String, String> outside = new TreeMap<>();

    private @Nullable Set<String> inside;

    /**
     * Notes a file.
     *
     * @return whether it is known to be in the build; it waits for {@link #settle} otherwise
     */
    boolean scan(SourceFile file) {
        String path = "/" + SettingsMove.path(file);
        String directory = path.substring(0, path.lastIndexOf('/'));
        String name = path.substring(path.lastIndexOf('/') + 1);
        if (BUILD.matcher(name).matches()) {
            builds.computeIfAbsent(directory, key -> new TreeSet<>()).add(name);
            Set<String> others = named.computeIfAbsent(directory, key -> new TreeSet<>());
            if (file instanceof Xml.Document pom) {
                addModules(directory, pom, others);
            } else if (name.startsWith("settings.")) {
                addIncluded(directory, file.printAll(), others);
            }
        } else if (file instanceof JavaSourceFile && !GradleMove.isScript(file)) {
            parsed.add(directory);
            return true;
        } else if (name.endsWith(".java")) {
            unparsed.add(directory);
        }
        Matcher plugin = PLUGIN.matcher(path);
        if (plugin.matches()) {
            plugins.add(plugin.group(1));
        }
        waiting.add(file);
        return false;
    }

    private static void addModules(String directory, Xml.Document pom, Set<String> named) {
        Matcher module = MODULE.matcher(pom.printAll().replaceAll("(?s)<!--.*?-->", ""));
        while (module.find()) {
            named.add(normal(directory + "/" + module.group(1).replaceFirst("(^|/)[^/]+\\.xml$", "")));
        }
        String parent = Pom.of(directory, pom).parent();
        if (parent != null) {
            named.add(parent);
        }
    }

    private void addIncluded(String directory, String script, Set<String> named) {
        String code = script.replaceAll("(?s)/\\*.*?\\*/|(?m)(?<![:'\"\\w])//.*$", "");
        Map<String, String> directories = new HashMap<>();
        Matcher moved = DIRECTORY.matcher(code);
        while (moved.find()) {
            directories.put(elements(moved.group(1)), moved.group(2));
        }
        Matcher include = INCLUDE.matcher(code);
        while (include.find()) {
            String above = include.group(1).equals("include") ? "" : "../";
            Matcher name = NAME.matcher(include.group(2));
            boolean known = false;
            while (name.find()) {
                known = true;
                String project = "";
                for (String element : elements(name.group(1)).split("/", -1)) {
                    project = project.isEmpty() ? element : project + "/" + element;
                    named.add(normal(directory + "/" + above + directories.getOrDefault(project, project)));
                }
            }
            boolean continued =
                    include.end() < code.length() && include.group(2).strip().endsWith(",");
            if (!known || continued) {
                open.add(directory);
            }
        }
        long unknown = Pattern.compile("\\bprojectDir\\s*=(?!=)")
                .matcher(code)
                .results()
                .count();
        if (unknown > directories.size()) {
            open.add(directory);
        }
    }

    private static String elements(String project) {
        return project.replaceFirst("^:", "").replace(':', '/');
    }

    private static String normal(String path) {
        String normal = Path.of(path).normalize().toString().replace('\\', '/');
        return normal.equals("/") ? "" : normal;
    }

    /**
     * Decides which directories are in the build.
     *
     * @param library the other library, as in the mapping table
     * @param scan takes the files in the build that waited
     */
    void settle(String library, Consumer<SourceFile> scan) {
        inside = inside();
        waiting.forEach(file -> {
            String project = outside(SettingsMove.path(file));
            if (project == null) {
                scan.accept(file);
            } else {
                outside.merge(project, named(library, file), (first, second) -> first.isEmpty() ? second : first);
            }
        });
        waiting.clear();
    }

    /** What names the other library in a file that is not in the build; empty for nothing. */
    private static String named(String library, SourceFile file) {
        String path = SettingsMove.path(file);
        boolean isText = BuildFiles.isBuild(file)
                || OtherLanguages.isSource(file)
                || path.matches(".*\\.(java|ya?ml|properties|xml|gradle|kts|toml)");
        String text = isText && !(file instanceof Quark) ? file.printAll() : "";
        Pattern names = switch (library) {
            case MappingTable.RESILIENCE4J -> Pattern.compile("resilience4j", Pattern.CASE_INSENSITIVE);
            case MappingTable.SPRING_RETRY -> Pattern.compile("spring-retry|org\\.springframework\\.retry");
            default -> Pattern.compile("org\\.springframework(\\.boot)?\\b");
        };
        return names.matcher(text).find() ? path : "";
    }

    private Set<String> inside() {
        Set<String> all = builds.keySet();
        Set<String> found = new HashSet<>();
        for (String directory : all) {
            boolean first = all.stream().noneMatch(other -> isAbove(other, directory));
            if ((first && !isUnparsed(directory)) || isParsed(directory) || isOfBuild(directory)) {
                found.add(directory);
            }
        }
        Deque<String> next = new ArrayDeque<>(found);
        while (!next.isEmpty()) {
            String directory = next.remove();
            Set<String> reached = new TreeSet<>(named.getOrDefault(directory, Set.of()));
            if (open.contains(directory)) {
                all.stream()
                        .filter(other -> isAbove(directory, other) && !isRoot(other))
                        .forEach(reached::add);
            }
            for (String other : reached) {
                if (all.contains(other) && !isUnparsed(other) && found.add(other)) {
                    next.add(other);
                }
            }
        }
        return found;
    }

    /** Whether a directory has scripts or plugins of the build itself. */
    private boolean isOfBuild(String directory) {
        boolean named = directory.matches(".*/(?:buildSrc|build-logic|build-conventions)(?:/.*)?")
                || (Builds.isConvention(directory + "/") && !isRoot(directory));
        return !isUnparsed(directory) && (named || plugins.contains(directory));
    }

    private boolean isRoot(String directory) {
        return builds.getOrDefault(directory, Set.of()).stream().anyMatch(name -> name.startsWith("settings."));
    }

    private boolean isParsed(String directory) {
        return parsed.stream().anyMatch(source -> Builds.isBeneath(directory, source));
    }

    /** Whether a directory has sources of its own, none of which was parsed. */
    private boolean isUnparsed(String directory) {
        return !isParsed(directory)
                && unparsed.stream()
                        .anyMatch(
                                source -> source.startsWith(directory + "/src/") && directory.equals(nearest(source)));
    }

    private static boolean isAbove(String directory, String other) {
        return !directory.equals(other) && Builds.isBeneath(directory, other);
    }

    /** The nearest directory with a build file at a path, or above it; null if there is none. */
    private @Nullable String nearest(String path) {
        return builds.keySet().stream()
                .filter(directory -> Builds.isBeneath(directory, path))
                .max((a, b) -> Integer.compare(a.length(), b.length()))
                .orElse(null);
    }

    /** The directory of the project of its own in which a file is; null if it is in the build. */
    private @Nullable String outside(String path) {
        String nearest = nearest("/" + path);
        return nearest == null || inside == null || inside.contains(nearest) ? null : nearest;
    }

    /** Whether a file is in a project of its own. */
    boolean isOutside(SourceFile file) {
        return outside(SettingsMove.path(file)) != null;
    }

    /** Lists a project of its own that names the other library, at its first build file. */
    void list(SourceFile file, String recipe, Consumer<Left> left) {
        String path = "/" + SettingsMove.path(file);
        String directory = path.substring(0, path.lastIndexOf('/'));
        String name = path.substring(path.lastIndexOf('/') + 1);
        Set<String> files = builds.getOrDefault(directory, Set.of());
        String found = outside.getOrDefault(directory, "");
        if (found.isEmpty() || !files.contains(name) || !first(files).equals(name)) {
            return;
        }
        left.accept(new Left(
                "project " + directory.substring(1),
                "It is a project of its own, and no module of the one of this run, so that its sources were not read:"
                        + " its build, its settings and its sources are as before. " + found
                        + " names the other library:"
                        + " run the recipe " + recipe + " in " + directory.substring(1) + ", too."));
    }

    private static String first(Set<String> files) {
        return files.stream()
                .filter(file -> !file.startsWith("settings."))
                .reduce((a, b) -> b)
                .orElseGet(() -> files.iterator().next());
    }
}
