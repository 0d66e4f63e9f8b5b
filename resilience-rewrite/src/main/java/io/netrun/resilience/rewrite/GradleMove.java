package io.netrun.resilience.rewrite;

import io.netrun.resilience.spring.mapping.BlockTranslator.Left;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.openrewrite.SourceFile;
import org.openrewrite.text.PlainText;
import org.openrewrite.text.PlainTextParser;

/**
 * Replaces the dependencies of another library in a build script of Gradle, in Groovy or Kotlin. It works line by line
 * on the text, so that it needs no model of the build.
 */
final class GradleMove {

    private static final Pattern SHORT =
            Pattern.compile("(['\"])((?:io|org)\\.[\\w.]+):([\\w.-]+)(?::[^'\"]*)?(['\"])");

    private static final Pattern LONG =
            Pattern.compile("group\\s*[:=]\\s*['\"]([\\w.]+)['\"]\\s*,\\s*name\\s*[:=]\\s*['\"]([\\w.-]+)['\"]"
                    + "(?:\\s*,\\s*version\\s*[:=]\\s*(?:['\"][^'\"]*['\"]|[\\w.]+))?");

    /** A library of a catalog with its name and version in calls of their own. */
    private static final Pattern DECLARED = Pattern.compile(
            "(\\(\\s*(['\"])[\\w.-]+\\2\\s*,\\s*)"
                    + "['\"]([\\w.-]+)['\"]\\s*,\\s*['\"]([\\w.-]+)['\"]\\s*\\)(?:\\.(?:version|versionRef)\\([^)]*\\)|\\.withoutVersion\\(\\))?");

    private final Dependencies dependencies;

    private final Catalogs catalogs;

    private final boolean keepForeign;

    /**
     * @param library the library, as in the mapping table
     * @param catalogs what is known of version catalogs
     * @param keepForeign whether its dependencies stay beside the new ones
     */
    GradleMove(String library, Catalogs catalogs, boolean keepForeign) {
        this.dependencies = new Dependencies(library);
        this.catalogs = catalogs;
        this.keepForeign = keepForeign;
    }

    /** Whether a source file is a build script. */
    static boolean isScript(SourceFile file) {
        return SettingsMove.path(file).matches(".*\\.gradle(\\.kts)?");
    }

    /** The file with the starter, where it has dependencies. */
    static SourceFile add(SourceFile file) {
        String text = file.printAll();
        Matcher first = Pattern.compile("(?m)^(\\s*)implementation[ \\t]*(\\(?)[ \\t]*[\\w'\"]")
                .matcher(text);
        if (text.contains(Dependencies.STARTER) || !first.find()) {
            return file;
        }
        String coordinates = '"' + Dependencies.full(Dependencies.STARTER) + '"';
        boolean call = !first.group(2).isEmpty();
        String indent = first.group(1).replace("\n", "");
        String line = indent + "implementation" + (call ? "(" + coordinates + ")" : " " + coordinates) + "\n";
        int start = first.end(1) - indent.length();
        PlainText plain = PlainTextParser.convert(file);
        return plain.withText(text.substring(0, start) + line + text.substring(start));
    }

    /** The file with its dependencies replaced; lines that name the library after it are left. */
    SourceFile move(SourceFile file, Consumer<Left> left) {
        String text = file.printAll();
        String path = SettingsMove.path(file);
        List<String> lines = new ArrayList<>();
        Set<String> present = new HashSet<>(text.lines().map(String::strip).toList());
        for (String line : text.split("\n", -1)) {
            boolean declared = keepForeign && line.contains("library(");
            String replaced = declared ? line : catalogs.replaced(path, replaced(line));
            if (declared && !replaced(line).equals(line)) {
                left.accept(new Left(
                        line.strip(),
                        "It stays. Declare beside it, with another alias and for the scripts" + " that use it: "
                                + replaced(line).strip()));
            }
            if (replaced.equals(line)) {
                lines.add(line);
                continue;
            }
            if (present.add(replaced.strip())) {
                lines.add(replaced);
            }
            if (keepForeign) {
                lines.add(line);
            }
        }
        String moved = String.join("\n", lines);
        if (!keepForeign) {
            dependencies.left(moved, "//", left);
        }
        if (moved.equals(text)) {
            return file;
        }
        PlainText plain = PlainTextParser.convert(file);
        return plain.withText(moved);
    }

    private String replaced(String line) {
        Matcher declared = DECLARED.matcher(line);
        if (line.contains("library(") && declared.find()) {
            String artifact = dependencies.replacement(declared.group(3), declared.group(4));
            String quote = declared.group(2);
            return artifact.isEmpty()
                    ? line
                    : line.substring(0, declared.end(1))
                            + quote
                            + Dependencies.full(artifact)
                            + quote
                            + ")"
                            + line.substring(declared.end());
        }
        Matcher coordinates = SHORT.matcher(line);
        if (coordinates.find()) {
            String artifact = dependencies.replacement(coordinates.group(2), coordinates.group(3));
            return artifact.isEmpty()
                    ? line
                    : line.substring(0, coordinates.start())
                            + coordinates.group(1)
                            + Dependencies.full(artifact)
                            + coordinates.group(4)
                            + line.substring(coordinates.end());
        }
        Matcher parts = LONG.matcher(line);
        if (parts.find()) {
            String artifact = dependencies.replacement(parts.group(1), parts.group(2));
            return artifact.isEmpty()
                    ? line
                    : line.substring(0, parts.start())
                            + '"'
                            + Dependencies.full(artifact)
                            + '"'
                            + line.substring(parts.end());
        }
        return line;
    }
}
