package io.netrun.resilience.rewrite;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
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

    private final Dependencies dependencies;

    private final boolean keepForeign;

    /**
     * @param library the library, as in the mapping table
     * @param keepForeign whether its dependencies stay beside the new ones
     */
    GradleMove(String library, boolean keepForeign) {
        this.dependencies = new Dependencies(library);
        this.keepForeign = keepForeign;
    }

    /** Whether a source file is a build script. */
    static boolean isScript(SourceFile file) {
        return SettingsMove.path(file).matches(".*\\.gradle(\\.kts)?");
    }

    /** The file with the starter, where it has dependencies. */
    static SourceFile add(SourceFile file) {
        String text = file.printAll();
        Matcher first =
                Pattern.compile("(?m)^(\\s*)implementation\\s*(\\(?)\\s*['\"(]").matcher(text);
        if (text.contains(Dependencies.STARTER) || !first.find()) {
            return file;
        }
        String coordinates = '"' + full(Dependencies.STARTER) + '"';
        boolean call = !first.group(2).isEmpty();
        String indent = first.group(1).replace("\n", "");
        String line = indent + "implementation" + (call ? "(" + coordinates + ")" : " " + coordinates) + "\n";
        int start = first.end(1) - indent.length();
        PlainText plain = PlainTextParser.convert(file);
        return plain.withText(text.substring(0, start) + line + text.substring(start));
    }

    /** The file with its dependencies replaced. */
    SourceFile move(SourceFile file) {
        String text = file.printAll();
        List<String> lines = new ArrayList<>();
        Set<String> present = new HashSet<>(text.lines().map(String::strip).toList());
        for (String line : text.split("\n", -1)) {
            String replaced = replaced(line);
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
        if (moved.equals(text)) {
            return file;
        }
        PlainText plain = PlainTextParser.convert(file);
        return plain.withText(moved);
    }

    private String replaced(String line) {
        Matcher coordinates = SHORT.matcher(line);
        if (coordinates.find()) {
            String artifact = dependencies.replacement(coordinates.group(2), coordinates.group(3));
            return artifact.isEmpty()
                    ? line
                    : line.substring(0, coordinates.start())
                            + coordinates.group(1)
                            + full(artifact)
                            + coordinates.group(4)
                            + line.substring(coordinates.end());
        }
        Matcher parts = LONG.matcher(line);
        if (parts.find()) {
            String artifact = dependencies.replacement(parts.group(1), parts.group(2));
            return artifact.isEmpty()
                    ? line
                    : line.substring(0, parts.start()) + '"' + full(artifact) + '"' + line.substring(parts.end());
        }
        return line;
    }

    private static String full(String artifact) {
        return Dependencies.GROUP + ":" + artifact + ":" + Dependencies.version();
    }
}
