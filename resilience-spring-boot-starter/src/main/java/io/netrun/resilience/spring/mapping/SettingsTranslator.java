package io.netrun.resilience.spring.mapping;

import io.netrun.resilience.spring.mapping.BlockTranslator.Effective;
import io.netrun.resilience.spring.mapping.BlockTranslator.Left;
import io.netrun.resilience.spring.mapping.BlockTranslator.Moved;
import io.netrun.resilience.spring.mapping.MappingTable.Row;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Translates the settings of one document with what is known of its module. */
public final class SettingsTranslator {

    /** How the reason begins for an order of an aspect, which is one among other aspects, too. */
    public static final String AMONG_OTHERS = "The order of the patterns among themselves";

    /** The order of the patterns among the aspects of an application. */
    private static final long ADVICE_ORDER = Integer.MAX_VALUE - 100L;

    private static final Block.Id POOL_DEFAULTS = new Block.Id(View.POOL, true, "default");

    private final ModuleSettings module;

    private final boolean keepBehaviour;

    private final SettingsDocument document;

    private final Map<Block.Id, Block> blocks;

    /** What applies without the document, beneath it. */
    private final View before;

    /** What applies together with the document. */
    private final View after;

    /** Whether health indicators of circuit breakers are on without the document. */
    private final boolean healthBefore;

