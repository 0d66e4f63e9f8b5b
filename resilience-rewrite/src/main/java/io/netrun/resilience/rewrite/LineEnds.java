package io.netrun.resilience.rewrite;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openrewrite.ExecutionContext;
import org.openrewrite.SourceFile;
import org.openrewrite.Tree;
import org.openrewrite.java.tree.JavaSourceFile;
import org.openrewrite.properties.PropertiesParser;
import org.openrewrite.properties.tree.Properties;
import org.openrewrite.style.GeneralFormatStyle;
import org.openrewrite.text.PlainText;
import org.openrewrite.xml.tree.Xml;
import org.openrewrite.yaml.tree.Yaml;

/** Ends of lines: a file all of whose lines end as those of Windows keeps that. */
final class LineEnds {

    private static final GeneralFormatStyle WINDOWS = new GeneralFormatStyle(true);

    private LineEnds() {}

    /** A changed file with the ends of lines that it had before; compared by identity, since it has its former id. */
    @SuppressWarnings("ReferenceEquality")
    static @Nullable Tree kept(@Nullable Tree before, @Nullable Tree after, ExecutionContext ctx) {
        if (after == before
                || !(before instanceof SourceFile file)
                || after instanceof Properties.File // see PropertiesMove
                || !isOfWindows(file.printAll())) {
            return after;
        } else if (after instanceof JavaSourceFile) {
            return new org.openrewrite.java.format.NormalizeLineBreaksVisitor<ExecutionContext>(WINDOWS, null)
                    .visit(after, ctx);
        } else if (after instanceof Yaml.Documents) {
            return new org.openrewrite.yaml.format.NormalizeLineBreaksVisitor<ExecutionContext>(WINDOWS, null)
                    .visit(after, ctx);
        } else if (after instanceof Xml.Document) {
            return new org.openrewrite.xml.format.NormalizeLineBreaksVisitor<ExecutionContext>(WINDOWS, null)
                    .visit(after, ctx);
        } else if (after instanceof PlainText text) {
            return text.withText(ofWindows(text.getText()));
        }
        return after;
    }

    private static boolean isOfWindows(String text) {
        return text.contains("\r\n") && !text.replace("\r\n", "").contains("\n");
    }

    private static String ofWindows(String text) {
        return text.replace("\r\n", "\n").replace("\n", "\r\n");
    }

    /** A file of properties as it would be with other ends of lines, which its parser needs to read all of it. */
    static Properties.File readable(Properties.File file) {
        String text = file.printAll();
        return isOfWindows(text) ? parsed(file, text.replace("\r\n", "\n")) : file;
    }

    /** A file of properties as it is with the ends of lines of another one. */
    static Properties.File as(Properties.File file, Properties.File other) {
        return isOfWindows(other.printAll()) ? parsed(other, ofWindows(file.printAll())) : file;
    }

    private static Properties.File parsed(Properties.File file, String text) {
        List<SourceFile> parsed = new PropertiesParser().parse(text).toList();
        return parsed.size() == 1 && parsed.get(0) instanceof Properties.File other
                ? file.withContent(other.getContent())
                        .withPrefix(other.getPrefix())
                        .withEof(other.getEof())
                : file;
    }
}
