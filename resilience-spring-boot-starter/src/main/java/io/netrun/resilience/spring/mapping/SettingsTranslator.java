package io.netrun.resilience.spring.mapping;

import io.netrun.resilience.spring.mapping.BlockTranslator.Effective;
import io.netrun.resilience.spring.mapping.BlockTranslator.Left;
import io.netrun.resilience.spring.mapping.BlockTranslator.Moved;
import io.netrun.resilience.spring.mapping.MappingTable.Row;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Translates the settings of one document with what is known of its module. */
public final class SettingsTranslator {

    private static final String POOL = "threadpoolbulkhead";

    private final ModuleSettings module;

    private final boolean keepBehaviour;

    private final SettingsDocument document;

    private final Map<Block.Id, Block> blocks;

    private final Result result = new Result(new ArrayList<>(), new ArrayList<>());

    /**
     * A translator.
     *
     * @param keepBehaviour whether defaults that differ are written out
     */
    public SettingsTranslator(ModuleSettings module, SettingsDocument document, boolean keepBehaviour) {
        this.module = module;
        this.document = document;
        this.keepBehaviour = keepBehaviour;
        this.blocks = document.blocks();
    }

    /**
     * Translates it.
     *
     * @param home whether the document gets what applies to the whole application
     */
    public Result translate(boolean home) {
        boolean writesDefaults = home && keepBehaviour;
        addOrder(writesDefaults);
        Set<String> patterns = new LinkedHashSet<>(ModuleSettings.SECTIONS.keySet());
        for (String pattern : patterns) {
            String section = ModuleSettings.SECTIONS.getOrDefault(pattern, pattern);
            addDefaults(section, pattern, writesDefaults && module.patterns().contains(pattern));
            addInstances(section, pattern);
            if (pattern.equals("bulkhead")) {
                addInstances(POOL, pattern);
                addPools(home);
            }
        }
        addBases();
        addOthers();
        return result;
    }

    private void addOrder(boolean write) {
        boolean set = document.others().stream().anyMatch(ModuleSettings::isOrder);
        if (set || (write && module.patterns().size() > 1)) {
            result.moved()
                    .add(new Placed(
                            List.of("resilience", "order"),
                            new Moved(new Setting.Value(module.order(document.id()), true), null)));
        }
    }

    private void addDefaults(String section, String pattern, boolean write) {
        Map<String, Setting> settings = new LinkedHashMap<>();
        if (write) {
            MappingTable.get()
                    .settings(section)
                    .filter(row -> !row.there().standard().isEmpty() && !isOutOfReach(row))
                    .forEach(row -> settings.put(
                            Names.uniform(row.there().name()),
                            implied(row.there().standard())));
        }
        Block.Id id = new Block.Id(section, true, "default");
        Block shared = blocks.get(id);
        if (shared != null) {
            settings.putAll(shared.settings());
        }
        if (settings.isEmpty()) {
            return;
        }
        BlockTranslator translator = new BlockTranslator(
                section,
                settings,
                new Effective(name -> text(settings, name), usesTimeouts(), module.hasHealth(document.id())),
                keepBehaviour);
        Map<String, Moved> moved = translator.translate();
        if (write) {
            if (section.equals("ratelimiter")
                    && text(settings, "limit-refresh-period") == null
                    && Values.isPositive(text(settings, "limit-for-period"))) {
                moved.put("limit", new Moved(Setting.Value.of(Values.LARGEST), originOf(moved.get("limit"))));
                moved.putIfAbsent("period", new Moved(Setting.Value.of("1s"), null));
            }
            MappingTable.get()
                    .rows(MappingTable.RESILIENCE4J, "implicit setting")
                    .filter(row -> row.section().to().equals(pattern))
                    .forEach(row -> moved.putIfAbsent(
                            row.here().name(),
                            new Moved(Setting.Value.of(row.there().standard()), null)));
            moved.entrySet().removeIf(entry -> entry.getValue().origin() == null && isDefault(section, entry));
        }
        putAll(List.of("resilience", pattern, "defaults"), moved);
        result.left().addAll(translator.left());
    }

    /** A minute is no slow call where timeouts end each call before, and startup warns about it. */
    private boolean isOutOfReach(Row row) {
        return usesTimeouts() && row.there().name().equals("slow-call-duration-threshold");
    }

    private static boolean isDefault(String section, Map.Entry<String, Moved> moved) {
        return MappingTable.get()
                .settings(section)
                .filter(row -> row.here().names().contains(moved.getKey()))
                .map(row -> row.here().standard())
                .anyMatch(standard -> standard.equals(moved.getValue().value().text()));
    }

