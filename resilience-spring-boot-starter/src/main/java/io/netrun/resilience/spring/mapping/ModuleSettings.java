package io.netrun.resilience.spring.mapping;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What is known of one module: the settings in all its documents, and what its code uses. Not thread-safe. */
public final class ModuleSettings {

    private static final List<String> DEFAULT_ORDER =
            List.of("retry", "circuit-breaker", "rate-limiter", "timeout", "bulkhead");

    private static final Map<String, String> ASPECTS = Map.of(
            "retryaspectorder", "retry",
            "circuitbreakeraspectorder", "circuit-breaker",
            "ratelimiteraspectorder", "rate-limiter",
            "timelimiteraspectorder", "timeout",
            "bulkheadaspectorder", "bulkhead");

    /** Sections of resilience4j by the patterns of this library. */
    public static final Map<String, String> SECTIONS = sections();

    private final Map<String, SettingsDocument> documents = new LinkedHashMap<>();

    private final Set<String> patterns = new LinkedHashSet<>();

    private final Set<String> semaphores = new LinkedHashSet<>();

    private final Set<String> pools = new LinkedHashSet<>();

    private final Set<String> imported = new LinkedHashSet<>();

    private Function<String, Set<String>> known = name -> Set.of();

    private @Nullable Boolean timeouts;

    private boolean stays;

    private static Map<String, String> sections() {
        Map<String, String> sections = new LinkedHashMap<>();
        sections.put("circuit-breaker", "circuitbreaker");
        sections.put("retry", "retry");
        sections.put("bulkhead", "bulkhead");
        sections.put("rate-limiter", "ratelimiter");
        sections.put("timeout", "timelimiter");
        return sections;
    }

    /** Nothing is known yet. */
    public ModuleSettings() {}

    /** Adds a document that was read. */
    public void add(SettingsDocument document) {
        documents.put(document.id(), document);
        for (Block.Id id : document.blocks().keySet()) {
            String section = id.section().equals("threadpoolbulkhead") ? "bulkhead" : id.section();
            SECTIONS.forEach((pattern, name) -> {
                if (name.equals(section)) {
                    patterns.add(pattern);
                }
            });
            if (!id.shared() && section.equals("bulkhead")) {
                addBulkhead(id.name(), !id.section().equals(section));
            }
        }
    }

    /** Adds a pattern that an annotation uses. */
    public void addPattern(String pattern) {
        patterns.add(pattern);
    }

    /** Adds an instance of a bulkhead. */
    public void addBulkhead(String name, boolean pool) {
        (pool ? pools : semaphores).add(name);
    }

    /** Notes that code uses resilience4j beyond its annotations, so that its settings have to stay. */
    public void keepForeign() {
        stays = true;
    }

    /** Whether the settings and dependencies of resilience4j have to stay. */
    public boolean isForeignKept() {
        return stays;
    }

    /** The patterns in use. */
    public Set<String> patterns() {
        return patterns;
    }

    /** Whether calls are limited by timeouts. */
    public boolean usesTimeouts() {
        return timeouts == null ? patterns.contains("timeout") : timeouts;
    }

    /** Sets whether calls are limited by timeouts, where that does not follow from the patterns. */
    public void setTimeouts(boolean used) {
        timeouts = used;
    }

    /** Sets where to look up the values that the name in a placeholder may have; empty if it is not known. */
    public void setKnown(Function<String, Set<String>> values) {
        known = values;
    }

    /** The values that the name in a placeholder may have; empty if it is not known. */
    Function<String, Set<String>> known() {
        return known;
    }

    /** Whether a file is the main configuration of an application. */
    public static boolean isMain(String path) {
        return path.matches("(.*/)?application\\.(ya?ml|properties)");
    }

    /** Whether a file is the main configuration of an application where Spring Boot reads it at each start. */
    public static boolean isAlwaysRead(String path) {
        return isMain(path)
                && (SettingsDocument.sources(path).isEmpty()
                        || path.matches("(.*/)?src/[^/]+/[^/]+/(config/)?application\\.[a-z]+"));
    }

    /** Adds a file that a document imports, so that it is read whenever the document is. */
    public void addImport(String file) {
        imported.add(file);
    }

    /** Whether a document counts at each start, whatever is active. */
    private boolean isAlwaysRead(SettingsDocument document) {
        String file = document.file();
        return document.base()
                && (isAlwaysRead(file) || imported.stream().anyMatch(name -> ("/" + file).endsWith("/" + name)));
    }

