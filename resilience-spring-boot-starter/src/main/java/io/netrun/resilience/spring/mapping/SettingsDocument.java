package io.netrun.resilience.spring.mapping;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The settings of one document: of a file of properties, or of a part of a YAML file.
 *
 * @param id the path of the file and the number of the document in it
 * @param base whether it applies without a profile
 * @param settings those of its settings that are of resilience4j, and those of {@code resilience}
 */
public record SettingsDocument(String id, boolean base, List<Setting> settings) {

    private static final String ENDPOINTS = "circuitbreaker(s|events)|retries|retryevents|bulkhead(s|events)"
            + "|ratelimiter(s|events)|timelimiter(s|events)|threadpoolbulkhead(s|events)";

    private static final Pattern SOURCES = Pattern.compile("(?:^|/)src/([^/]+)/");

    private static final Pattern MANAGEMENT =
            Pattern.compile("management\\.(health\\.(circuitbreakers|ratelimiters)\\..*|endpoint\\.(" + ENDPOINTS
                    + ")\\..*|metrics\\..*\\.resilience4j(\\..*)?)");

    /** Whether a setting is of resilience4j. */
    public static boolean isForeign(List<String> path) {
        return Names.uniform(path.get(0)).equals("resilience4j")
                || MANAGEMENT
                        .matcher(String.join(
                                ".", path.stream().map(Names::uniform).toList()))
                        .matches();
    }

    /** Whether it is worth reading for a migration. */
    public static boolean isOurs(List<String> path) {
        return path.get(0).equals("resilience");
    }

    /**
     * Whether another document may apply together with this one: tests have those of the application, not the reverse.
     */
    boolean sees(SettingsDocument other) {
        return isSeen(other, id);
    }

    /** Whether a document may apply to a file, which may be one of code. */
    static boolean isSeen(SettingsDocument other, String path) {
        String own = sources(path);
        String others = sources(other.id);
        return own.isEmpty()
                || others.isEmpty()
                || own.equals(others)
                || (others.equals("main") && !own.equals("main"));
    }

    /** The path of its file. */
    public String file() {
        int number = id.lastIndexOf('#');
        return number < 0 ? id : id.substring(0, number);
    }

    /** The set of sources to which a file belongs, such as {@code main}; empty if that is not known. */
    public static String sources(String id) {
        Matcher matcher = SOURCES.matcher(id);
        return matcher.find() ? matcher.group(1) : "";
    }

    /** Whether it belongs to the same set of sources as a file, and not to one beneath. */
    boolean isBeside(String path) {
        return sources(id).equals(sources(path));
    }

    /** Whether it is of a file of properties, which comes over a YAML file of its name. */
    boolean isOfProperties() {
        return id.contains(".properties#");
    }

    /** Whether there are settings of resilience4j in it. */
    public boolean isForeign() {
        return settings.stream().anyMatch(setting -> isForeign(setting.path()));
    }

    /** The blocks of resilience4j, in the order of the document. */
    public Map<Block.Id, Block> blocks() {
        Map<Block.Id, Block> blocks = new LinkedHashMap<>();
        for (Setting setting : settings) {
            Block.Id id = Block.of(setting.path());
            if (id != null) {
                blocks.computeIfAbsent(id, Block::new)
                        .settings()
                        .put(Names.uniform(setting.path().get(4)), merged(blocks.get(id), setting));
            }
        }
        return blocks;
    }

    /** Elements of a list that have a line each, as in {@code exceptions[0]=…}, are one setting. */
    private static Setting merged(@Nullable Block block, Setting setting) {
        Setting former = block == null
                ? null
                : block.settings().get(Names.uniform(setting.path().get(4)));
        if (former == null || setting.path().size() == 5) {
            return setting.path().size() == 5
                    ? setting
                    : new Setting(
                            setting.path().subList(0, 5),
                            new Setting.Value(setting.value().words(), true),
                            setting.comments());
        }
        List<String> words = new ArrayList<>(former.value().words());
        words.addAll(setting.value().words());
        return new Setting(former.path(), new Setting.Value(words, true), former.comments());
    }

    /** The settings of resilience4j that are no part of a block. */
    public List<Setting> others() {
        return settings.stream()
                .filter(setting -> isForeign(setting.path()) && Block.of(setting.path()) == null)
                .toList();
    }
}
