package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.spring.mapping.MappingTable;
import io.netrun.resilience.spring.mapping.MappingTable.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The starter suggests for a key of resilience4j what the recipe writes for it. Its names are in a source file, since
 * no module depends on this one.
 */
class StarterNamesTests {

    private static final Path NAMES = Path.of(
            "..",
            "resilience-spring-boot-starter",
            "src/main/java/io/netrun/resilience/spring/settings/ForeignNames.java");

    private static final Pattern LINE = Pattern.compile("([a-z-]+) \\|([^|]*)\\|.*");

    private static final Map<String, List<String>> KEYS = new LinkedHashMap<>();

    @BeforeAll
    static void read() throws IOException {
        String section = "";
        for (String line : Files.readAllLines(NAMES)) {
            String text = line.strip();
            Matcher key = LINE.matcher(text);
            if (text.startsWith("[")) {
                section = text.startsWith("[resilience4j: ") ? text.substring(15, text.length() - 1) : "";
            } else if (!section.isEmpty() && key.matches()) {
                String keys = key.group(2).strip();
                KEYS.put(section + "." + key.group(1), keys.isEmpty() ? List.of() : List.of(keys.split(", ")));
            }
        }
    }

    @Test
    void renamedSettingShouldBeKnownToTheStarter() {
        assertThat(settings())
                .filteredOn(row -> !row.here().name().equals(row.there().name()))
                .filteredOn(row -> !row.there().name().equals("base-config"))
                .allSatisfy(row -> assertThat(KEYS).containsKey(key(row)));
    }

    @Test
    void suggestedKeysShouldBeThoseOfTheTable() {
        assertThat(settings())
                .filteredOn(
                        row -> KEYS.containsKey(key(row)) && !row.here().name().isEmpty())
                .allSatisfy(row -> assertThat(KEYS.get(key(row)))
                        .isNotEmpty()
                        .isSubsetOf(row.here().names()));
    }

    @Test
    void settingOfTheStarterShouldBeInTheTable() {
        List<String> known = settings().stream().map(StarterNamesTests::key).toList();
        assertThat(KEYS.keySet())
                .hasSizeGreaterThan(50)
                .filteredOn(key -> !key.startsWith("root.") && !key.startsWith("group."))
                .allSatisfy(key -> assertThat(known).contains(key));
    }

    private static List<Row> settings() {
        return MappingTable.get().rows(MappingTable.RESILIENCE4J, "setting").toList();
    }

    private static String key(Row row) {
        return row.section().to() + "." + row.there().name();
    }
}
