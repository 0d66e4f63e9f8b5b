package io.netrun.resilience.rewrite;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.openrewrite.SourceFile;

/**
 * The libraries of version catalogs of Gradle, which scripts name by accessors such as {@code libs.spring.retry}. Each
 * replaced one gets the same alias in every catalog. Not thread-safe.
 */
final class Catalogs {

    private static final String SUFFIX = ".versions.toml";

    private static final String PREFIX = "netrun-";

    private static final Pattern VERSIONS =
            Pattern.compile("\\.versions\\.([\\w.]+)|findVersion\\s*\\(\\s*['\"]([^'\"]+)['\"]");

    private static final Pattern IMPORTED = Pattern.compile(
            "(\\w+)['\")\\s]*\\{\\s*from\\s*\\(?\\s*(?:[\\w.]+\\.)?files?\\s*\\(?\\s*['\"]([^'\"]*\\.versions\\.toml)['\"]");

    private static final Pattern ACCESSOR = Pattern.compile("(?<![\\w.])(\\w+)((?:\\.\\w+)+)");

    private static final Pattern FOUND = Pattern.compile("(findLibrary\\s*\\(\\s*['\"])([^'\"]+)(['\"])");

    private final Dependencies dependencies;

    private final Map<String, Map<String, String>> artifacts = new HashMap<>();

    private final Map<String, Set<String>> names = new HashMap<>();

    private final Set<String> versions = new HashSet<>();

    /** @param library the library, as in the mapping table */
    Catalogs(String library) {
        this.dependencies = new Dependencies(library);
    }

    /** Whether a source file is a catalog. */
    static boolean isCatalog(SourceFile file) {
        return SettingsMove.path(file).endsWith(SUFFIX);
    }

    /** The alias of an artifact of this library. */
    static String alias(String artifact) {
        return PREFIX + artifact;
    }

    /** Spellings of an alias that are the same for Gradle. */
    static String accessor(String alias) {
        return alias.replace('-', '.').replace('_', '.');
    }

    /** The directory of the build to which a catalog belongs. */
    static String root(SourceFile catalog) {
        String path = "/" + SettingsMove.path(catalog);
        String directory = path.substring(0, path.lastIndexOf('/'));
        return directory.endsWith("/gradle") ? directory.substring(0, directory.length() - 7) : directory;
    }

    /** Notes a catalog, or what a script uses of catalogs. */
    void scan(SourceFile file) {
        if (isCatalog(file)) {
            String path = SettingsMove.path(file);
            String name = path.substring(path.lastIndexOf('/') + 1);
            names.computeIfAbsent(name, any -> new HashSet<>()).add(name.substring(0, name.length() - SUFFIX.length()));
            Map<String, String> libraries = new HashMap<>();
            CatalogMove.libraries(file.printAll(), dependencies)
                    .forEach((alias, artifact) -> libraries.put(accessor(alias), artifact));
            artifacts.put(root(file) + "/ " + name, libraries);
        } else if (GradleMove.isScript(file)) {
            String text = file.printAll();
            Matcher version = VERSIONS.matcher(text);
            while (version.find()) {
                versions.add(accessor(version.group(1) == null ? version.group(2) : version.group(1)));
            }
            Matcher imported = IMPORTED.matcher(text);
            while (imported.find()) {
                String catalog = imported.group(2);
                names.computeIfAbsent(catalog.substring(catalog.lastIndexOf('/') + 1), any -> new HashSet<>())
                        .add(imported.group(1));
            }
        }
    }

    /** Whether a catalog has a library that is replaced. */
    boolean isAnyReplaced() {
        return artifacts.values().stream().anyMatch(libraries -> !libraries.isEmpty());
    }

    /** Whether a script reads a version of a catalog. */
    boolean isVersionUsed(String version) {
        String dotted = accessor(version);
        return versions.stream().anyMatch(used -> used.equals(dotted) || used.startsWith(dotted + "."));
    }

    /** A line of a script with the accessors of this library's aliases. */
    String replaced(String path, String line) {
        Matcher found = FOUND.matcher(line);
        String text = found.replaceAll(result -> {
            String artifact = artifact(path, null, accessor(result.group(2)));
            return Matcher.quoteReplacement(
                    artifact.isEmpty() ? result.group() : result.group(1) + alias(artifact) + result.group(3));
        });
        return ACCESSOR.matcher(text).replaceAll(result -> {
            String name = result.group(1);
            String full = result.group(2).substring(1);
            String rest = full.endsWith(".get") ? ".get" : "";
            String accessor = full.substring(0, full.length() - rest.length());
            accessor = accessor.endsWith(".asProvider") ? accessor.substring(0, accessor.length() - 11) : accessor;
            String artifact = artifact(path, name, accessor);
            return Matcher.quoteReplacement(
                    artifact.isEmpty() ? result.group() : name + "." + accessor(alias(artifact)) + rest);
        });
    }

    /** The artifact that replaces a library of a catalog that a script sees; empty if there is none. */
    private String artifact(String path, @Nullable String name, String accessor) {
        List<String> found = new ArrayList<>();
        artifacts.forEach((catalog, libraries) -> {
            int space = catalog.indexOf("/ ");
            boolean seen = ("/" + path).startsWith(catalog.substring(0, space) + "/");
            boolean named = name == null
                    || names.getOrDefault(catalog.substring(space + 2), Set.of())
                            .contains(name);
            if (seen && named && libraries.containsKey(accessor)) {
                found.add(libraries.getOrDefault(accessor, ""));
            }
        });
        return found.isEmpty() ? "" : found.get(0);
    }
}
