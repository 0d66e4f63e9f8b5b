package io.netrun.resilience.rewrite;

import io.netrun.resilience.spring.mapping.Block;
import io.netrun.resilience.spring.mapping.MappingTable;
import io.netrun.resilience.spring.mapping.Names;
import io.netrun.resilience.spring.mapping.Setting;
import io.netrun.resilience.spring.mapping.SettingsDocument;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.openrewrite.yaml.tree.Yaml;

/** Reads the settings of a YAML document, with their comments and with aliases resolved. One use for each document. */
final class YamlReading {

    /** Among comments, a blank line. */
    static final String BLANK = "\n";

    /** How a comment begins that stands behind what it is about, on the same line. */
    static final String BEHIND = "\t";

    private static final Pattern BLANK_LINE = Pattern.compile("\n[ \\t\r]*\n");

    private final Predicate<List<String>> wanted;

    private final Map<String, Yaml.Block> anchors = new HashMap<>();

    private final List<Setting> settings = new ArrayList<>();

    private final List<String> comments = new ArrayList<>();

    /** The comments before the sections of patterns, by the path of the section here. */
    private final Map<List<String>, List<String>> sections = new LinkedHashMap<>();

    /** Whether the document applies under a condition alone. */
    private boolean profile;

    /** Whether a setting of the top level was read: the comments before the first one stay where they are. */
    private boolean begun;

    /** Whether the value before the next token is that of the last setting. */
    private boolean near;

    /** What is before the document. */
    private String above = "";

