package io.netrun.resilience.rewrite;

import io.netrun.resilience.rewrite.GradleBlocks.Statement;
import io.netrun.resilience.spring.mapping.BlockTranslator.Left;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.openrewrite.SourceFile;
import org.openrewrite.text.PlainText;
import org.openrewrite.text.PlainTextParser;

/**
 * Replaces the dependencies of another library in a build script of Gradle, in Groovy or Kotlin. It works statement by
 * statement on the text, so that it needs no model of the build.
 */
final class GradleMove {

    private static final Pattern SHORT =
            Pattern.compile("(['\"])((?:io|org)\\.[\\w.]+):([\\w.-]+)(?::[^'\"]*)?(['\"])");

    private static final Pattern LONG =
            Pattern.compile("group\\s*[:=]\\s*['\"]([\\w.]+)['\"]\\s*,\\s*name\\s*[:=]\\s*['\"]([\\w.-]+)['\"]"
                    + "(?:\\s*,\\s*version\\s*[:=]\\s*(?:['\"][^'\"]*['\"]|[\\w.]+))?");

    private static final Pattern IMPLEMENTATION =
            Pattern.compile("(?m)^([ \\t]*)(?:implementation|testImplementation)[ \\t]*(\\(?)[ \\t]*[\\w'\"]");

    /** A library of a catalog with its name and version in calls of their own. */
    private static final Pattern DECLARED = Pattern.compile(
            "(\\(\\s*(['\"])[\\w.-]+\\2\\s*,\\s*)"
                    + "['\"]([\\w.-]+)['\"]\\s*,\\s*['\"]([\\w.-]+)['\"]\\s*\\)(?:\\.(?:version|versionRef)\\([^)]*\\)|\\.withoutVersion\\(\\))?");

    /** What is before coordinates that are the value of a variable or of an element of a map. */
    private static final Pattern VALUE = Pattern.compile("(?s).*(?:[=:]|\\bto)\\s*$");

    /** A variable with a version, by what its name has of that of the library. */
    private static final String VERSION = "(?im)^[ \\t]*(?:set\\(\\s*['\"](\\w*%1$s\\w*)['\"]\\s*,[^\\n]*"
            + "|(?:(?:ext|val|def|extra)[ .]+)?(\\w*%1$s\\w*)\\s*=\\s*['\"][^\\n]*)$";

    /** What the names of variables for a library have, by its group. */
    private static final Map<String, String> NAMES =
            Map.of("io.github.resilience4j", "resilience4j", "org.springframework.retry", "spring_?retry");

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

    /**
     * The file with another dependency. Where no dependency is an {@code implementation}, it gets a block of its own.
     *
     * @param configuration what has the dependency, such as {@code implementation}
     */
    static SourceFile add(SourceFile file, String artifact, String configuration) {
        String text = file.printAll();
        if (text.contains(Dependencies.GROUP + ":" + artifact + ":")) {
            return file;
        }
        String coordinates = '"' + Dependencies.full(artifact) + '"';
        GradleBlocks blocks = new GradleBlocks(text);
        Matcher first = IMPLEMENTATION.matcher(text);
        while (first.find()) {
            if (blocks.headers(first.end(1)).equals(List.of("dependencies"))) {
                String before = text.substring(0, first.start(1));
                String call = !first.group(2).isEmpty() ? "(" + coordinates + ")" : " " + coordinates;
                return PlainTextParser.convert(file)
                        .withText(before + first.group(1) + configuration + call + "\n"
                                + text.substring(before.length()));
            }
        }
        // without a block of plugins, Kotlin knows no configurations but by their names
        boolean quoted = SettingsMove.path(file).endsWith(".kts") && !text.contains("plugins {");
        String name = quoted ? '"' + configuration + '"' : configuration;
        String end = text.isEmpty() || text.endsWith("\n") ? "" : "\n";
        String added = text + end + "\ndependencies {\n    " + name + "(" + coordinates + ")\n}\n";
        return PlainTextParser.convert(file).withText(added);
    }

    /** The artifacts that the dependencies of a script become. */
    static Set<String> artifacts(String path, String text, Dependencies dependencies, Catalogs catalogs) {
        Set<String> artifacts = new TreeSet<>();
        String moved = replaced(catalogs.replaced(path, text), dependencies, artifact -> {
            artifacts.add(artifact);
            return Dependencies.full(artifact);
        });
        Matcher ours = Pattern.compile("\\bnetrun\\.(resilience(?:\\.\\w+)*)").matcher(moved);
        while (ours.find()) {
            String alias = ours.group(1).replace('.', '-');
            artifacts.add(alias.endsWith("-get") ? alias.substring(0, alias.length() - 4) : alias);
        }
        if (catalogs.isAnyReplaced()
                && Pattern.compile("\\.bundles\\.|\\bfindBundle\\b")
                        .matcher(text)
                        .find()) {
            artifacts.add(Dependencies.STARTER); // it may be that of any library
        }
        Matcher declared = Pattern.compile(Pattern.quote(Dependencies.GROUP) + ":([\\w-]+)")
                .matcher(moved);
        while (declared.find()) {
            artifacts.add(declared.group(1));
        }
        return artifacts;
    }

