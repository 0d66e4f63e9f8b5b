package io.netrun.resilience.rewrite;

import io.netrun.resilience.spring.mapping.Names;
import io.netrun.resilience.spring.mapping.Setting;
import io.netrun.resilience.spring.mapping.SettingsDocument;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.openrewrite.yaml.YamlIsoVisitor;
import org.openrewrite.yaml.tree.Yaml;

/** Reads the settings of a YAML document, with their comments and with aliases resolved. One use for each document. */
final class YamlReading {

    private final Predicate<List<String>> wanted;

    private final Map<String, Yaml.Block> anchors = new HashMap<>();

    private final List<Setting> settings = new ArrayList<>();

    private final List<String> comments = new ArrayList<>();

    private boolean profile;

    private YamlReading(Predicate<List<String>> wanted) {
        this.wanted = wanted;
    }

    /**
     * Reads a document.
     *
     * @param wanted the keys whose settings are read
     */
    static SettingsDocument read(Yaml.Document document, String id, boolean base, Predicate<List<String>> wanted) {
        YamlReading reading = new YamlReading(wanted);
        new YamlIsoVisitor<Map<String, Yaml.Block>>() {
            @Override
            public Yaml.Mapping visitMapping(Yaml.Mapping mapping, Map<String, Yaml.Block> anchors) {
                if (mapping.getAnchor() != null) {
                    anchors.put(mapping.getAnchor().getKey(), mapping);
                }
                return super.visitMapping(mapping, anchors);
            }

            @Override
            public Yaml.Sequence visitSequence(Yaml.Sequence sequence, Map<String, Yaml.Block> anchors) {
                if (sequence.getAnchor() != null) {
                    anchors.put(sequence.getAnchor().getKey(), sequence);
                }
                return super.visitSequence(sequence, anchors);
            }

            @Override
            public Yaml.Scalar visitScalar(Yaml.Scalar scalar, Map<String, Yaml.Block> anchors) {
                if (scalar.getAnchor() != null) {
                    anchors.put(scalar.getAnchor().getKey(), scalar);
                }
                return super.visitScalar(scalar, anchors);
            }
        }.visit(document, reading.anchors);
        if (document.getBlock() instanceof Yaml.Mapping mapping) {
            reading.mapping(mapping, List.of(), false);
            reading.trailing(document.getEnd().getPrefix());
        }
        return new SettingsDocument(id, base && !reading.profile, List.copyOf(reading.settings));
    }

    /** The elements of an entry's key. */
    static List<String> elements(Yaml.Mapping.Entry entry) {
        return Names.elements(entry.getKey().getValue());
    }

    /**
     * Reads a mapping.
     *
     * @param beneath whether it is within a wanted entry, whose own comment stays where it is
     */
    private void mapping(Yaml.Mapping mapping, List<String> path, boolean beneath) {
        for (Yaml.Mapping.Entry entry : mapping.getEntries()) {
            List<String> full = new ArrayList<>(path);
            boolean merge = entry.getKey().getValue().equals("<<");
            if (!merge) {
                full.addAll(elements(entry));
            }
            String key = String.join(".", full);
            if (key.equals("spring.config.activate.on-profile") || key.equals("spring.profiles")) {
                profile = true;
            }
            trailing(entry.getPrefix());
            boolean inside = !full.isEmpty() && wanted.test(full);
            if (!beneath) {
                comments.clear();
            }
            block(entry.getValue(), full, inside, merge);
        }
    }

    private void block(Yaml.@Nullable Block value, List<String> path, boolean wantedHere, boolean merge) {
        Yaml.Block block = resolved(value);
        if (block instanceof Yaml.Mapping mapping) {
            mapping(mapping, path, wantedHere);
        } else if (block instanceof Yaml.Sequence sequence && merge) {
            List<Yaml.Sequence.Entry> merged = new ArrayList<>(sequence.getEntries());
            Collections.reverse(merged); // the first one wins
            merged.forEach(entry -> block(entry.getBlock(), path, wantedHere, false));
        } else if (block instanceof Yaml.Sequence sequence && wantedHere) {
            List<String> words = new ArrayList<>();
            for (Yaml.Sequence.Entry entry : sequence.getEntries()) {
                Yaml.Block element = resolved(entry.getBlock());
                if (element instanceof Yaml.Scalar scalar) {
                    words.add(word(scalar));
                }
            }
            put(path, new Setting.Value(words, true));
        } else if (block instanceof Yaml.Scalar scalar && wantedHere) {
            put(path, Setting.Value.of(word(scalar)));
        }
    }

    private void put(List<String> path, Setting.Value value) {
        settings.removeIf(former -> former.path().equals(path)); // a key of its own wins over one that is merged
        settings.add(new Setting(List.copyOf(path), value, List.copyOf(comments)));
        comments.clear();
    }

    private Yaml.@Nullable Block resolved(Yaml.@Nullable Block block) {
        return block instanceof Yaml.Alias alias ? anchors.get(alias.getAnchor().getKey()) : block;
    }

    private static String word(Yaml.Scalar scalar) {
        return switch (scalar.getStyle()) {
            case DOUBLE_QUOTED -> '"' + scalar.getValue() + '"';
            case SINGLE_QUOTED -> "'" + scalar.getValue() + "'";
            case FOLDED, LITERAL ->
                scalar.getValue()
                        .replaceFirst("^[-+\\d]*\\s*\n", "")
                        .replaceAll("\\s+", " ")
                        .strip();
            default -> scalar.getValue().strip();
        };
    }

    /** The first line before a token is behind the one before it. */
    private void trailing(String prefix) {
        int line = prefix.indexOf('\n');
        String behind = (line < 0 ? prefix : prefix.substring(0, line)).strip();
        if (behind.startsWith("#") && !settings.isEmpty()) {
            Setting last = settings.remove(settings.size() - 1);
            List<String> all = new ArrayList<>(last.comments());
            all.add(behind.substring(1).strip());
            settings.add(new Setting(last.path(), last.value(), all));
        }
        if (line >= 0) {
            prefix.substring(line)
                    .lines()
                    .map(String::strip)
                    .filter(comment -> comment.startsWith("#"))
                    .forEach(comment -> comments.add(comment.substring(1).strip()));
        }
    }
}