    private void addInstances(String section, String pattern) {
        Set<Block.Id> ids = new LinkedHashSet<>(blocks.keySet());
        visible().forEach(other -> ids.addAll(other.blocks().keySet()));
        for (Block.Id id : ids) {
            if (id.section().equals(section) && !id.shared()) {
                addInstance(id, pattern);
            }
        }
    }

    private void addInstance(Block.Id id, String pattern) {
        List<Block.Id> chain = chain(id);
        Map<String, Setting> settings = new LinkedHashMap<>();
        Block own = blocks.get(id);
        if (own != null) {
            settings.putAll(own.settings());
        }
        for (Block.Id shared : chain) {
            Block block = blocks.get(shared);
            if (block != null) {
                block.settings().forEach((name, setting) -> {
                    if (!settings.containsKey(name) && inBase(id, name) == null) {
                        settings.put(name, inherited(setting));
                    }
                });
            }
        }
        if (own != null && keepBehaviour && id.section().equals("circuitbreaker") && !chain.isEmpty()) {
            addOverridden(id, chain, settings);
        }
        settings.remove("baseconfig");
        if (settings.isEmpty()) {
            return;
        }
        BlockTranslator translator = new BlockTranslator(
                id.section(),
                settings,
                new Effective(name -> effective(id, chain, name), usesTimeouts(), module.hasHealth(document.id())),
                keepBehaviour);
        Map<String, Moved> moved = translator.translate();
        String name = id.section().equals(POOL) ? module.poolName(id.name()) : id.name();
        putAll(List.of("resilience", pattern, "instances", name), moved);
        translator.left().stream()
                .filter(left -> !result.left().contains(left)) // several instances may have one shared configuration
                .forEach(result.left()::add);
    }

    /** A circuit breaker with a named configuration has nothing of the default one. */
    private void addOverridden(Block.Id id, List<Block.Id> chain, Map<String, Setting> settings) {
        for (SettingsDocument other : visible()) {
            Block shared = other.blocks().get(id.withName(true, "default"));
            if (shared != null) {
                shared.settings().keySet().stream()
                        .filter(name -> !settings.containsKey(name) && effective(id, chain, name) == null)
                        .forEach(name -> MappingTable.get()
                                .settings(id.section())
                                .filter(row -> Names.uniform(row.there().name()).equals(name))
                                .map(Row::there)
                                .filter(there -> !there.standard().isEmpty())
                                .forEach(there -> settings.put(name, implied(there.standard()))));
            }
        }
    }

    /** Instances that only annotations name: a queue that the defaults of the other kind would take away. */
    private void addPools(boolean home) {
        if (!home || !keepBehaviour) {
            return;
        }
        for (String name : module.pools()) {
            Block.Id id = new Block.Id(POOL, false, name);
            if (module.documents().stream().noneMatch(other -> other.blocks().containsKey(id))) {
                putAll(
                        List.of("resilience", "bulkhead", "instances", module.poolName(name)),
                        Map.of("max-queue", new Moved(Setting.Value.of("100"), null)));
            }
        }
    }

    /** Shared configurations: what nobody can read in them, and what nobody uses. */
    private void addBases() {
        Set<Block.Id> used = new LinkedHashSet<>();
        visible()
                .forEach(other -> other.blocks().keySet().stream()
                        .filter(id -> !id.shared())
                        .forEach(id -> used.addAll(chain(id))));
        blocks.forEach((id, block) -> {
            Setting base = block.settings().get("baseconfig");
            if (base != null && isMissing(id, base.value().text())) {
                leave(new Left(
                        base.key(),
                        BlockTranslator.UNREADABLE + ": there is no configuration '"
                                + base.value().text() + "'. Correct or remove it."));
            }
            boolean standard = id.name().equals("default");
            if (!id.shared() || (standard && !id.section().equals(POOL))) {
                return;
            }
            Map<String, Setting> settings = new LinkedHashMap<>(block.settings());
            settings.remove("baseconfig");
            BlockTranslator translator = new BlockTranslator(
                    id.section(),
                    settings,
                    new Effective(name -> text(settings, name), usesTimeouts(), module.hasHealth(document.id())),
                    keepBehaviour);
            translator.translate();
            translator.left().stream()
                    .filter(left -> left.reason().startsWith(BlockTranslator.UNREADABLE)
                            || left.reason().contains("has no counterpart"))
                    .forEach(this::leave);
            if (!standard && !used.contains(id)) {
                List<String> path = block.settings().values().iterator().next().path();
                leave(new Left(
                        String.join(".", path.subList(0, 4)),
                        "It had no effect, since no instance has it as its base-config."));
            }
        });
    }

