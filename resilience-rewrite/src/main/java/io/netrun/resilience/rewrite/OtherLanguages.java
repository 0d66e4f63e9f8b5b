package io.netrun.resilience.rewrite;

import io.netrun.resilience.spring.mapping.BlockTranslator.Left;
import io.netrun.resilience.spring.mapping.MappingTable;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.openrewrite.SourceFile;
import org.openrewrite.quark.Quark;

/**
 * Sources in other languages than Java: the recipes do not change them, keep what they use for them, and list them with
 * what to write.
 */
final class OtherLanguages {

    private static final Map<String, String> NAMES = Map.of("kt", "Kotlin", "groovy", "Groovy", "scala", "Scala");

    private OtherLanguages() {}

    /** Whether a file is a source in another language. */
    static boolean isSource(SourceFile file) {
        return language(file) != null;
    }

    private static @Nullable String language(SourceFile file) {
        String path = SettingsMove.path(file);
        return NAMES.get(path.substring(path.lastIndexOf('.') + 1));
    }

    /** Whether a source uses one of some packages, as far as it was read. */
    static boolean uses(SourceFile file, List<String> packages) {
        String text = text(file);
        return packages.stream().anyMatch(text::contains);
    }

    /** The text of a source; empty for one that was not read. */
    static String text(SourceFile file) {
        return file instanceof Quark ? "" : file.printAll();
    }

    /** Lists what a source uses, each with its counterpart; one that the plugin has not read as a whole. */
    static void list(SourceFile file, String library, List<String> packages, Consumer<Left> left) {
        if (file instanceof Quark) {
            left.accept(new Left(
                    language(file) + " source",
                    "The plugin has not read it. If it uses " + packages.get(0) + "*, rewrite it by hand, or keep the"
                            + " dependency and the settings."));
            return;
        }
        String text = text(file);
        Set<String> used = new LinkedHashSet<>();
        for (String name : packages) {
            Matcher matcher = Pattern.compile(Pattern.quote(name) + "(?:[a-z0-9_]+\\.)*(?:[A-Z]\\w*|\\*)")
                    .matcher(text);
            while (matcher.find()) {
                used.add(matcher.group());
            }
        }
        used.forEach(name -> left.accept(new Left(name, reason(file, library, name))));
    }

    private static String reason(SourceFile file, String library, String name) {
        String stays = language(file) + " sources are not changed, so it stays, with its dependency and its settings. ";
        for (String what : List.of("annotation", "exception", "type")) {
            MappingTable.Row row = MappingTable.get().find(library, what, name).orElse(null);
            if (row != null) {
                String here = row.here().name();
                String note = row.note().isEmpty() ? "" : " " + row.reason();
                return stays + (here.isEmpty() ? note.strip() : "Replace it by " + here + "." + note);
            }
        }
        return stays + "Rewrite it by hand.";
    }
}