    /** How many aliases lead to what is read: the comments there stay where they are. */
    private int aliases;

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
        reading.anchors.putAll(Anchors.anchored(document));
        if (document.getBlock() instanceof Yaml.Mapping mapping) {
            reading.above = document.isExplicit() ? "" : "\n" + document.getPrefix();
            reading.mapping(mapping, List.of(), false);
            reading.behind(document.getEnd().getPrefix(), false, false);
        }
        boolean writable = document.getBlock() instanceof Yaml.Mapping mapping
                && !mapping.getEntries().isEmpty(); // an empty one is not where it seems
        return new SettingsDocument(id, base && writable && !reading.profile, List.copyOf(reading.settings));
    }

    /** The comments before the sections of patterns in a document, by the path of the section here. */
    static Map<List<String>, List<String>> sections(Yaml.Document document) {
        YamlReading reading =
                new YamlReading(elements -> SettingsDocument.isForeign(elements) || SettingsDocument.isOurs(elements));
        reading.anchors.putAll(Anchors.anchored(document));
        if (document.getBlock() instanceof Yaml.Mapping mapping) {
            reading.above = document.isExplicit() ? "" : "\n" + document.getPrefix();
            reading.mapping(mapping, List.of(), false);
        }
        return reading.sections;
    }

    /** The path here of the section of a pattern, of its instances, or of one of them; null for another path. */
    static @Nullable List<String> section(List<String> path) {
        if (path.size() < 2 || path.size() > 4) {
            return null;
        } else if (path.get(0).equals("resilience")) {
            return path;
        }
        String pattern = MappingTable.get()
                .settings(path.get(1))
                .map(row -> row.section().to())
                .findFirst()
                .orElse(null);
        if (pattern == null || path.size() == 2) {
            return pattern == null ? null : List.of("resilience", pattern);
        }
        List<String> setting = new ArrayList<>(path);
        setting.addAll(Collections.nCopies(5 - path.size(), "*"));
        Block.Id id = Block.of(setting);
        boolean pool = id == null || id.section().equals("threadpoolbulkhead"); // which may have another name
        boolean instances = id != null && !id.shared();
        if (path.size() == 3) {
            return instances ? List.of("resilience", pattern, "instances") : null;
        } else if (instances && !pool) {
            return List.of("resilience", pattern, "instances", path.get(3));
        }
        return !pool && path.get(3).equals("default") ? List.of("resilience", pattern, "defaults") : null;
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
        boolean first = true;
        for (Yaml.Mapping.Entry entry : mapping.getEntries()) {
            List<String> full = new ArrayList<>(path);
            boolean merge = entry.getKey().getValue().equals("<<");
            if (!merge) {
                full.addAll(elements(entry));
            }
            String key = String.join(".", full);
            profile |= SettingsMove.isCondition(key, entry.getValue() instanceof Yaml.Mapping);
            boolean inside = !full.isEmpty() && wanted.test(full);
            boolean moves = inside && path.isEmpty();
            List<String> around = first && beneath ? section(path) : null;
            behind(entry.getPrefix(), first, beneath);
            if (around != null) {
                comments.forEach(comment -> comments(around).add(BEHIND + comment)); // behind the key of the section
                comments.clear();
            }
            List<String> section = inside && entry.getValue() instanceof Yaml.Mapping ? section(full) : null;
            if (beneath || (moves && begun)) {
                before(entry.getPrefix());
            } else {
                comments.clear(); // they stay before the entry
                if (moves && section != null) {
                    before(own(first ? above + entry.getPrefix() : entry.getPrefix()));
                }
            }
            if (section != null) {
                comments(section).addAll(comments);
                comments.clear();
            }
            begun |= moves;
            first = false;
            near = false;
            block(entry.getValue(), full, inside, merge);
        }
    }

    private List<String> comments(List<String> section) {
        return sections.computeIfAbsent(section, name -> new ArrayList<>());
    }

    /**
     * The comments directly above a key, of what is before it; those above a blank line are about more than the key.
     */
    static String own(String prefix) {
        int blank = -1;
        Matcher matcher = BLANK_LINE.matcher(prefix);
        while (matcher.find()) {
            blank = matcher.end() - 1;
        }
        return blank < 0 ? prefix : prefix.substring(blank);
    }

    private void block(Yaml.@Nullable Block value, List<String> path, boolean wantedHere, boolean merge) {
        boolean alias = value instanceof Yaml.Alias;
        aliases += alias ? 1 : 0;
        read(resolved(value), path, wantedHere, merge);
        aliases -= alias ? 1 : 0;
    }

    private void read(Yaml.@Nullable Block block, List<String> path, boolean wantedHere, boolean merge) {
        if (block instanceof Yaml.Mapping mapping) {
            mapping(mapping, path, wantedHere);
        } else if (block instanceof Yaml.Sequence sequence && merge) {
            List<Yaml.Sequence.Entry> merged = new ArrayList<>(sequence.getEntries());
            Collections.reverse(merged); // the first one wins
            merged.forEach(entry -> block(entry.getBlock(), path, wantedHere, false));
        } else if (block instanceof Yaml.Sequence sequence && wantedHere) {
            List<String> words = new ArrayList<>();
            for (Yaml.Sequence.Entry entry : sequence.getEntries()) {
                behind(entry.getPrefix(), true, true);
                before(entry.getPrefix());
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
        near = true;
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

    /**
     * Reads a comment behind the token before: the first line of what is before a token.
     *
     * @param first whether it is behind the key of the mapping, so that it is about what follows
     * @param beneath whether that is within a wanted entry
     */
    private void behind(String prefix, boolean first, boolean beneath) {
        int line = prefix.indexOf('\n');
        String behind = (line < 0 ? prefix : prefix.substring(0, line)).strip();
        if (!behind.startsWith("#") || aliases > 0) {
            return;
        }
        String comment = text(behind);
        if (near && !first) {
            addToLast(BEHIND + comment);
        } else if (beneath) {
            comments.add(comment);
        }
    }

    /**
     * Reads the comments on lines of their own. One that is indented more than what follows is about what was before.
     */
    private void before(String prefix) {
        int line = prefix.indexOf('\n');
        if (line < 0 || aliases > 0) {
            return;
        }
        int indent = prefix.length() - prefix.lastIndexOf('\n') - 1;
        List<String> lines = List.of(prefix.substring(line + 1).split("\n", -1));
        lines = lines.subList(0, lines.size() - 1); // the last one is the indentation of the token
        int blank = blank(lines);
        for (int i = 0; i < lines.size(); i++) {
            String each = lines.get(i);
            if (each.isBlank()) {
                if (comments.isEmpty()) {
                    comments.add(BLANK);
                }
            } else if (near && (each.indexOf('#') > indent || i < blank)) {
                addToLast(text(each.strip()));
            } else {
                comments.add(text(each.strip()));
            }
        }
    }

    /** Where the comments end that directly follow a setting and have a blank line behind them; 0 if none do. */
    private static int blank(List<String> lines) {
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).isBlank()) {
                return i;
            }
        }
        return 0;
    }

    /** The text of a comment, with its indentation. */
    private static String text(String comment) {
        return comment.substring(comment.startsWith("# ") ? 2 : 1).stripTrailing();
    }

    private void addToLast(String comment) {
        Setting last = settings.remove(settings.size() - 1);
        List<String> all = new ArrayList<>(last.comments());
        all.add(comment);
        settings.add(new Setting(last.path(), last.value(), all));
    }
}
