package io.netrun.resilience.rewrite;

import io.netrun.resilience.spring.mapping.BlockTranslator.Left;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.openrewrite.SourceFile;
import org.openrewrite.text.PlainText;
import org.openrewrite.text.PlainTextParser;

/**
 * Replaces the libraries of another library in a version catalog of Gradle. It works line by line on the text, in which
 * Gradle wants each entry on a line of its own.
 */
final class CatalogMove {

    private static final String VERSION = "netrun-resilience";

    private static final Pattern HEADER = Pattern.compile("\\s*\\[\\s*([\\w.\"'-]+)\\s*]\\s*(#.*)?");

    private static final Pattern ENTRY =
            Pattern.compile("(\\s*)(['\"]?)([\\w.-]+)\\2\\s*=\\s*(\\{[^#]*}|\"[^\"]*\"|'[^']*')(\\s*(?:#.*)?)");

    private static final Pattern COORDINATES = Pattern.compile("['\"]([\\w.-]+):([\\w.-]+)(?::[^'\"]*)?['\"]");

    private static final Pattern GROUP = Pattern.compile("\\bgroup\\s*=\\s*['\"]([^'\"]+)['\"]");

    private static final Pattern NAME = Pattern.compile("\\bname\\s*=\\s*['\"]([^'\"]+)['\"]");

    private static final Pattern REFERENCE =
            Pattern.compile("\\bversion(?:\\.ref\\s*|\\s*=\\s*\\{\\s*ref\\s*)=\\s*['\"]([^'\"]+)['\"]");

    private static final Pattern ARRAY = Pattern.compile("\\[[^\\]]*]");

    private static final Pattern ELEMENT = Pattern.compile("(['\"])([\\w.-]+)\\1(\\s*,)?|#[^\n]*");

    private final Dependencies dependencies;

    private final Catalogs catalogs;

    private final boolean keepForeign;

    /**
     * @param catalogs what all scripts use
     * @param keepForeign whether the libraries stay beside the new ones
     */
    CatalogMove(String library, Catalogs catalogs, boolean keepForeign) {
        this.dependencies = new Dependencies(library);
        this.catalogs = catalogs;
        this.keepForeign = keepForeign;
    }

    /** The artifacts that replace the libraries of a catalog, by their aliases. */
    static Map<String, String> libraries(String text, Dependencies dependencies) {
        Map<String, String> libraries = new LinkedHashMap<>();
        String section = "";
        for (String line : text.split("\n", -1)) {
            section = section(line, section);
            Matcher entry = ENTRY.matcher(line);
            if (section.equals("libraries") && entry.matches()) {
                String artifact = artifact(entry.group(4), dependencies);
                if (!artifact.isEmpty()) {
                    libraries.put(entry.group(3), artifact);
                }
            }
        }
        return libraries;
    }

    private static String section(String line, String former) {
        Matcher header = HEADER.matcher(line);
        return header.matches() ? header.group(1) : former;
    }

    private static String artifact(String value, Dependencies dependencies) {
        Matcher coordinates = COORDINATES.matcher(value);
        if (coordinates.find()) {
            return dependencies.replacement(coordinates.group(1), coordinates.group(2));
        }
        Matcher group = GROUP.matcher(value);
        Matcher name = NAME.matcher(value);
        return group.find() && name.find() ? dependencies.replacement(group.group(1), name.group(1)) : "";
    }

    /** The catalog with its libraries replaced; what names the other library after it is left. */
    SourceFile move(SourceFile file, Consumer<Left> left) {
        String text = file.printAll();
        Map<String, String> libraries = libraries(text, dependencies);
        String moved = libraries.isEmpty() ? text : bundles(lines(text, libraries), libraries);
        if (!keepForeign) {
            dependencies.left(moved, "#", left);
        }
        if (moved.equals(text)) {
            return file;
        }
        PlainText plain = PlainTextParser.convert(file);
        return plain.withText(moved);
    }

    private String lines(String text, Map<String, String> libraries) {
        Set<String> versions = new LinkedHashSet<>();
        Set<String> used = new HashSet<>();
        Set<String> present = new HashSet<>();
        boolean named = false;
        String section = "";
        for (String line : text.split("\n", -1)) {
            section = section(line, section);
            Matcher entry = ENTRY.matcher(line);
            boolean foreign = section.equals("libraries") && entry.matches() && libraries.containsKey(entry.group(3));
            Matcher reference = REFERENCE.matcher(line);
            while (reference.find()) {
                (foreign ? versions : used).add(reference.group(1));
            }
            if (section.equals("libraries") && entry.matches()) {
                present.add(Catalogs.accessor(entry.group(3)));
            }
            named |= section.equals("versions")
                    && entry.matches()
                    && versionOf(line).equals(VERSION);
        }
        return lines(text, libraries, new Versions(versions, used), present, named);
    }

