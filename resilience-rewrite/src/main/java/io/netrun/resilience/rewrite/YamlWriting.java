package io.netrun.resilience.rewrite;

import io.netrun.resilience.spring.mapping.Names;
import io.netrun.resilience.spring.mapping.Setting;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openrewrite.ExecutionContext;
import org.openrewrite.yaml.YamlParser;
import org.openrewrite.yaml.tree.Yaml;

/** Writes settings as YAML. One use for each document. */
final class YamlWriting {

    private final Map<String, Object> tree = new LinkedHashMap<>();

    /** The comments before sections, by their paths. */
    private final Map<List<String>, List<String>> sections = new LinkedHashMap<>();

    /** Adds comments before a section, which are written if it has settings. */
    void comment(List<String> section, List<String> comments) {
        sections.put(section, comments);
    }

    /** Adds a setting; the first one of a key stays. */
    void add(List<String> path, Setting.Value value, List<String> comments) {
        Map<String, Object> branch = tree;
        for (String element : path.subList(0, path.size() - 1)) {
            Object next = branch.computeIfAbsent(element, name -> new LinkedHashMap<String, Object>());
            if (!(next instanceof Map)) {
                return;
            }
            branch = cast(next);
        }
        branch.putIfAbsent(path.get(path.size() - 1), new Leaf(value, comments));
    }

    /** Whether there is anything to write. */
    boolean isEmpty() {
        return tree.isEmpty();
    }

    /** The text, which ends with a line break. */
    String text() {
        StringBuilder text = new StringBuilder();
        write(tree, List.of(), text);
        return text.toString();
    }

    /** The text as a document with one entry. */
    Yaml.Document document(ExecutionContext ctx) {
        return new YamlParser()
                .parse(text())
                .findFirst()
                .map(Yaml.Documents.class::cast)
                .map(documents -> documents.getDocuments().get(0))
                .filter(document -> document.getBlock() instanceof Yaml.Mapping)
                .orElseThrow(() -> new IllegalStateException("Not YAML: " + text()));
    }

    private void write(Map<String, Object> branch, List<String> path, StringBuilder text) {
        String indent = "  ".repeat(path.size());
        boolean[] first = {true};
        branch.forEach((name, value) -> {
            List<String> full = new ArrayList<>(path);
            full.add(name);
            if (!first[0] && isBlankBefore(value, full)) {
                text.append('\n');
            }
            first[0] = false;
            String key = indent + (name.matches("[A-Za-z][A-Za-z0-9-]*") ? name : quoted(Names.bracketed(name))) + ":";
            List<String> comments = new ArrayList<>(comments(value, full));
            comments.removeIf(YamlReading.BLANK::equals);
            String behind = behind(value, comments);
            comments.remove(behind);
            comments.forEach(comment -> text.append(indent)
                    .append(("# " + withoutMark(comment)).stripTrailing())
                    .append('\n'));
            text.append(key);
            String end = behind == null ? "\n" : " # " + withoutMark(behind) + "\n";
            if (value instanceof Leaf leaf) {
                write(leaf.value(), indent, end, text);
            } else {
                text.append(end);
                write(cast(value), full, text);
            }
        });
    }

    /** The only comment that stood behind a key or value, if it can stand there again; null otherwise. */
    private static @Nullable String behind(Object value, List<String> comments) {
        List<String> behind = comments.stream()
                .filter(comment -> comment.startsWith(YamlReading.BEHIND))
                .toList();
        boolean lines = value instanceof Leaf leaf && hasLines(leaf.value());
        return behind.size() == 1 && !lines ? behind.get(0) : null;
    }

    private static String withoutMark(String comment) {
        return comment.startsWith(YamlReading.BEHIND) ? comment.substring(YamlReading.BEHIND.length()) : comment;
    }

    /** Whether each element of a value has a line of its own. */
    private static boolean hasLines(Setting.Value value) {
        return value.list() && !value.words().stream().allMatch(word -> word.matches("[a-z-]+"));
    }

    private List<String> comments(Object value, List<String> path) {
        return value instanceof Leaf leaf ? leaf.comments() : sections.getOrDefault(path, List.of());
    }

    /** Whether a blank line was before what is written, which is the first setting of a section without a comment. */
    private boolean isBlankBefore(Object value, List<String> path) {
        List<String> comments = comments(value, path);
        if (!comments.isEmpty() || value instanceof Leaf) {
            return !comments.isEmpty() && comments.get(0).equals(YamlReading.BLANK);
        }
        Map.Entry<String, Object> child = cast(value).entrySet().iterator().next();
        List<String> full = new ArrayList<>(path);
        full.add(child.getKey());
        return isBlankBefore(child.getValue(), full);
    }

    private static void write(Setting.Value value, String indent, String end, StringBuilder text) {
        if (!value.list()) {
            text.append(' ').append(scalar(value.words().get(0))).append(end);
        } else if (!hasLines(value)) {
            text.append(" [")
                    .append(String.join(", ", value.words()))
                    .append(']')
                    .append(end);
        } else {
            text.append('\n');
            value.words()
                    .forEach(word -> text.append(indent)
                            .append("  - ")
                            .append(scalar(word))
                            .append('\n'));
        }
    }

    private static String scalar(String word) {
        boolean plain = word.matches("[\\w./$+-][^#\"']*|\\$\\{[^\"']*") && !word.contains(": ");
        boolean quoted = word.matches("\"[^\"]*\"|'[^']*'");
        return plain || quoted ? word : quoted(word);
    }

    private static String quoted(String word) {
        return '"' + word.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> cast(Object branch) {
        return (Map<String, Object>) branch;
    }

    private record Leaf(Setting.Value value, List<String> comments) {}
}
