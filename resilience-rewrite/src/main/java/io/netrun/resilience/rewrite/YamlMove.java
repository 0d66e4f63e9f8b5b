package io.netrun.resilience.rewrite;

import io.netrun.resilience.spring.mapping.BlockTranslator.Left;
import io.netrun.resilience.spring.mapping.SettingsDocument;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.openrewrite.ExecutionContext;
import org.openrewrite.Tree;
import org.openrewrite.internal.ListUtils;
import org.openrewrite.yaml.YamlIsoVisitor;
import org.openrewrite.yaml.tree.Yaml;

/** Moves the settings of a YAML file. */
final class YamlMove extends YamlIsoVisitor<ExecutionContext> {

    private final SettingsMove move;

    private int number;

    private boolean endpointsStay;

    YamlMove(SettingsMove move) {
        this.move = move;
    }

    /** Reads the settings of a file. */
    static List<SettingsDocument> read(Yaml.Documents file) {
        String path = SettingsMove.path(file);
        List<SettingsDocument> read = new ArrayList<>();
        for (Yaml.Document document : file.getDocuments()) {
            read.add(YamlReading.read(
                    document,
                    path + "#" + read.size(),
                    SettingsMove.isBase(path),
                    elements -> SettingsDocument.isForeign(elements) || SettingsDocument.isOurs(elements)));
        }
        return read;
    }

    /** The files that its documents without a condition import. */
    static List<String> imports(Yaml.Documents file) {
        List<String> imports = new ArrayList<>();
        for (Yaml.Document document : file.getDocuments()) {
            SettingsDocument read = YamlReading.read(
                    document, "", SettingsMove.isBase(SettingsMove.path(file)), SettingsMove::isImport);
            if (read.base()) {
                read.settings()
                        .forEach(setting -> setting.value().words().forEach(word -> SettingsMove.add(word, imports)));
            }
        }
        return imports;
    }

    @Override
    public Yaml.Document visitDocument(Yaml.Document document, ExecutionContext ctx) {
        String path = SettingsMove.path(getCursor().firstEnclosingOrThrow(Yaml.Documents.class));
        endpointsStay = move.areEndpointsKept(path);
        SettingsMove.Translated translated = move.translate(path, number++);
        Yaml.Document changed = document;
        if (translated != null && document.getBlock() instanceof Yaml.Mapping mapping) {
            changed = changed(document, mapping, translated, ctx);
        } else if (translated != null && !translated.settings().isEmpty()) {
            return document; // a document without settings cannot get any
        }
        return changed.withBlock(exposed(changed.getBlock(), List.of()));
    }

    /**
     * A document with other settings of this library. A comment at the end of an entry stands in what is before the
     * next one, and stays with its entry.
     *
     * @param mapping what the document has
     */
    static Yaml.Document changed(
            Yaml.Document document, Yaml.Mapping mapping, SettingsMove.Translated translated, ExecutionContext ctx) {
        YamlWriting writing = new YamlWriting();
        YamlReading.sections(document).forEach(writing::comment);
        translated.settings().forEach(setting -> writing.add(setting.path(), setting.value(), setting.comments()));
        Yaml.Document added = writing.isEmpty() ? null : writing.document(ctx);
        List<Yaml.Mapping.Entry> former = mapping.getEntries();
        List<Yaml.Mapping.Entry> entries = new ArrayList<>();
        String end = document.getEnd().getPrefix();
        String prefix = document.getPrefix();
        String behind = "";
        boolean written = false;
        for (int i = 0; i < former.size(); i++) {
            Yaml.Mapping.Entry entry = former.get(i);
            Yaml.Mapping.Entry rest = pruned(entry, List.of(), translated.isForeignKept());
            String before = i == 0 ? entry.getPrefix() : behind + withoutBehind(entry.getPrefix());
            if (rest != null) {
                entries.add(rest.withPrefix(entries.isEmpty() && i > 0 ? "" : before));
                behind = behind(i + 1 < former.size() ? former.get(i + 1).getPrefix() : end);
            } else if (added != null && !written) {
                Yaml.Mapping.Entry first = entry(added);
                prefix = i == 0 ? withoutOwn("", prefix, entry, first) : prefix;
                int line = before.indexOf('\n') + 1;
                entries.add(
                        first.withPrefix(withoutOwn(before.substring(0, line), before.substring(line), entry, first)));
                behind = behind(added.getEnd().getPrefix());
                written = true;
            }
        }
        if (added != null && !written) {
            entries.add(entry(added).withPrefix(entries.isEmpty() ? "" : behind + "\n\n"));
            behind = behind(added.getEnd().getPrefix());
        }
        return document.withPrefix(prefix)
                .withBlock(Anchors.repaired(mapping, mapping.withEntries(entries)))
                .withEnd(document.getEnd().withPrefix(behind + withoutBehind(end)));
    }