    private boolean isMissing(Block.Id id, String name) {
        return !name.isBlank() && !name.equals("default") && !name.contains("${") && !isKnown(id.withName(true, name));
    }

    private void leave(Left left) {
        if (!result.left().contains(left)) {
            result.left().add(left);
        }
    }

    private void addOthers() {
        for (Setting setting : document.others()) {
            String text = setting.value().text();
            if (ModuleSettings.isOrder(setting) && !ModuleSettings.isPosition(text)) {
                leave(new Left(
                        setting.key(),
                        text.contains("${")
                                ? "The value " + text + " is known only at the start. Set resilience.order."
                                : BlockTranslator.UNREADABLE + ": '" + text
                                        + "' is not a number. Correct or remove it."));
            } else if (!ModuleSettings.isOrder(setting)) {
                String key = Names.uniform(setting.key());
                String reason = MappingTable.get()
                        .rows(MappingTable.RESILIENCE4J, "application setting")
                        .filter(row -> key.endsWith(Names.uniform(row.there().name())))
                        .map(Row::reason)
                        .findFirst()
                        .orElse("This library has no such setting.");
                result.left().add(new Left(setting.key(), reason));
            }
        }
    }

    /** The shared configurations of an instance, the nearest first; without the default one, which becomes defaults. */
    private List<Block.Id> chain(Block.Id id) {
        boolean pool = id.section().equals(POOL);
        List<Block.Id> chain = new ArrayList<>();
        String name = anywhere(id, "base-config");
        if (name == null && id.section().equals("circuitbreaker") && isKnown(id.withName(true, id.name()))) {
            name = id.name();
        }
        while (name != null && !(name.equals("default") && !pool)) {
            Block.Id shared = id.withName(true, name);
            if (chain.contains(shared)) {
                break;
            }
            chain.add(shared);
            name = anywhere(shared, "base-config");
        }
        Block.Id standard = id.withName(true, "default");
        if (pool && !chain.contains(standard) && isKnown(standard)) {
            chain.add(standard);
        }
        return chain;
    }

    private @Nullable String effective(Block.Id id, List<Block.Id> chain, String name) {
        String own = anywhere(id, name);
        if (own != null) {
            return own;
        }
        for (Block.Id shared : chain) {
            String text = anywhere(shared, name);
            if (text != null) {
                return text;
            }
        }
        boolean alone = id.section().equals("circuitbreaker") && !chain.isEmpty();
        return alone ? null : anywhere(id.withName(true, "default"), name);
    }

    /** This document first, then those without a profile. */
    private @Nullable String anywhere(Block.Id id, String name) {
        Block own = blocks.get(id);
        String text = own == null ? null : own.text(name);
        return text == null ? inBase(id, name) : text;
    }

    private @Nullable String inBase(Block.Id id, String name) {
        for (SettingsDocument other : visible()) {
            Block block = other.base() && !other.id().equals(document.id())
                    ? other.blocks().get(id)
                    : null;
            String text = block == null ? null : block.text(name);
            if (text != null) {
                return text;
            }
        }
        return null;
    }

    private boolean isKnown(Block.Id id) {
        return visible().stream().anyMatch(other -> other.blocks().containsKey(id));
    }

    /** The documents whose settings can meet those of this one: the application does not have those of its tests. */
    private List<SettingsDocument> visible() {
        return module.documents().stream().filter(other -> document.sees(other)).toList();
    }

    private boolean usesTimeouts() {
        return module.usesTimeouts();
    }

    private void putAll(List<String> path, Map<String, Moved> moved) {
        moved.forEach((name, setting) -> {
            List<String> full = new ArrayList<>(path);
            full.add(name);
            result.moved().add(new Placed(full, setting));
        });
    }

    private static @Nullable String text(Map<String, Setting> settings, String name) {
        Setting setting = settings.get(Names.uniform(name));
        return setting == null ? null : setting.value().text();
    }

    private static @Nullable Setting originOf(@Nullable Moved moved) {
        return moved == null ? null : moved.origin();
    }

    private static Setting implied(String value) {
        return new Setting(List.of(), Setting.Value.of(value), List.of());
    }

    private static Setting inherited(Setting setting) {
        return new Setting(List.of(), setting.value(), List.of(), setting.source());
    }

    /**
     * A setting of this library with its key.
     *
     * @param path the elements of its key
     * @param setting its value and origin
     */
    public record Placed(List<String> path, Moved setting) {}

    /**
     * What became of a document.
     *
     * @param moved the settings of this library
     * @param left what was left
     */
    public record Result(List<Placed> moved, List<Left> left) {}
}
