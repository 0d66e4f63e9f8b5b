package io.netrun.resilience.spring.settings;

import io.netrun.resilience.spring.mapping.MappingTable;
import io.netrun.resilience.spring.mapping.MappingTable.Row;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The names of the {@link MappingTable} with their remedies, so that a key in the configuration is replaced by what the
 * recipes replace it by.
 */
final class MappedNames {

    /** How the reason for a name without a counterpart begins if it is what to do. */
    private static final Set<String> IMPERATIVES =
            Set.of("Add", "Call", "Configure", "Listen", "Name", "Set", "Use", "Write");

    private static final String CODE = "Write '@' and the name of a bean, or the name of a class";

    private static final String FALLBACK = "@Fallback";

    private MappedNames() {}

    /** Those of resilience4j. */
    static List<ForeignNames.Key> ofResilience4j() {
        List<ForeignNames.Key> keys = new ArrayList<>();
        MappingTable.get()
                .rows(MappingTable.RESILIENCE4J, "setting")
                .filter(row -> !row.here().name().equals(row.there().name()))
                .forEach(row -> keys.add(key(
                        "resilience4j",
                        row.section().to(),
                        row.there().name(),
                        row.here().names(),
                        row)));
        MappingTable.get()
                .rows(MappingTable.RESILIENCE4J, "application setting")
                .filter(row -> !row.there().name().startsWith("management.")
                        && !row.here().name().endsWith(".defaults.enabled"))
                .filter(row -> !row.here().name().equals(row.there().name()))
                .sorted(Comparator.comparing(row -> row.there().name().contains("."))) // the name as a whole first
                .forEach(row -> keys.add(group(row)));
        return keys;
    }

    /** Those of the attributes that Spring's annotations have, in the spelling of keys. */
    static List<ForeignNames.Key> ofSpring() {
        List<ForeignNames.Key> keys = new ArrayList<>();
        for (String library : List.of(MappingTable.SPRING_RETRY, MappingTable.SPRING_FRAMEWORK)) {
            MappingTable.get().rows(library, "attribute").forEach(row -> {
                String name = row.there().name();
                String word = dashed(name.substring(name.indexOf('.') + 1));
                boolean fallback = row.here().name().startsWith(FALLBACK);
                List<String> here = fallback
                        ? List.of()
                        : row.here().names().stream().map(MappedNames::dashed).toList();
                if (!here.equals(List.of(word)) && !here.equals(List.of("name"))) {
                    String title = library.equals(MappingTable.SPRING_RETRY) ? "Spring Retry" : "Spring Framework";
                    keys.add(
                            fallback
                                    ? new ForeignNames.Key(
                                            title,
                                            section(name),
                                            word,
                                            here,
                                            "Name the method in @Fallback(method = …)")
                                    : key(title, section(name), word, here, row));
                }
            });
        }
        return keys;
    }

    /** The pattern that an attribute belongs to, by what its name begins with. */
    private static String section(String attribute) {
        return attribute.startsWith("circuit.")
                ? "circuit-breaker"
                : attribute.startsWith("limit.") ? "bulkhead" : "retry";
    }

    private static ForeignNames.Key group(Row row) {
        String name = row.there().name();
        String word = name.contains(".") ? name.substring(0, name.indexOf('.')) : name;
        String here = row.here().name();
        return here.contains(".")
                ? new ForeignNames.Key("resilience4j", ForeignNames.GROUP, word, List.of(), "Set " + here)
                : key("resilience4j", ForeignNames.GROUP, word, row.here().names(), row);
    }

    private static ForeignNames.Key key(String library, String section, String word, List<String> here, Row row) {
        String note = row.note().replace("`", "");
        if (here.isEmpty()) {
            boolean imperative = IMPERATIVES.contains(note.split(" ", 2)[0]);
            String remedy = imperative ? note : "Remove it: " + beginning(note);
            return new ForeignNames.Key(library, section, word, here, remedy);
        }
        List<String> notes = new ArrayList<>();
        notes.add(row.kind().equals("class") ? CODE : words(row));
        notes.add(row.kind().equals("text") && !library.equals("resilience4j") ? "" : note);
        notes.removeIf(each -> each.isEmpty() || each.startsWith("Of resilience4j "));
        return new ForeignNames.Key(library, section, word, here, String.join(". ", notes));
    }

    /** What to write for each word. */
    private static String words(Row row) {
        String words = row.words().entrySet().stream()
                .filter(word -> !word.getValue().isEmpty() && !word.getValue().equals(word.getKey()))
                .map(MappedNames::word)
                .collect(Collectors.joining(", "));
        return words.isEmpty() ? "" : "Write " + words;
    }

    private static String word(Map.Entry<String, String> word) {
        return word.getValue() + " for " + word.getKey();
    }

    /** A note behind a colon; names keep their capitals. */
    private static String beginning(String note) {
        boolean word = note.length() > 1 && Character.isLowerCase(note.charAt(1));
        return word ? note.substring(0, 1).toLowerCase(Locale.ROOT) + note.substring(1) : note;
    }

    private static String dashed(String name) {
        return name.replaceAll("([a-z0-9])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
    }
}