    /** Adds the patterns and thread pools of another module, whose code an application has. */
    public void include(ModuleSettings library) {
        patterns.addAll(library.patterns);
        pools.addAll(library.pools);
    }

    /** Instances that are named by annotations with a thread pool. */
    public Set<String> pools() {
        return pools;
    }

    /** The name of a thread pool's instance here, where limits on threads and on calls may not share a name. */
    public String poolName(String name) {
        return semaphores.contains(name) ? name + "-pool" : name;
    }

    /** The documents, in the order in which they were read. */
    public List<SettingsDocument> documents() {
        return List.copyOf(documents.values());
    }

    /**
     * The documents without a profile over which a document lies, the lowest first. One that is always read does not
     * lie over a document of its sources that may not be read.
     */
    List<SettingsDocument> beneath(SettingsDocument document) {
        List<SettingsDocument> all = new ArrayList<>(counting(document.id()));
        boolean always = isAlwaysRead(document);
        all.removeIf(other ->
                other.id().equals(document.id()) || (always && other.isBeside(document.id()) && !isAlwaysRead(other)));
        Comparator<SettingsDocument> rank =
                Comparator.comparing(this::rank).thenComparing(SettingsDocument::isOfProperties);
        all.sort(Comparator.comparing((SettingsDocument other) -> other.isBeside(document.id()))
                .thenComparing(rank));
        if (document.base()) {
            List<String> ids = List.copyOf(documents.keySet());
            Comparator<SettingsDocument> order = rank.thenComparing(other -> ids.indexOf(other.id()));
            all.removeIf(other -> other.isBeside(document.id()) && order.compare(other, document) > 0);
        }
        return all;
    }

    private int rank(SettingsDocument document) {
        return !isAlwaysRead(document) ? 2 : isAlwaysRead(document.file()) ? 0 : 1;
    }

    /** The documents without a profile that count for a file, and the file itself; what comes later wins. */
    private List<SettingsDocument> counting(String path) {
        List<SettingsDocument> counting = new ArrayList<>();
        List<SettingsDocument> nearer = new ArrayList<>();
        List<SettingsDocument> own = new ArrayList<>();
        for (SettingsDocument document : documents.values()) {
            if (document.id().equals(path)) {
                own.add(document);
            } else if (document.base() && SettingsDocument.isSeen(document, path)) {
                (document.isBeside(path) ? nearer : counting).add(document);
            }
        }
        counting.addAll(nearer);
        counting.addAll(own);
        return counting;
    }

    /**
     * The order of the patterns that resilience4j has, outermost first.
     *
     * @param path the path of a file, or the id of a document
     */
    public List<String> order(String path) {
        Map<String, Long> order = new LinkedHashMap<>();
        DEFAULT_ORDER.forEach(pattern -> order.put(pattern, Integer.MAX_VALUE - 5L + order.size()));
        for (SettingsDocument document : counting(path)) {
            for (Setting setting : document.others()) {
                String pattern = ASPECTS.get(
                        Names.uniform(setting.path().get(setting.path().size() - 1)));
                String number = setting.value().text();
                if (pattern != null && isPosition(number)) {
                    order.put(pattern, Long.parseLong(number));
                }
            }
        }
        List<String> patternsInOrder = new ArrayList<>(DEFAULT_ORDER);
        patternsInOrder.sort((a, b) -> Long.compare(order.getOrDefault(a, 0L), order.getOrDefault(b, 0L)));
        return patternsInOrder;
    }

    /** Whether a text is a position in the order of the patterns. */
    static boolean isPosition(String text) {
        return text.matches("-?\\d{1,10}");
    }

    /** Whether a setting decides about the order of the patterns. */
    public static boolean isOrder(Setting setting) {
        return ASPECTS.containsKey(
                Names.uniform(setting.path().get(setting.path().size() - 1)));
    }

    /**
     * Whether health indicators of circuit breakers are on.
     *
     * @param path the path of a file, or the id of a document
     */
    public boolean hasHealth(String path) {
        boolean on = false;
        for (SettingsDocument document : counting(path)) {
            for (Setting setting : document.settings()) {
                if (setting.key().equals("management.health.circuitbreakers.enabled")) {
                    on = Values.truth(setting.value().text()).equals("true");
                }
            }
        }
        return on;
    }
}
