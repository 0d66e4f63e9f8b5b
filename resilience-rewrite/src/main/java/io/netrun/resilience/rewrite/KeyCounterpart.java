package io.netrun.resilience.rewrite;

import io.netrun.resilience.spring.mapping.Block;
import io.netrun.resilience.spring.mapping.MappingTable;
import io.netrun.resilience.spring.mapping.MappingTable.Row;
import io.netrun.resilience.spring.mapping.ModuleSettings;
import io.netrun.resilience.spring.mapping.Names;
import io.netrun.resilience.spring.mapping.SettingsDocument;
import io.netrun.resilience.spring.mapping.Values;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a key of resilience4j is called that code reads. One of a shared configuration is that of an instance that has
 * it, since shared configurations are written out.
 *
 * @param key the key here
 * @param others the instances that have the same value, beside that of the key
 * @param value the value there; null if it is not known
 * @param row what the table has about the setting; null for a section
 */
record KeyCounterpart(
        String key,
        List<String> others,
        @Nullable String value,
        @Nullable Row row) {

    private static final int DEPTH = 8;

    /**
     * That of a key, or of the section of an instance or a shared configuration.
     *
     * @return null if it has none
     */
    static @Nullable KeyCounterpart of(ModuleSettings module, List<String> path) {
        boolean section = path.size() == 4;
        List<String> full = new ArrayList<>(path);
        if (section) {
            full.add("*");
        }
        Block.Id id = Block.of(full);
        if (id == null || full.size() != 5) {
            return null;
        }
        Map<Block.Id, Map<String, String>> blocks = blocks(module);
        List<Block.Id> instances = id.shared() && !id.name().equals("default")
                ? blocks.keySet().stream()
                        .filter(each -> !each.shared() && each.section().equals(id.section()))
                        .filter(each -> section
                                ? chain(blocks, each).contains(id)
                                : id.equals(deciding(blocks, each, Names.uniform(full.get(4)))))
                        .toList()
                : List.of(id);
        if (instances.isEmpty()) {
            return null;
        }
        Block.Id first = instances.get(0);
        List<String> others = instances.stream().skip(1).map(Block.Id::name).collect(Collectors.toList());
        List<String> start = new ArrayList<>(List.of("resilience", pattern(id)));
        start.addAll(first.shared() ? List.of("defaults") : List.of("instances", first.name()));
        if (section) {
            return new KeyCounterpart(PropertyTexts.key(start), others, null, null);
        }
        Row row = MappingTable.get()
                .settings(id.section())
                .filter(each -> Names.uniform(each.there().name()).equals(Names.uniform(full.get(4))))
                .filter(each -> !each.here().name().isEmpty())
                .findFirst()
                .orElse(null);
        if (row == null) {
            return null;
        }
        Block.Id deciding = deciding(blocks, first, Names.uniform(full.get(4)));
        boolean time = isTime(blocks, first);
        start.add(row.here().names().get(row.kind().equals("window") && time ? 1 : 0));
        String value = deciding == null
                ? null
                : blocks.getOrDefault(deciding, Map.of()).get(Names.uniform(full.get(4)));
        return new KeyCounterpart(PropertyTexts.key(start), others, value, row);
    }

    private static boolean isTime(Map<Block.Id, Map<String, String>> blocks, Block.Id id) {
        Block.Id deciding = deciding(blocks, id, "slidingwindowtype");
        return deciding != null
                && Names.uniform(blocks.getOrDefault(deciding, Map.of()).getOrDefault("slidingwindowtype", ""))
                        .equals("timebased");
    }

    private static String pattern(Block.Id id) {
        return MappingTable.get()
                .settings(id.section())
                .map(row -> row.section().to())
                .findFirst()
                .orElse("");
    }

    private static Map<Block.Id, Map<String, String>> blocks(ModuleSettings module) {
        Map<Block.Id, Map<String, String>> blocks = new LinkedHashMap<>();
        for (SettingsDocument document : module.documents()) {
            document.blocks()
                    .forEach((id, block) -> block.settings()
                            .forEach((name, setting) -> blocks.computeIfAbsent(id, each -> new LinkedHashMap<>())
                                    .putIfAbsent(name, setting.value().text())));
        }
        return blocks;
    }

    /** The block of an instance, or of one of its shared configurations, that has a setting; null if none has. */
    private static Block.@Nullable Id deciding(
            Map<Block.Id, Map<String, String>> blocks, Block.Id instance, String name) {
        return chain(blocks, instance).stream()
                .filter(id -> blocks.getOrDefault(id, Map.of()).containsKey(name))
                .findFirst()
                .orElse(null);
    }

    /** An instance and its shared configurations, the nearest first. */
    private static List<Block.Id> chain(Map<Block.Id, Map<String, String>> blocks, Block.Id instance) {
        List<Block.Id> chain = new ArrayList<>(List.of(instance));
        for (int depth = 0; depth < DEPTH; depth++) {
            String base =
                    blocks.getOrDefault(chain.get(chain.size() - 1), Map.of()).get("baseconfig");
            boolean own =
                    base == null && chain.size() == 1 && instance.section().equals("circuitbreaker");
            Block.Id next = instance.withName(true, base != null ? base : own ? instance.name() : "default");
            if (chain.contains(next)) {
                break;
            }
            chain.add(next);
        }
        return chain;
    }

    /** Which other instances have the value, and what it is like; empty if there is nothing to know. */
    String note() {
        List<String> notes = new ArrayList<>();
        if (!others.isEmpty()) {
            notes.add(" It is that of one instance; " + String.join(", ", others)
                    + (others.size() == 1 ? " has" : " have") + " the same.");
        }
        boolean seconds = row != null && row.kind().equals("window") && key.endsWith("window-duration");
        if (row != null && (row.kind().equals("duration") || seconds)) {
            String written = value == null ? "" : valueHere(value);
            if (value == null || !written.equals(value) || value.contains("${")) {
                notes.add((written.isEmpty() || written.contains("${")
                                ? " Its value may have a unit"
                                : " Its value has a unit now, as in " + written)
                        + ": take it as a Duration, since a number does not have one.");
            }
        } else if (row != null && value != null && !valueHere(value).equals(value)) {
            notes.add(" Its value is " + valueHere(value) + " now.");
        }
        return String.join("", notes);
    }

    /** A value as it is here; the same if it does not change. */
    String valueHere(String there) {
        if (row == null || there.contains("${")) {
            return there;
        } else if (row.kind().equals("duration")) {
            return Values.duration(there);
        } else if (row.kind().equals("window")) {
            return key.endsWith("window-duration") && there.matches("\\d+") ? there + "s" : there;
        }
        return row.words().entrySet().stream()
                .filter(word -> !word.getValue().isEmpty())
                .filter(word -> Names.uniform(word.getKey()).equals(Names.uniform(there)))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(there);
    }
}