    /** The keys of the document, with their positions. */
    private final Map<String, Integer> keys = new HashMap<>();

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
        List<SettingsDocument> beneath = module.beneath(document);
        this.before = View.of(beneath);
        boolean over = !document.base() && !beneath.isEmpty(); // a file of tests may hide what seems to be beneath it
        this.healthBefore =
                module.hasHealth(over ? beneath.get(beneath.size() - 1).id() : document.id());
        this.after = with(beneath, document);
        for (Setting setting : document.settings()) {
            List<String> path = setting.path();
            keys.putIfAbsent(setting.key(), keys.size());
            keys.putIfAbsent(String.join(".", path.subList(0, Math.min(5, path.size()))), keys.size()); // of a list
        }
    }

    /**
     * Translates it.
     *
     * @param home whether the document gets what applies to the whole application
     */
    public Result translate(boolean home) {
        boolean writesDefaults = home && keepBehaviour;
        addOrder(writesDefaults);
        for (String pattern : ModuleSettings.SECTIONS.keySet()) {
            String section = ModuleSettings.SECTIONS.getOrDefault(pattern, pattern);
            addDefaults(section, pattern, writesDefaults && module.patterns().contains(pattern));
            addInstances(section, pattern);
            if (pattern.equals("bulkhead")) {
                addInstances(View.POOL, pattern);
                addPools(home);
            }
        }
        addBases();
        addOthers();
        leaveOtherProfiles();
        return result;
    }

    /** What was written out for a profile is right as long as no other profile changes the same configurations. */
    private void leaveOtherProfiles() {
        if (document.base()) {
            return;
        }
        for (Placed placed : List.copyOf(result.moved())) {
            List<String> path = placed.path();
            String section = path.size() == 5 ? ModuleSettings.SECTIONS.get(path.get(1)) : null;
            if (section == null
                    || !path.get(2).equals("instances")
                    || placed.setting().origin() != null) {
                continue;
            }
            Block.Id id = new Block.Id(section, false, path.get(3));
            Block own = blocks.get(id);
            boolean derived = hasShared(document, section)
                    || (own != null && own.settings().containsKey("baseconfig"));
            List<String> others = module.documents().stream()
                    .filter(other -> !other.base() && !other.id().equals(document.id()))
                    .filter(other -> other.isBeside(document.id()))
                    .filter(other -> hasShared(other, section) || other.blocks().containsKey(id))
                    .map(other -> other.id().substring(0, other.id().indexOf('#')))
                    .distinct()
                    .toList();
            if (derived && !others.isEmpty()) {
                leave(new Left(
                        "resilience4j." + section + ".instances." + id.name(),
                        "Its settings are written out as they are with this document alone. "
                                + String.join(", ", others)
                                + " changes them, too, in a document of a profile: compare them with both, if both can"
                                + " be active."));
            }
        }
    }

    private static boolean hasShared(SettingsDocument other, String section) {
        return other.blocks().keySet().stream()
                .anyMatch(id -> id.shared() && id.section().equals(section));
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

    private static View with(List<SettingsDocument> beneath, SettingsDocument document) {
        List<SettingsDocument> all = new ArrayList<>(beneath);
        all.add(document);
        return View.of(all);
    }

    private void addDefaults(String section, String pattern, boolean write) {
        boolean written = !write && keepBehaviour && module.patterns().contains(pattern); // in another document
        Map<String, Moved> moved = defaults(after, section, pattern, write || written, true);
        Map<String, Moved> former = write ? Map.of() : defaults(before, section, pattern, written, false);
        List<String> path = List.of("resilience", pattern, "defaults");
        Map<String, Moved> changed = changed(moved, former);
        if (write) {
            changed.entrySet().removeIf(entry -> entry.getValue().source() == null && isDefault(section, entry));
        }
        putAll(path, write ? changed : inOrder(changed)); // all of them are in the order of the table
        reset(path, section, moved, former);
    }

    private Map<String, Moved> defaults(View view, String section, String pattern, boolean write, boolean leaves) {
        Map<String, Setting> settings = new LinkedHashMap<>();
        if (write) {
            settings.putAll(standards(section));
        }
        settings.putAll(view.defaults(section));
        if (settings.isEmpty()) {
            return Map.of();
        }
        BlockTranslator translator = new BlockTranslator(
                section,
                settings,
                new Effective(name -> text(settings, name), usesTimeouts(), hasHealth(view), module.known()),
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
        }
        if (leaves) {
            leaveOwn(translator.left());
        }
        return moved;
    }

    /** Whether health indicators are on; a document may change that for instances of those beneath it. */
    private boolean hasHealth(View view) {
        return isBefore(view) ? healthBefore : module.hasHealth(document.id());
    }

    /** Whether a view is that without the document, which may be equal to the one with it. */
    @SuppressWarnings("ReferenceEquality")
    private boolean isBefore(View view) {
        return view == before;
    }

    /** The defaults of resilience4j that may differ. */
    private Map<String, Setting> standards(String section) {
        Map<String, Setting> settings = new LinkedHashMap<>();
        MappingTable.get()
                .settings(section)
                .filter(row -> !row.there().standard().isEmpty() && !isOutOfReach(row))
                .forEach(row -> settings.put(
                        Names.uniform(row.there().name()), implied(row.there().standard())));
        return settings;
    }

    /** The settings that the document has to have: those of its lines, and those that are others beneath it. */
    private Map<String, Moved> changed(Map<String, Moved> moved, Map<String, Moved> former) {
        Map<String, Moved> changed = new LinkedHashMap<>();
        moved.forEach((name, setting) -> {
            boolean own = setting.source() != null && keys.containsKey(setting.source());
            Moved there = former.get(name);
            if (own) {
                changed.put(name, setting);
            } else if (there == null
                    || !there.value().text().equals(setting.value().text())) {
                changed.put(name, new Moved(setting.value(), null, setting.source()));
            }
        });
        return changed;
    }

    /** The settings with those of the document's lines in its order, which may be another one beneath it. */
    private Map<String, Moved> inOrder(Map<String, Moved> changed) {
        Predicate<Map.Entry<String, Moved>> own = entry -> entry.getValue().origin() != null
                && keys.containsKey(entry.getValue().source());
        Iterator<Map.Entry<String, Moved>> sorted = changed.entrySet().stream()
                .filter(own)
                .sorted(Comparator.comparing(
                        entry -> keys.getOrDefault(entry.getValue().source(), 0)))
                .toList()
                .iterator();
        Map<String, Moved> ordered = new LinkedHashMap<>();
        for (Map.Entry<String, Moved> entry : changed.entrySet()) {
            Map.Entry<String, Moved> next = own.test(entry) ? sorted.next() : entry;
            ordered.put(next.getKey(), next.getValue());
        }
        return ordered;
    }

    /** Sets what the document takes away, because it names another shared configuration, to what is in force then. */
    private void reset(List<String> path, String section, Map<String, Moved> moved, Map<String, Moved> former) {
        boolean instance = path.size() > 3;
        for (Map.Entry<String, Moved> taken : former.entrySet()) {
            String name = taken.getKey();
            if (moved.containsKey(name) || isReplaced(section, name, moved.keySet())) {
                continue;
            }
            String pattern = path.get(1);
            Moved standard = instance
                    ? defaults(after, section, pattern, keepBehaviour, false).get(name)
                    : null;
            String value = standard == null
                    ? standard(section, name)
                    : standard.value().text();
            if (value == null) {
                String source = taken.getValue().source();
                leave(new Left(
                        source == null ? name : source,
                        "Another document takes it away with another base-config; " + name
                                + " cannot be taken away here. Set it for each profile that needs it."));
            } else if (!value.equals(taken.getValue().value().text())) {
                putAll(
                        path,
                        Map.of(name, new Moved(standard == null ? Setting.Value.of(value) : standard.value(), null)));
            }
        }
    }

    /** Whether other settings are there that stand for the same one of resilience4j. */
    private static boolean isReplaced(String section, String name, Set<String> others) {
        return MappingTable.get()
                .settings(section)
                .anyMatch(row -> row.here().names().contains(name)
                        && row.here().names().stream().anyMatch(others::contains));
    }

    /**
     * The value of a setting that stands for the default of resilience4j; null if there is none that can be written.
     */
    private @Nullable String standard(String section, String name) {
        Map<String, Setting> standards = standards(section);
        Moved moved = new BlockTranslator(
                        section,
                        standards,
                        new Effective(other -> text(standards, other), usesTimeouts(), false, module.known()),
                        true)
                .translate()
                .get(name);
        if (moved != null) {
            return moved.value().text();
        }
        Row row = MappingTable.get()
                .settings(section)
                .filter(candidate -> candidate.here().names().contains(name))
                .findFirst()
                .orElse(null);
        if (row == null || row.kind().equals("class")) {
            return null;
        }
        String standard = row.here().standard();
        if (row.kind().equals("classes")) {
            boolean errors = keepBehaviour && standard.equals("java.lang.Throwable");
            return errors ? "java.lang.Exception" : standard.equals("none") ? "" : standard;
        }
        boolean words = standard.contains(" ");
        return words ? Values.FOREVER : standard;
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
        Set<Block.Id> ids = new LinkedHashSet<>(blocks.keySet()); // in the order of the document
        ids.addAll(after.blocks().keySet());
        for (Block.Id id : ids) {
            if (id.section().equals(section) && !id.shared()) {
                addInstance(id, pattern);
            }
        }
    }

    private void addInstance(Block.Id id, String pattern) {
        Map<String, Moved> moved = instance(after, id, true);
        Map<String, Moved> former =
                before.has(id) || isPoolWithDefaults(before, id) ? instance(before, id, false) : Map.of();
        String name = id.section().equals(View.POOL) ? module.poolName(id.name()) : id.name();
        List<String> path = List.of("resilience", pattern, "instances", name);
        Map<String, Moved> changed = changed(moved, former);
        Moved minimum = changed.get("minimum-calls");
        if (minimum != null && minimum.source() == null && !former.containsKey("minimum-calls")) {
            Moved shared =
                    defaults(after, id.section(), pattern, keepBehaviour, false).get("minimum-calls");
            if (textOf(minimum).equals(shared == null ? "" : after.capped(id, textOf(shared)))) {
                changed.remove("minimum-calls");
            }
        }
        putAll(path, inOrder(changed));
        reset(path, id.section(), moved, former);
    }

    private static String textOf(Moved moved) {
        return moved.value().text();
    }

    private Map<String, Moved> instance(View view, Block.Id id, boolean leaves) {
        Map<String, Setting> settings = view.settings(id);
        boolean alone = keepBehaviour && view.isAlone(id);
        if (alone) {
            Set<String> names = new LinkedHashSet<>(view.defaults(id.section()).keySet());
            if (view.isMinimumCapped(id)) {
                names.add("minimumnumberofcalls");
            }
            names.stream()
                    .filter(name -> !settings.containsKey(name))
                    .forEach(name -> MappingTable.get()
                            .settings(id.section())
                            .filter(row -> Names.uniform(row.there().name()).equals(name))
                            .map(Row::there)
                            .filter(there -> !there.standard().isEmpty())
                            .forEach(there -> settings.put(name, implied(there.standard()))));
        }
        if (leaves && keepBehaviour && !before.blocks().isEmpty()) {
            view.putMinimumAlways(id, settings); // the document may change what caps it
        }
        BlockTranslator translator = new BlockTranslator(
                id.section(),
                settings,
                new Effective(name -> view.text(id, name), usesTimeouts(), hasHealth(view), module.known()),
                keepBehaviour);
        Map<String, Moved> moved = settings.isEmpty() ? new LinkedHashMap<>() : translator.translate();
        if (keepBehaviour && id.section().equals("ratelimiter")) {
            addLimit(view, id, moved);
        }
        if (keepBehaviour && id.section().equals("retry")) {
            addExhausted(view, id, moved);
        }
        if (alone) {
            addStandards(view, id, moved);
        }
        if (leaves) {
            leaveOwn(translator.left());
        }
        return moved;
    }

    /** The defaults rethrow what their retry has no predicate for; an instance that has one fails with its results. */
    private static void addExhausted(View view, Block.Id id, Map<String, Moved> moved) {
        String fails = view.text(id, "fail-after-max-attempts");
        boolean own = text(view.defaults(id.section()), "result-predicate") == null
                && view.text(id, "result-predicate") != null;
        if (own && fails != null && Values.truth(fails).equals("true")) {
            moved.putIfAbsent("on-exhausted", new Moved(Setting.Value.of("wrap"), null));
        }
    }

    /** Without a period, the defaults have no limit, which an instance with a period must not have then. */
    private void addLimit(View view, Block.Id id, Map<String, Moved> moved) {
        Map<String, Setting> shared = view.defaults(id.section());
        Moved limit = defaults(view, id.section(), "", false, false).get("limit");
        boolean unlimited = text(shared, "limit-refresh-period") == null
                || (limit != null && limit.value().text().equals(Values.LARGEST));
        if (moved.containsKey("period") && !moved.containsKey("limit") && unlimited) {
            String text = view.text(id, "limit-for-period");
            moved.put("limit", new Moved(Setting.Value.of(text == null ? "50" : text), null));
        }
    }

    /** An instance with nothing of the default configuration must not have our defaults either. */
    private void addStandards(View view, Block.Id id, Map<String, Moved> moved) {
        String section = id.section();
        defaults(view, section, "", false, false).keySet().stream()
                .filter(name -> !moved.containsKey(name) && !name.equals("health"))
                .filter(name -> !isReplaced(section, name, moved.keySet()))
                .toList()
                .forEach(name -> {
                    String value = standard(section, name);
                    if (value != null) {
                        moved.put(name, new Moved(Setting.Value.of(value), null));
                    }
                });
    }

    /** Leaves what the lines of the document have; others are left where they are. */
    private void leaveOwn(List<Left> left) {
        left.stream().filter(each -> keys.containsKey(each.what())).forEach(this::leave);
    }

    /**
     * Instances that have no section where the document applies: they have the default configuration of pools, which
     * the defaults of bulkheads are not; without one, a queue that these would take away.
     */
    private void addPools(boolean home) {
        for (String name : module.pools()) {
            Block.Id id = new Block.Id(View.POOL, false, name);
            if (!after.has(id) && isPoolWithDefaults(after, id)) {
                addInstance(id, "bulkhead");
            } else if (!after.has(id)
                    && home
                    && keepBehaviour
                    && module.documents().stream()
                            .noneMatch(other -> other.blocks().containsKey(id))) {
                putAll(
                        List.of("resilience", "bulkhead", "instances", module.poolName(name)),
                        Map.of("max-queue", new Moved(Setting.Value.of("100"), null)));
            }
        }
        Block own = blocks.get(POOL_DEFAULTS);
        if (own != null && module.pools().isEmpty()) {
            own.settings()
                    .values()
                    .forEach(setting -> leave(new Left(
                            setting.key(),
                            "No section, and no annotation whose name is known, has a thread pool, so nothing is written"
                                    + " for it. Set it for the bulkheads under resilience.bulkhead.instances that are"
                                    + " meant.")));
        }
    }

    /** Whether an instance is that of a thread pool which has the default configuration, by its annotation alone. */
    private boolean isPoolWithDefaults(View view, Block.Id id) {
        return id.section().equals(View.POOL) && module.pools().contains(id.name()) && view.has(POOL_DEFAULTS);
    }

    /** Shared configurations: what nobody can read in them, and what nobody uses. */
    private void addBases() {
        Set<Block.Id> used = used();
        blocks.forEach((id, block) -> {
            Setting base = block.settings().get("baseconfig");
            if (base != null) {
                leaveBase(id, base);
            }
            boolean standard = id.name().equals("default");
            if (!id.shared() || (standard && !id.section().equals(View.POOL))) {
                return;
            }
            Map<String, Setting> settings = new LinkedHashMap<>(block.settings());
            settings.remove("baseconfig");
            BlockTranslator translator = new BlockTranslator(
                    id.section(),
                    settings,
                    new Effective(
                            name -> text(settings, name),
                            usesTimeouts(),
                            module.hasHealth(document.id()),
                            module.known()),
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

    /** The shared configurations that an instance has, with some of the documents. */
    private Set<Block.Id> used() {
        Set<Block.Id> used = new LinkedHashSet<>();
        for (SettingsDocument other : visible()) {
            View view = with(module.beneath(other), other);
            view.blocks().keySet().stream()
                    .filter(id -> !id.shared() || id.name().equals("default"))
                    .forEach(id -> used.addAll(view.chain(id)));
        }
        return used;
    }

    private void leaveBase(Block.Id id, Setting base) {
        String name = base.value().text();
        String cycle = after.cycle(id);
        if (name.contains("${")) {
            leave(new Left(
                    base.key(),
                    "The value " + name + " is known only at the start. Write the settings of the configuration that"
                            + " it names."));
        } else if (isMissing(id, name)) {
            leave(new Left(
                    base.key(),
                    BlockTranslator.UNREADABLE + ": there is no configuration '" + name + "'. Correct or remove it."));
        } else if (cycle != null) {
            leave(new Left(
                    base.key(),
                    BlockTranslator.UNREADABLE + ": the configuration '" + cycle
                            + "' has itself as its base. Correct or remove it."));
        }
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
            } else if (ModuleSettings.isOrder(setting) && Long.parseLong(text) < ADVICE_ORDER) {
                leave(new Left(
                        setting.key(),
                        AMONG_OTHERS
                                + " is resilience.order. There, the aspect was also outside of other ones with a higher"
                                + " number than " + text + "; here, the patterns are at " + ADVICE_ORDER
                                + ". Give those that are to be inside a higher one."));
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