    private static Yaml.Mapping.Entry entry(Yaml.Document document) {
        return ((Yaml.Mapping) document.getBlock()).getEntries().get(0);
    }

    /** The comment behind an entry, in what is before the next one. */
    private static String behind(String prefix) {
        int line = prefix.indexOf('\n');
        String first = line < 0 ? prefix : prefix.substring(0, line);
        return line >= 0 || first.strip().startsWith("#") ? first.stripTrailing() : "";
    }

    private static String withoutBehind(String prefix) {
        int line = prefix.indexOf('\n');
        boolean comment = prefix.strip().startsWith("#");
        return line >= 0 ? prefix.substring(line) : comment ? "" : prefix;
    }

    /**
     * What is before an entry that is moved, without the comments that are above its section now.
     *
     * @param start what is on the line of the entry before
     * @param lines the lines behind it
     */
    private static String withoutOwn(String start, String lines, Yaml.Mapping.Entry moved, Yaml.Mapping.Entry added) {
        List<String> section =
                moved.getValue() instanceof Yaml.Mapping ? YamlReading.section(YamlReading.elements(moved)) : null;
        String own = YamlReading.own("\n" + lines);
        return section == null || !own.contains("#") || !has(added, section)
                ? start + lines
                : start + lines.substring(0, lines.length() - own.length() + 1);
    }

    /** Whether an entry has a section. */
    private static boolean has(Yaml.Mapping.Entry entry, List<String> section) {
        List<String> own = YamlReading.elements(entry);
        if (section.size() <= own.size()) {
            return section.equals(own);
        }
        List<String> rest = section.subList(own.size(), section.size());
        return section.subList(0, own.size()).equals(own)
                && entry.getValue() instanceof Yaml.Mapping mapping
                && mapping.getEntries().stream().anyMatch(child -> has(child, rest));
    }

    /** The mapping without the settings of resilience4j and of this library. */
    static Yaml.Mapping pruned(Yaml.Mapping mapping) {
        return mapping.withEntries(ListUtils.map(mapping.getEntries(), entry -> pruned(entry, List.of(), false)));
    }

    /** The entry without what was moved; null if nothing remains. */
    private static Yaml.Mapping.@Nullable Entry pruned(
            Yaml.Mapping.Entry entry, List<String> path, boolean keepForeign) {
        List<String> full = new ArrayList<>(path);
        full.addAll(YamlReading.elements(entry));
        if (SettingsDocument.isOurs(full) || (!keepForeign && SettingsDocument.isForeign(full))) {
            return null;
        }
        if (entry.getValue() instanceof Yaml.Mapping mapping && full.get(0).equals("management")) {
            List<Yaml.Mapping.Entry> entries =
                    ListUtils.map(mapping.getEntries(), child -> pruned(child, full, keepForeign));
            return entries.isEmpty() ? null : entry.withValue(mapping.withEntries(entries));
        }
        return entry;
    }