    /** The file with its dependencies replaced; lines that name the library after it are left. */
    SourceFile move(SourceFile file, Consumer<Left> left) {
        String text = file.printAll();
        String moved = moved(SettingsMove.path(file), text, left);
        if (!keepForeign) {
            dependencies.left(moved, "//", left);
            leaveVersions(moved, left);
        }
        if (moved.equals(text)) {
            return file;
        }
        PlainText plain = PlainTextParser.convert(file);
        return plain.withText(moved);
    }

    /** Lists variables with versions of the library that nothing in the script uses any more. */
    private void leaveVersions(String text, Consumer<Left> left) {
        String word = NAMES.get(dependencies.group());
        if (word == null) {
            return;
        }
        Matcher declared = Pattern.compile(VERSION.formatted(word)).matcher(text);
        while (declared.find()) {
            String name = declared.group(1) == null ? declared.group(2) : declared.group(1);
            long uses = Pattern.compile("\\b" + Pattern.quote(name) + "\\b")
                    .matcher(text)
                    .results()
                    .count();
            if (uses == 1) {
                int line = text.substring(0, declared.start(1) < 0 ? declared.start(2) : declared.start(1))
                        .split("\n", -1)
                        .length;
                left.accept(new Left(
                        "line " + line + ": " + declared.group().strip(),
                        "Nothing in the script uses it any more. Remove it, unless another script does."));
            }
        }
    }

    private String moved(String path, String text, Consumer<Left> left) {
        StringBuilder moved = new StringBuilder();
        Set<String> present = new HashSet<>();
        List<Statement> statements = new GradleBlocks(text).statements();
        for (Statement statement : statements) {
            present.add(key(statement, statement.text(text)));
        }
        int last = 0;
        for (Statement statement : statements) {
            String before = text.substring(statement.start(), statement.end());
            String after = catalogs.replaced(path, replaced(before, dependencies, Dependencies::full));
            if (after.equals(before)) {
                continue;
            }
            boolean isNew = present.add(key(statement, after.strip()));
            if (!keepForeign) {
                int start = lineStart(text, statement.start());
                int end = lineEnd(text, statement.end());
                boolean alone = text.substring(start, statement.start()).isBlank()
                        && text.substring(statement.end(), end).isBlank();
                if (isNew || statement.open() || !alone || start < last) {
                    moved.append(text, last, statement.start()).append(after);
                    last = statement.end();
                } else {
                    moved.append(text, last, start);
                    last = end;
                }
            } else if (isValue(before)) {
                left.accept(new Left(
                        before.strip().lines().findFirst().orElse("").strip(),
                        "It stays. Declare beside it, with another name and for the scripts that use it: "
                                + coordinates(before)));
            } else if (isNew) {
                String indent = text.substring(lineStart(text, statement.start()), statement.start());
                moved.append(text, last, statement.start())
                        .append(after.stripTrailing())
                        .append(indent.isBlank() ? "\n" + indent : "; ");
                last = statement.start();
            }
        }
        return moved.append(text.substring(last)).toString();
    }

    /** What is the same for statements of which one is enough. */
    private static String key(Statement statement, String text) {
        int block = statement.block() == null ? -1 : statement.block().start();
        return block + " " + text;
    }

    private static int lineStart(String text, int position) {
        return text.lastIndexOf('\n', Math.max(0, position - 1)) + 1;
    }

    private static int lineEnd(String text, int position) {
        int end = text.indexOf('\n', position);
        return end < 0 ? text.length() : end + 1;
    }

    /** Whether a statement only gives a name to coordinates, so that a second one would have no effect. */
    private boolean isValue(String statement) {
        if (statement.contains("library(")) {
            return true;
        }
        Matcher matcher = SHORT.matcher(statement);
        while (matcher.find()) {
            boolean ours = !dependencies
                    .replacement(matcher.group(2), matcher.group(3))
                    .isEmpty();
            if (ours && VALUE.matcher(statement.substring(0, matcher.start())).matches()) {
                return true;
            }
        }
        return false;
    }

    /** The coordinates to declare beside those of a statement. */
    private String coordinates(String statement) {
        Set<String> found = new TreeSet<>();
        replaced(statement, dependencies, artifact -> {
            found.add(Dependencies.full(artifact));
            return artifact;
        });
        return String.join(", ", found);
    }

    private static String replaced(String text, Dependencies dependencies, UnaryOperator<String> full) {
        String declared = !text.contains("library(")
                ? text
                : DECLARED.matcher(text).replaceAll(match -> {
                    String artifact = dependencies.replacement(match.group(3), match.group(4));
                    String quote = match.group(2);
                    return quoted(match, artifact, match.group(1) + quote + written(full, artifact) + quote + ")");
                });
        String result = SHORT.matcher(declared).replaceAll(match -> {
            String artifact = dependencies.replacement(match.group(2), match.group(3));
            return quoted(match, artifact, match.group(1) + written(full, artifact) + match.group(4));
        });
        return LONG.matcher(result).replaceAll(match -> {
            String artifact = dependencies.replacement(match.group(1), match.group(2));
            return quoted(match, artifact, '"' + written(full, artifact) + '"');
        });
    }

    private static String written(UnaryOperator<String> full, String artifact) {
        return artifact.isEmpty() ? "" : full.apply(artifact);
    }

    private static String quoted(MatchResult match, String artifact, String replacement) {
        return Matcher.quoteReplacement(artifact.isEmpty() ? match.group() : replacement);
    }
}