    private static String versionOf(String line) {
        Matcher entry = ENTRY.matcher(line);
        return entry.matches() ? entry.group(3) : "";
    }

    private String lines(
            String text, Map<String, String> libraries, Versions versions, Set<String> present, boolean named) {
        List<String> lines = new ArrayList<>();
        String section = "";
        boolean hasVersion = named;
        for (String line : text.split("\n", -1)) {
            section = section(line, section);
            Matcher entry = ENTRY.matcher(line);
            if (!entry.matches()) {
                lines.add(line);
                continue;
            }
            String name = entry.group(3);
            boolean ofVersion = section.equals("versions") && versions.foreign().contains(name);
            @Nullable String artifact = section.equals("libraries") ? libraries.get(name) : null;
            boolean stays = true;
            if (ofVersion) {
                stays = keepForeign || versions.used().contains(name) || catalogs.isVersionUsed(name);
                if (!hasVersion) {
                    String comment = stays ? "" : entry.group(5);
                    lines.add(entry.group(1) + VERSION + " = \"" + Dependencies.version() + "\"" + comment);
                    hasVersion = true;
                }
            } else if (artifact != null) {
                stays = keepForeign;
                String alias = Catalogs.alias(artifact);
                if (present.add(Catalogs.accessor(alias))) {
                    String comment = stays ? "" : entry.group(5);
                    lines.add(entry.group(1) + alias + " = " + value(artifact, hasVersion) + comment);
                }
            }
            if (stays) {
                lines.add(line);
            }
        }
        return String.join("\n", lines);
    }

    private static String value(String artifact, boolean hasVersion) {
        String module = Dependencies.GROUP + ":" + artifact;
        return hasVersion
                ? "{ module = \"" + module + "\", version.ref = \"" + VERSION + "\" }"
                : '"' + module + ":" + Dependencies.version() + '"';
    }

    private String bundles(String text, Map<String, String> libraries) {
        Matcher start = Pattern.compile("(?m)^\\s*\\[\\s*bundles\\s*].*$").matcher(text);
        if (!start.find()) {
            return text;
        }
        Matcher next =
                Pattern.compile("(?m)^\\s*\\[\\s*[\\w.-]+\\s*]\\s*(#.*)?$").matcher(text);
        int end = next.find(start.end()) ? next.start() : text.length();
        Map<String, String> artifacts = new LinkedHashMap<>();
        libraries.forEach((alias, artifact) -> artifacts.put(Catalogs.accessor(alias), artifact));
        String bundles = ARRAY.matcher(text.substring(start.end(), end))
                .replaceAll(array -> Matcher.quoteReplacement(bundle(array.group(), artifacts)));
        return text.substring(0, start.end()) + bundles + text.substring(end);
    }

    private String bundle(String array, Map<String, String> artifacts) {
        Set<String> present = new HashSet<>();
        Matcher element = ELEMENT.matcher(array);
        while (keepForeign && element.find()) {
            present.add(Catalogs.accessor(String.valueOf(element.group(2))));
        }
        StringBuilder text = new StringBuilder();
        int last = 0;
        element.reset();
        while (element.find()) {
            @Nullable String alias = element.group(2);
            @Nullable String artifact = alias == null ? null : artifacts.get(Catalogs.accessor(alias));
            String quote = element.group(1);
            String here = artifact == null ? String.valueOf(alias) : Catalogs.alias(artifact);
            String before = array.substring(last, element.start());
            String comma = element.group(3) == null ? "" : element.group(3);
            last = element.end();
            if (alias == null || (artifact == null && !here.startsWith("netrun-"))) {
                text.append(before).append(element.group());
            } else if (present.add(Catalogs.accessor(here))) {
                text.append(before).append(quote).append(here).append(quote);
                text.append(keepForeign && artifact != null ? ", " + element.group() : comma);
            } else if (keepForeign) {
                text.append(before).append(element.group());
            } else if (comma.isEmpty()) {
                strip(text);
            }
        }
        return text.append(array.substring(last)).toString();
    }

    /** Without the comma behind the last element. */
    private static void strip(StringBuilder text) {
        int end = text.length();
        while (end > 0 && Character.isWhitespace(text.charAt(end - 1))) {
            end--;
        }
        if (end > 0 && text.charAt(end - 1) == ',') {
            text.setLength(end - 1);
        }
    }

    /**
     * Versions that libraries refer to.
     *
     * @param foreign those of the replaced libraries
     * @param used those of others
     */
    private record Versions(Set<String> foreign, Set<String> used) {}
}
