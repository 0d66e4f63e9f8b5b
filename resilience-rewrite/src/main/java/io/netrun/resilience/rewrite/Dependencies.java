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

    private static final String OF_CLOUD = "org.springframework.cloud";

    private static final Map<String, String> GROUPS = Map.of(
            MappingTable.RESILIENCE4J,
            "io.github.resilience4j",
            MappingTable.SPRING_RETRY,
            "org.springframework.retry");

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

    /** The artifact that replaces another one; empty if none does. */
    String replacement(String group, String artifact) {
        boolean known = group.equals(GROUPS.get(library)) || group.equals(OF_CLOUD);
        return known ? artifacts.getOrDefault(artifact, "") : "";
    }

    /** Why an artifact stays; empty if one replaces it, or if it is of no interest. */
    String reason(String group, String artifact) {
        return group.equals(GROUPS.get(library))
                ? MappingTable.get()
                        .find(library, "dependency", artifact)
                        .filter(row -> row.here().name().isEmpty())
                        .map(MappingTable.Row::reason)
                        .orElse("")
                : "";
    }

    /**
     * Lists the lines of a build file that still name the library.
     *
     * @param comment what a comment begins with
     * @param left takes what was left
     */
    void left(String text, String comment, Consumer<Left> left) {
        String group = GROUPS.getOrDefault(library, "");
        if (group.isEmpty() || !text.contains(group)) {
            return;
        }
        Pattern named = Pattern.compile(Pattern.quote(group) + "['\":]+(?:\\s*,\\s*name\\s*[:=]\\s*)?['\"]?([\\w-]+)");
        int number = 0;
        for (String line : text.split("\n", -1)) {
            number++;
            if (line.contains(group) && !line.strip().startsWith(comment)) {
                Matcher matcher = named.matcher(line);
                String artifact = matcher.find() ? matcher.group(1) : "";
                String here = replacement(group, artifact);
                String reason = here.isEmpty() ? reason(group, artifact) : "Replace it by " + full(here) + ".";
                left.accept(new Left(
                        "line " + number + ": " + line.strip(),
                        reason.isEmpty() ? "It names " + library + ". Remove it, or name " + GROUP + "." : reason));
            }
        }
    }

    /** The coordinates of an artifact of this library. */
    static String full(String artifact) {
        return GROUP + ":" + artifact + ":" + version();
    }
}
