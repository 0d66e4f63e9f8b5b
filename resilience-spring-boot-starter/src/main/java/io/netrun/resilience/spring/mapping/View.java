package io.netrun.resilience.spring.mapping;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The settings of resilience4j where several documents apply together, and how it resolves shared configurations.
 *
 * @param blocks what is set for each instance and shared configuration
 */
record View(Map<Block.Id, Block> blocks) {

    static final String POOL = "threadpoolbulkhead";

    private static final String BASE = "base-config";

    private static final String DEFAULT = "default";

    private static final String WINDOW = "slidingwindowsize";

    private static final String MINIMUM = "minimumnumberofcalls";

    /** The default of both, there. */
    private static final int LARGEST_MINIMUM = 100;

    /** That of documents, of which a later one wins. */
    static View of(List<SettingsDocument> documents) {
        Map<Block.Id, Block> blocks = new LinkedHashMap<>();
        for (SettingsDocument document : documents) {
            document.blocks()
                    .forEach((id, block) ->
                            blocks.computeIfAbsent(id, Block::new).settings().putAll(block.settings()));
        }
        return new View(blocks);
    }

    /** Whether there are settings for an instance or shared configuration. */
    boolean has(Block.Id id) {
        return blocks.containsKey(id);
    }

    /** The shared configurations of an instance, the nearest first; without the default one, which becomes defaults. */
    List<Block.Id> chain(Block.Id id) {
        List<Block.Id> chain = new ArrayList<>();
        boolean pool = id.section().equals(POOL);
        Block.Id standard = id.withName(true, DEFAULT);
        if (id.equals(standard) && !isBreaker(id)) {
            return chain; // every chain ends with it
        }
        String name = base(id);
        if (name == null && isNamedLikeItself(id)) {
            return id.name().equals(DEFAULT) ? chain : List.of(id.withName(true, id.name()));
        }
        while (name != null && (pool || !name.equals(DEFAULT))) {
            Block.Id shared = id.withName(true, name);
            if (shared.equals(id) || chain.contains(shared)) {
                break;
            }
            chain.add(shared);
            name = base(shared);
        }
        if (pool && !chain.contains(standard) && has(standard) && !id.equals(standard)) {
            chain.add(standard);
        }
        return chain;
    }

    /** Whether an instance has nothing of the default configuration. */
    boolean isAlone(Block.Id id) {
        if (id.section().equals(POOL) || id.equals(id.withName(true, DEFAULT))) {
            return false;
        } else if (!isBreaker(id)) {
            return id.name().equals(DEFAULT) && base(id) == null;
        }
        List<Block.Id> chain = chain(id);
        if (chain.isEmpty()) {
            return false;
        }
        String last = isNamedLikeItself(id) && base(id) == null ? null : base(chain.get(chain.size() - 1));
        return !DEFAULT.equals(last);
    }

    /** A circuit breaker without a base gets the shared configuration of its own name. */
    private boolean isNamedLikeItself(Block.Id id) {
        return isBreaker(id) && !id.shared() && has(id.withName(true, id.name()));
    }

    /**
     * The configuration through which a chain of bases comes back to one of its own, or null.
     *
     * @param id where it begins
     */
    @Nullable
    String cycle(Block.Id id) {
        List<Block.Id> seen = new ArrayList<>(List.of(id));
        Block.Id next = id;
        for (String name = base(id); name != null; name = base(next)) {
            if (isBreaker(id) && name.equals(next.name())) {
                return name; // an instance of the same name, too
            }
            next = next.withName(true, name);
            if (seen.contains(next)) {
                return name;
            }
            seen.add(next);
        }
        Block.Id standard = id.withName(true, DEFAULT);
        return !isBreaker(id) && seen.contains(standard) && !next.equals(standard) ? DEFAULT : null;
    }

    /** The settings of an instance, its own and the shared ones; without those of the default configuration. */
    Map<String, Setting> settings(Block.Id id) {
        Map<String, Setting> settings = new LinkedHashMap<>();
        Block own = blocks.get(id);
        if (own != null) {
            settings.putAll(own.settings());
        }
        for (Block.Id shared : chain(id)) {
            Block block = blocks.get(shared);
            if (block != null) {
                block.settings().forEach((name, setting) -> settings.putIfAbsent(name, inherited(setting)));
            }
        }
        settings.remove(Names.uniform(BASE));
        if (isBreaker(id)) {
            putMinimum(id, settings);
        }
        return settings;
    }

