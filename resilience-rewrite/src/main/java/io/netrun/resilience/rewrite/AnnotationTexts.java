package io.netrun.resilience.rewrite;

import io.netrun.resilience.spring.mapping.BlockTranslator.Left;
import io.netrun.resilience.spring.mapping.MappingTable;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.openrewrite.SourceFile;
import org.openrewrite.java.tree.JavaSourceFile;
import org.openrewrite.quark.Quark;

/**
 * Texts that name annotations which a recipe replaces, such as the pointcut of an aspect, an expression, or an element
 * of XML. What looks for these annotations finds none after the move, without a word, so each text is listed.
 *
 * @param annotations the full names of the annotations, with those that replace them
 * @param constants what constants are
 * @param left takes what was left
 */
record AnnotationTexts(Map<String, String> annotations, Constants constants, Consumer<Left> left) {

    /** Type patterns stand in pointcuts alone. */
    private static final Pattern POINTCUT =
            Pattern.compile("\\b(?:annotation|within|target|args|execution|call|staticinitialization)\\s*\\(");

    private static final Pattern TYPE_PATTERN = Pattern.compile("[\\w.*]*(?:\\*|\\.\\.)[\\w.*]*");

    private static final Pattern COMMENT = Pattern.compile("(?m)^\\s*[#!].*$|\\s#.*$|(?s)<!--.*?-->");

    AnnotationTexts(String library, Constants constants, Consumer<Left> left) {
        this(MappingTable.get().renamed(library, "annotation"), constants, left);
    }

    /** Lists the texts of a source in Java, as it is after the move. */
    void list(JavaSourceFile file) {
        String all = file.printAll();
        Set<String> found = new LinkedHashSet<>();
        Map<String, String> patterns = new LinkedHashMap<>();
        new TextVisitor(file, constants) {
            @Override
            void visitText(String text) {
                found.addAll(names(text));
                patterns.putAll(patterns(text));
            }
        }.visit(file, 0);
        leave(found, patterns, all.lines().toList());
    }

    /** Lists those of a file that is no source. */
    void list(SourceFile file) {
        if (file instanceof Quark || SettingsMove.path(file).matches(".*\\.(md|adoc|txt|html)")) {
            return;
        }
        String text = file.printAll();
        if (names(text).isEmpty() && patterns(text).isEmpty()) {
            return;
        }
        String plain = COMMENT.matcher(text)
                .replaceAll(comment -> "\n".repeat((int) comment.group().lines().count() - 1));
        leave(names(plain), patterns(plain), plain.lines().toList());
    }

    /** The annotations whose full names a text has, also as those of class files. */
    private Set<String> names(String text) {
        return annotations().keySet().stream()
                .filter(name -> text.contains(name.substring(name.lastIndexOf('.') + 1)))
                .filter(name -> pattern(name).matcher(text).find())
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private static Pattern pattern(String name) {
        return Pattern.compile("(?<![\\w./])L?" + name.replace(".", "[./]") + "(?![\\w/])");
    }

    /** The type patterns of a pointcut that match an annotation, with the first one that each matches. */
    private Map<String, String> patterns(String text) {
        Map<String, String> patterns = new LinkedHashMap<>();
        if (!POINTCUT.matcher(text).find()) {
            return patterns;
        }
        Matcher matcher = TYPE_PATTERN.matcher(text);
        while (matcher.find()) {
            String token = matcher.group();
            annotations().keySet().stream()
                    .filter(name ->
                            isMeant(token, name) && glob(token).matcher(name).matches())
                    .findFirst()
                    .ifPresent(name -> patterns.put(token, name));
        }
        return patterns;
    }

    /** Whether a pattern has a part that is none of all libraries. */
    private static boolean isMeant(String token, String name) {
        List<String> parts = List.of(name.split("\\."));
        return List.of(token.split("[.*]+")).stream().anyMatch(part -> !part.isEmpty() && parts.indexOf(part) >= 2);
    }

    private static Pattern glob(String token) {
        String dots = token.replace("..", "\u0000").replace(".", "\\.").replace("*", "[^.]*");
        return Pattern.compile(dots.replace("\u0000", "\\.(?:[\\w.]+\\.)?"));
    }

    private void leave(Set<String> found, Map<String, String> patterns, List<String> lines) {
        found.forEach(name -> left.accept(new Left(
                name, reason(name) + write(name) + where(lines, List.of(pattern(name), simple(name))))));
        patterns.forEach((token, name) -> left.accept(new Left(
                token,
                "It matches " + name + ". " + reason(name) + write(name)
                        + where(lines, List.of(Pattern.compile(Pattern.quote(token)))))));
    }

    private String reason(String name) {
        return SpringMove.REMOVED.contains(name)
                ? "The recipe has removed the annotation: what looks for it by this text finds none."
                : "The recipe has replaced the annotation by " + annotations().get(name)
                        + ": what looks for this one by this text finds none.";
    }

    private String write(String name) {
        return SpringMove.REMOVED.contains(name)
                ? " Remove it, and what depends on it."
                : " Write the other one, or both where annotations of the former one stay.";
    }

    private static Pattern simple(String name) {
        return Pattern.compile("\"[^\"]*\\b" + name.substring(name.lastIndexOf('.') + 1) + "\\b");
    }

    /** The lines in which the first of some patterns is found that any line has. */
    private static String where(List<String> lines, List<Pattern> patterns) {
        for (Pattern pattern : patterns) {
            Set<Integer> found = new TreeSet<>();
            for (int i = 0; i < lines.size(); i++) {
                String line = lines.get(i).strip();
                if (!line.startsWith("import ")
                        && !line.startsWith("*")
                        && !line.startsWith("//")
                        && pattern.matcher(line).find()) {
                    found.add(i + 1);
                }
            }
            if (!found.isEmpty()) {
                return Remains.where(found);
            }
        }
        return "";
    }
}
