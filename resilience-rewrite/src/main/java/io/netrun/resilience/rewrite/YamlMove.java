package io.netrun.resilience.rewrite;

import io.netrun.resilience.spring.mapping.BlockTranslator.Left;
import io.netrun.resilience.spring.mapping.SettingsDocument;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
            changed = document.withBlock(changed(mapping, translated, YamlReading.sections(document), ctx));
            List<Yaml.Mapping.Entry> former = mapping.getEntries();
            if (!former.isEmpty()
                    && pruned(former.get(former.size() - 1), List.of(), translated.isForeignKept()) == null) {
                Yaml.Document.End end = document.getEnd();
                changed = changed.withEnd(end.withPrefix(withoutTrailing(end.getPrefix())));
            }
        } else if (translated != null && !translated.settings().isEmpty()) {
            return document; // a document without settings cannot get any
        }
        return changed.withBlock(exposed(changed.getBlock(), List.of()));
    }

    /** A mapping with other settings of this library. */
    static Yaml.Mapping changed(
            Yaml.Mapping mapping,
            SettingsMove.Translated translated,
            Map<List<String>, List<String>> sections,
            ExecutionContext ctx) {
        YamlWriting writing = new YamlWriting();
        sections.forEach(writing::comment);
        translated.settings().forEach(setting -> writing.add(setting.path(), setting.value(), setting.comments()));
        List<Yaml.Mapping.Entry> added = writing.isEmpty() ? List.of() : writing.entries(ctx);
        List<Yaml.Mapping.Entry> entries = new ArrayList<>();
        boolean written = false;
        boolean first = true;
        boolean moved = false;
        for (Yaml.Mapping.Entry next : mapping.getEntries()) {
            Yaml.Mapping.Entry entry = moved ? next.withPrefix(withoutTrailing(next.getPrefix())) : next;
            Yaml.Mapping.Entry rest = pruned(entry, List.of(), translated.isForeignKept());
            if (rest == null && !written && !added.isEmpty()) {
                entries.add(added.get(0).withPrefix(entry.getPrefix()));
                written = true;
            } else if (rest != null) {
                entries.add(entries.isEmpty() && !first ? rest.withPrefix("") : rest);
            }
            first = false;
            moved = rest == null;
        }
        if (!written && !added.isEmpty()) {
            entries.add(added.get(0).withPrefix(entries.isEmpty() ? "" : "\n\n"));
        }
        return Anchors.repaired(mapping, mapping.withEntries(entries));
    }

    /** The mapping without the settings of resilience4j and of this library. */
    static Yaml.Mapping pruned(Yaml.Mapping mapping) {
        return mapping.withEntries(ListUtils.map(mapping.getEntries(), entry -> pruned(entry, List.of(), false)));
    }

    /** What stands behind the last moved setting is its comment, which has moved with it. */
    private static String withoutTrailing(String prefix) {
        int line = prefix.indexOf('\n');
        String behind = line < 0 ? prefix : prefix.substring(0, line);
        return behind.strip().startsWith("#") || line >= 0 ? prefix.substring(behind.length()) : prefix;
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
