package io.netrun.resilience.rewrite;

import io.netrun.resilience.rewrite.RetryArguments.Possible;
import io.netrun.resilience.spring.mapping.Names;
import io.netrun.resilience.spring.mapping.Setting;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.openrewrite.SourceFile;
import org.openrewrite.properties.tree.Properties;
import org.openrewrite.yaml.tree.Yaml;

/**
 * The values that files of configuration have for placeholders, to know what a unit behind them would make of them.
 *
 * @param values the values, by their keys in uniform spelling
 */
record Numbers(Map<String, Set<String>> values) {

    Numbers() {
        this(new HashMap<>());
    }

    /** Adds what a file has. */
    void scan(SourceFile file) {
        if (file instanceof Yaml.Documents yaml) {
            for (Yaml.Document document : yaml.getDocuments()) {
                YamlReading.read(document, "", true, path -> true)
                        .settings()
                        .forEach(setting -> add(setting.key(), setting.value().text()));
            }
        } else if (file instanceof Properties.File properties) {
            for (Properties.Content content : properties.getContent()) {
                if (content instanceof Properties.Entry entry) {
                    add(
                            entry.getKey(),
                            Setting.Value.of(entry.getValue().getText().strip()).text());
                }
            }
        }
    }

    private void add(String key, String value) {
        values.computeIfAbsent(Names.uniform(key), name -> new LinkedHashSet<>())
                .add(value.strip());
    }

    /** The values that the name in a placeholder may have; empty if it is not known. */
    Set<String> known(String name) {
        return values.getOrDefault(Names.uniform(name), Set.of());
    }

    /** A value that is no plain number, or null if none is known. */
    @Nullable
    String odd(String placeholder) {
        return of(placeholder).stream()
                .filter(value -> !value.matches("\\d+") && !value.contains("${"))
                .findFirst()
                .orElse(null);
    }

    /** The number that all values are, with or without the mark of a long one; null if they are not. */
    @Nullable
    String only(String placeholder) {
        Set<String> numbers = of(placeholder).stream()
                .map(value -> value.replaceFirst("[lL]$", ""))
                .collect(Collectors.toSet());
        String first = numbers.isEmpty() ? "" : numbers.iterator().next();
        return numbers.size() == 1 && first.matches("\\d{1,12}") ? first : null;
    }

    /** Whether all values are durations with their units. */
    boolean haveUnits(String placeholder) {
        return of(placeholder).stream().allMatch(value -> value.matches("\\d+\\s*(ns|us|ms|s|m|h|d)|PT.*"));
    }

    /**
     * What a text may be once its placeholders have their values. One whose value is not known is still in it.
     *
     * @param text a text with any number of placeholders
     */
    Set<String> texts(String text) {
        return texts(text, 0);
    }

    private Set<String> texts(String text, int depth) {
        int begin = text.indexOf("${");
        int end = begin < 0 ? -1 : end(text, begin);
        if (end < 0 || depth > 8) {
            return Set.of(text);
        }
        Set<String> values = of(text.substring(begin, end + 1));
        Set<String> all = new LinkedHashSet<>();
        if (values.isEmpty()) {
            values = Set.of("\0" + text.substring(begin + 1, end + 1)); // not to be looked at again
        }
        for (String value : values) {
            all.addAll(texts(text.substring(0, begin) + value + text.substring(end + 1), depth + 1));
        }
        return all.stream()
                .map(each -> depth == 0 ? each.replace('\0', '$') : each)
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** The values that a text may have, as those of an argument or a setting. */
    Possible possible(String value, Ranges.Range range) {
        List<BigDecimal> known = new ArrayList<>();
        String bad = null;
        boolean unknown = false;
        for (String text : texts(value)) {
            BigDecimal number = range.value(text);
            if (number != null && range.has(number)) {
                known.add(number);
            } else if (number == null && text.contains("${") && !text.contains("#{")) {
                unknown = true;
            } else {
                bad = bad == null ? text : bad;
            }
        }
        return new Possible(known, bad, unknown);
    }

    /** Where the placeholder ends that begins at a position; -1 if it does not. */
    private static int end(String text, int begin) {
        int depth = 0;
        for (int i = begin; i < text.length(); i++) {
            if (text.startsWith("${", i)) {
                depth++;
            } else if (text.charAt(i) == '}' && --depth == 0) {
                return i;
            }
        }
        return -1;
    }

    private Set<String> of(String placeholder) {
        String inner = placeholder.substring(2, placeholder.length() - 1);
        List<String> parts = List.of(inner.split(":", 2));
        Set<String> all = values.getOrDefault(Names.uniform(parts.get(0)), Set.of()).stream()
                .collect(Collectors.toCollection(LinkedHashSet::new));
        if (parts.size() > 1) {
            all.add(parts.get(1).strip());
        }
        return all;
    }
}