    /** Our defaults have the minimum that their window caps, which is too low for an instance with a wider one. */
    private void putMinimum(Block.Id id, Map<String, Setting> settings) {
        Block.Id standard = id.withName(true, DEFAULT);
        Calls calls = calls(id);
        int minimum = calls.minimum();
        if (!id.equals(standard)
                && minimum > 0
                && !settings.containsKey(MINIMUM)
                && minimum != calls.capped(calls(standard).minimum())) {
            settings.put(MINIMUM, new Setting(List.of(), Setting.Value.of(String.valueOf(minimum)), List.of()));
        }
    }

    /** Adds the minimum of calls of a circuit breaker, even if the defaults have it. */
    void putMinimumAlways(Block.Id id, Map<String, Setting> settings) {
        int minimum = isBreaker(id) ? calls(id).minimum() : 0;
        if (minimum > 0) {
            settings.putIfAbsent(MINIMUM, new Setting(List.of(), Setting.Value.of(String.valueOf(minimum)), List.of()));
        }
    }

    /** A minimum of calls as the window of an instance caps it. */
    String capped(Block.Id id, String minimum) {
        return minimum.matches("\\d{1,9}") ? String.valueOf(calls(id).capped(Integer.parseInt(minimum))) : minimum;
    }

    /** Whether the default configuration has a lower minimum of calls, because of its window, than an instance. */
    boolean isMinimumCapped(Block.Id id) {
        return isBreaker(id)
                && calls(id.withName(true, DEFAULT)).minimum() < calls(id).minimum();
    }

    /** The window and the minimum of calls after all levels, which are 0 if they are not known yet. */
    private Calls calls(Block.Id id) {
        List<Block.Id> levels = new ArrayList<>();
        levels.add(id);
        levels.addAll(chain(id));
        Block.Id standard = id.withName(true, DEFAULT);
        if (!isAlone(id) && !id.equals(standard)) {
            levels.add(standard);
            levels.addAll(chain(standard));
        }
        int minimum = LARGEST_MINIMUM;
        int window = LARGEST_MINIMUM;
        boolean time = false;
        for (int i = levels.size() - 1; i >= 0; i--) {
            Block block = blocks.get(levels.get(i));
            if (block != null) {
                String type = block.text("sliding-window-type");
                time = type == null ? time : Names.uniform(type).equals("timebased");
                window = number(block.settings().get(WINDOW), window);
                minimum = number(block.settings().get(MINIMUM), minimum);
            }
        }
        return new Calls(time ? minimum : Math.min(minimum, window), window, time);
    }

    private record Calls(int minimum, int window, boolean time) {

        int capped(int number) {
            return time ? number : Math.min(number, window);
        }
    }

    private static int number(@Nullable Setting setting, int otherwise) {
        String text = setting == null ? null : setting.value().text();
        return text == null ? otherwise : text.matches("\\d{1,9}") ? Integer.parseInt(text) : 0;
    }

    /** The settings of the default configuration. */
    Map<String, Setting> defaults(String section) {
        return settings(new Block.Id(section, true, DEFAULT));
    }

    /** The text of a setting that is in force for an instance. */
    @Nullable
    String text(Block.Id id, String name) {
        Setting setting = settings(id).get(Names.uniform(name));
        if (setting == null && !id.section().equals(POOL) && !isAlone(id)) {
            setting = defaults(id.section()).get(Names.uniform(name));
        }
        return setting == null ? null : setting.value().text();
    }

    private @Nullable String base(Block.Id id) {
        Block block = blocks.get(id);
        String text = block == null ? null : block.text(BASE);
        return text == null || text.isEmpty() ? null : text;
    }

    private static boolean isBreaker(Block.Id id) {
        return id.section().equals("circuitbreaker");
    }

    private static Setting inherited(Setting setting) {
        return new Setting(List.of(), setting.value(), List.of(), setting.source());
    }
}