    private Yaml.Block exposed(Yaml.Block block, List<String> path) {
        if (block instanceof Yaml.Mapping mapping) {
            return mapping.withEntries(ListUtils.map(mapping.getEntries(), entry -> {
                List<String> full = new ArrayList<>(path);
                full.addAll(YamlReading.elements(entry));
                return "management.endpoints.web.exposure.include".startsWith(String.join(".", full))
                                || HealthGroups.isAbove(full)
                                || HealthGroups.isMembers(full)
                        ? entry.withValue(exposed(entry.getValue(), full))
                        : entry;
            }));
        } else if (HealthGroups.isMembers(path)) {
            return block instanceof Yaml.Sequence sequence ? members(sequence, path) : members(block, path);
        } else if (block instanceof Yaml.Scalar scalar && isExposure(path)) {
            return scalar.withValue(endpointsStay ? move.extended(scalar.getValue()) : move.exposed(scalar.getValue()));
        } else if (block instanceof Yaml.Sequence sequence && isExposure(path) && endpointsStay) {
            return extended(sequence);
        } else if (block instanceof Yaml.Sequence sequence && isExposure(path)) {
            List<String> seen = new ArrayList<>();
            return sequence.withEntries(ListUtils.map(sequence.getEntries(), entry -> {
                if (!(entry.getBlock() instanceof Yaml.Scalar scalar)) {
                    return entry;
                }
                String name = move.exposed(scalar.getValue());
                boolean again = seen.contains(name);
                seen.add(name);
                return again && !name.equals(scalar.getValue()) ? null : entry.withBlock(scalar.withValue(name));
            }));
        }
        return block;
    }

    private static boolean isExposure(List<String> path) {
        return String.join(".", path).equals("management.endpoints.web.exposure.include");
    }

    /** The members of a group of the health endpoint. */
    private Yaml.Block members(Yaml.Block block, List<String> path) {
        return block instanceof Yaml.Scalar scalar
                ? scalar.withValue(HealthGroups.moved(path, scalar.getValue(), endpointsStay, isHealthOff(), leave()))
                : block;
    }

    private Yaml.Sequence members(Yaml.Sequence sequence, List<String> path) {
        List<String> names = names(sequence);
        List<String> moved = HealthGroups.moved(path, names, endpointsStay, isHealthOff(), leave());
        if (moved.equals(names)) {
            return sequence;
        }
        List<String> added = new ArrayList<>(moved);
        added.removeAll(names);
        if (endpointsStay) {
            return added.isEmpty() ? sequence : appended(sequence, added.get(0));
        }
        List<Yaml.Sequence.Entry> entries = new ArrayList<>(ListUtils.map(sequence.getEntries(), entry -> {
            if (!(entry.getBlock() instanceof Yaml.Scalar scalar) || moved.contains(scalar.getValue())) {
                return entry;
            }
            return added.isEmpty() ? null : entry.withBlock(scalar.withValue(added.remove(0)));
        }));
        int last = entries.size() - 1;
        if (last >= 0 && entries.size() < names.size()) {
            String end = sequence.getEntries().get(names.size() - 1).getTrailingCommaPrefix();
            entries.set(last, entries.get(last).withTrailingCommaPrefix(end));
        }
        return sequence.withEntries(entries);
    }

    private boolean isHealthOff() {
        return move.isHealthOff(SettingsMove.path(getCursor().firstEnclosingOrThrow(Yaml.Documents.class)));
    }

    private Consumer<Left> leave() {
        return move.leftovers(SettingsMove.path(getCursor().firstEnclosingOrThrow(Yaml.Documents.class)));
    }

    private static List<String> names(Yaml.Sequence sequence) {
        return sequence.getEntries().stream()
                .map(entry -> entry.getBlock() instanceof Yaml.Scalar scalar ? scalar.getValue() : "")
                .toList();
    }

    private Yaml.Sequence extended(Yaml.Sequence sequence) {
        String text = String.join(",", names(sequence));
        return sequence.getEntries().isEmpty() || move.extended(text).equals(text)
                ? sequence
                : appended(sequence, "resilience");
    }

    private static Yaml.Sequence appended(Yaml.Sequence sequence, String name) {
        int last = sequence.getEntries().size() - 1;
        if (!(sequence.getEntries().get(last).getBlock() instanceof Yaml.Scalar scalar)) {
            return sequence;
        }
        Yaml.Sequence.Entry former = sequence.getEntries().get(last);
        boolean inline = sequence.getOpeningBracketPrefix() != null;
        String space = inline && scalar.getPrefix().isEmpty() ? " " : scalar.getPrefix();
        List<Yaml.Sequence.Entry> entries = new ArrayList<>(sequence.getEntries());
        entries.set(last, inline ? former.withTrailingCommaPrefix("") : former);
        entries.add(former.withId(Tree.randomId())
                .withTrailingCommaPrefix(null)
                .withBlock(scalar.withId(Tree.randomId()).withPrefix(space).withValue(name)));
        return sequence.withEntries(entries);
    }
}
