package io.netrun.resilience.rewrite;

import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.openrewrite.SourceFile;

/** The version of Spring Boot that a build file names, where the starter needs a later one. */
final class BootVersion {

    private static final int MAJOR = 3;

    private static final int MINOR = 5;

    private static final String NUMBER = "(\\d+(?:\\.[\\w-]+)+)";

    /** The parent of a POM, or the managed versions that it imports. */
    private static final Pattern POM = Pattern.compile(
            "<artifactId>\\s*(?:spring-boot-starter-parent|spring-boot-dependencies)\\s*</artifactId>\\s*"
                    + "<version>\\s*([^<\\s]+)\\s*</version>");

    /** The plugin of a Gradle script or of a catalog, coordinates, and variables or keys with the usual name. */
    private static final Pattern SCRIPT = Pattern.compile("org\\.springframework\\.boot[\"']?\\)?\\s*version\\s*[(\"']+"
            + NUMBER
            + "|\\bspring-boot-(?:gradle-plugin|dependencies):" + NUMBER
            + "|\\b(?i:spring[-_]?boot(?:[-_]?version)?)\\b[\"']?\\s*[=:,]\\s*[\"']" + NUMBER
            + "|[\"']org\\.springframework\\.boot[\"']\\s*,\\s*version\\s*=\\s*[\"']" + NUMBER
            + "|[\"']org\\.springframework\\.boot:" + NUMBER + "[\"']");

    private BootVersion() {}

    /**
     * The version, if it is below the one that the starter needs; null otherwise, and where it is not known.
     *
     * @param resolved the value of a text with properties
     */
    static @Nullable String below(SourceFile file, UnaryOperator<String> resolved) {
        boolean pom = SettingsMove.path(file).endsWith("pom.xml");
        Matcher matcher = (pom ? POM : SCRIPT).matcher(file.printAll());
        while (matcher.find()) {
            for (int group = 1; group <= matcher.groupCount(); group++) {
                String version = matcher.group(group);
                if (version != null && isBelow(resolved.apply(version))) {
                    return resolved.apply(version);
                }
            }
        }
        return null;
    }

    private static boolean isBelow(String version) {
        Matcher parts = Pattern.compile("(\\d{1,4})\\.(\\d{1,4}).*").matcher(version);
        if (!parts.matches()) {
            return false;
        }
        int major = Integer.parseInt(parts.group(1));
        return major < MAJOR || (major == MAJOR && Integer.parseInt(parts.group(2)) < MINOR);
    }
}
