package io.netrun.resilience.rewrite;

import io.netrun.resilience.spring.mapping.BlockTranslator.Left;
import io.netrun.resilience.spring.mapping.MappingTable;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The dependencies that replace those of another library. */
final class Dependencies {

    static final String GROUP = "io.netrun.resilience";

    static final String STARTER = "resilience-spring-boot-starter";

    static final String BOM = "resilience-bom";

    static final String CORE = "resilience-core";

    private static final String OF_CLOUD = "org.springframework.cloud";

    private static final Map<String, String> GROUPS = Map.of(
            MappingTable.RESILIENCE4J,
            "io.github.resilience4j",
            MappingTable.SPRING_RETRY,
            "org.springframework.retry");

    /** What names a project or a module of the build itself. */
    private static final Pattern OWN = Pattern.compile("\\brootProject\\.name\\b|\\barchives?BaseName\\b"
            + "|^\\s*name\\s*=|\\b(include\\w*|project)\\s*\\(?\\s*(path\\s*[:=]\\s*)?['\"]");

    private final String library;

    private final Map<String, String> artifacts;

    Dependencies(String library) {
        this.library = library;
        this.artifacts = MappingTable.get().renamed(library, "dependency");
    }

    /** The version of this module, which the other modules share; of classes in no jar, that of the sources. */
    static String version() {
        String version = Dependencies.class.getPackage().getImplementationVersion();
        return version == null ? "0.1.0-SNAPSHOT" : version;
    }

    /** The group of the library; empty if it is part of what the application needs anyway. */
    String group() {
        return GROUPS.getOrDefault(library, "");
    }

    /** The artifact that replaces another one; empty if none does. */
    String replacement(String group, String artifact) {
        boolean known = group.equals(GROUPS.get(library)) || group.equals(OF_CLOUD);
        return known ? artifacts.getOrDefault(artifact, "") : "";
    }

    /** Why an artifact stays; empty if one replaces it, or if it is none of the library. */
    String reason(String group, String artifact) {
        if (!group.equals(GROUPS.get(library)) || !replacement(group, artifact).isEmpty()) {
            return "";
        }
        return MappingTable.get()
                .find(library, "dependency", artifact)
                .map(MappingTable.Row::reason)
                .orElse("It has no known counterpart, and stays. Remove it once nothing needs it.");
    }

    /**
     * Why a dependency is added where none is replaced.
     *
     * @param artifact what is added
     */
    Left added(String artifact) {
        String group = group();
        return new Left(
                group,
                "The build does not declare it for this module: it comes with another dependency, or with a parent"
                        + " outside of the build. " + artifact + " was added. Exclude " + library
                        + " where it comes from, once nothing needs it.");
    }

    /**
     * Lists the lines of a build file that still name the library.
     *
     * @param comment what a comment begins with
     * @param left takes what was left
     */
    void left(String text, String comment, Consumer<Left> left) {
        String group = group();
        if (group.isEmpty()) {
            return;
        }
        Pattern named = Pattern.compile(Pattern.quote(group) + "['\":]+(?:\\s*,\\s*name\\s*[:=]\\s*)?['\"]?([\\w-]+)");
        int number = 0;
        for (String line : text.split("\n", -1)) {
            number++;
            String code = line.strip();
            if (code.startsWith(comment) || !(line.contains(group) || isNamed(line))) {
                continue;
            }
            Matcher matcher = named.matcher(line);
            String artifact = matcher.find() ? matcher.group(1) : "";
            String here = replacement(group, artifact);
            String reason = !here.isEmpty()
                    ? "Replace it by " + full(here) + "."
                    : artifact.isEmpty() || code.contains("exclude") ? "" : reason(group, artifact);
            left.accept(new Left(
                    "line " + number + ": " + code,
                    reason.isEmpty() ? "It names " + library + ". Remove it, or name " + GROUP + "." : reason));
        }
    }

    /** Whether a line has the name of an artifact as a text, such as one whose group is a variable. */
    private boolean isNamed(String line) {
        return !OWN.matcher(line).find()
                && artifacts.keySet().stream()
                        .filter(line::contains)
                        .anyMatch(artifact -> Pattern.compile("['\":]" + Pattern.quote(artifact) + "(?:['\":])")
                                .matcher(line)
                                .find());
    }

    /** The coordinates of an artifact of this library. */
    static String full(String artifact) {
        return GROUP + ":" + artifact + ":" + version();
    }
}
