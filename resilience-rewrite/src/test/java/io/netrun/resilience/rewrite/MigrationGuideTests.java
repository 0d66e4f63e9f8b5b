package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.spring.mapping.MappingTable;
import io.netrun.resilience.spring.mapping.MappingTable.Row;
import io.netrun.resilience.spring.mapping.ModuleSettings;
import io.netrun.resilience.spring.mapping.SettingsDocument;
import io.netrun.resilience.spring.mapping.SettingsTranslator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The migration guide has what the table has. CONTRIBUTING has the command that writes its tables anew. */
class MigrationGuideTests {

    private static final Path GUIDE = Path.of("..", "docs", "guides", "migration.md");

    private static final Pattern TABLE = Pattern.compile("(?s)<!-- table: (\\S+) ([a-z ]+?) -->\n(.*?)<!-- end -->");

    private static String guide = "";

    @BeforeAll
    static void read() throws IOException {
        guide = Files.readString(GUIDE);
        if (Boolean.getBoolean("guide.write")) {
            guide = TABLE.matcher(guide)
                    .replaceAll(found -> Matcher.quoteReplacement("<!-- table: " + found.group(1) + " " + found.group(2)
                            + " -->\n" + table(found.group(1), found.group(2)) + "<!-- end -->"));
            guide = guide.replaceFirst(
                    "(?s)(### Settings equal to.*?```yaml\n).*?```",
                    "$1" + Matcher.quoteReplacement(defaults()) + "```");
            Files.writeString(GUIDE, guide);
        }
    }

    @Test
    void tablesShouldBeThoseOfTheMappingTable() {
        List<MatchResult> found = TABLE.matcher(guide).results().toList();
        assertThat(found)
                .isNotEmpty()
                .allSatisfy(table -> assertThat(table.group(3)).isEqualTo(table(table.group(1), table.group(2))));
    }

    @Test
    void everyKindOfRowShouldHaveItsTable() {
        List<String> shown = TABLE.matcher(guide)
                .results()
                .map(table -> table.group(1) + " " + table.group(2))
                .toList();
        assertThat(MappingTable.get().rows())
                .filteredOn(row -> !row.section().library().equals(MappingTable.SPRING)) // which is not replaced
                .filteredOn(row -> !row.section().what().equals("implicit setting"))
                .filteredOn(row -> row.section().library().equals(MappingTable.RESILIENCE4J)
                        || !row.section().what().equals("dependency"))
                .allSatisfy(row -> assertThat(shown)
                        .contains(row.section().library() + " " + row.section().what()));
    }

    @Test
    void rowWithoutACounterpartShouldHaveAReason() {
        assertThat(MappingTable.get().rows())
                .filteredOn(row -> !row.section().library().equals(MappingTable.SPRING))
                .filteredOn(row -> row.here().name().isEmpty())
                .allSatisfy(row -> assertThat(row.note()).isNotEmpty());
    }

    @Test
    void defaultsShouldBeThoseThatTheRecipeWrites() {
        assertThat(guide).contains("```yaml\n" + defaults() + "```");
    }

    @Test
    void everyDifferenceShouldHaveWhatToDecide() {
        List<String> tables = Arrays.stream(guide.split("\n\n"))
                .filter(part -> part.matches("(?s)\\| \\| (resilience4j|Spring Retry, Spring 7) \\|.*"))
                .toList();
        assertThat(tables)
                .hasSize(2)
                .allSatisfy(table -> assertThat(table.lines())
                        .allMatch(line ->
                                line.matches("(\\|.*[^\\s|].*){4}\\|") || line.matches("\\| \\|.*\\| to decide \\|")));
    }

    @Test
    void everyRecipeShouldBeNamed() {
        assertThat(List.of(new FromResilience4j(true), new FromSpringRetry(true), new FromSpringFramework7(true)))
                .allSatisfy(recipe -> assertThat(guide)
                        .contains(recipe.getName().substring(recipe.getName().lastIndexOf('.') + 1)));
    }

    private static String defaults() {
        ModuleSettings module = new ModuleSettings();
        ModuleSettings.SECTIONS.keySet().forEach(module::addPattern);
        SettingsDocument document = new SettingsDocument("src/main/resources/application.yml#0", true, List.of());
        YamlWriting writing = new YamlWriting();
        new SettingsTranslator(module, document, true)
                .translate(true)
                .moved()
                .forEach(placed -> writing.add(placed.path(), placed.setting().value(), List.of()));
        return writing.text();
    }

    private static String table(String library, String what) {
        boolean settings = what.equals("setting");
        StringBuilder text = new StringBuilder(
                settings
                        ? "| there | default | here | default | note |\n|---|---|---|---|---|\n"
                        : "| there | here | note |\n|---|---|---|\n");
        String section = "";
        for (Row row : MappingTable.get().rows(library, what).toList()) {
            if (settings && !section.equals(row.section().from())) {
                section = row.section().from();
                text.append("| **`%s`** | | **`%s`** | | |\n"
                        .formatted(section, row.section().to()));
            }
            text.append("| ")
                    .append(code(row.there().name()))
                    .append(words(row))
                    .append(" | ");
            if (settings) {
                text.append(row.there().standard()).append(" | ");
            }
            text.append(row.here().name().isEmpty() ? "none" : here(row)).append(" | ");
            if (settings) {
                text.append(row.here().standard()).append(" | ");
            }
            text.append(row.note()).append(" |\n");
        }
        return text.toString().replace("|  |", "| |");
    }

    private static String here(Row row) {
        if (row.section().what().equals("method")) {
            String here = row.here().name(); // code, whose commas separate no names, or a sentence
            return here.matches(".*(, (and|or|whose|which|with) | in the ).*") ? here : code(here);
        }
        return row.here().names().stream().map(MigrationGuideTests::code).collect(Collectors.joining(", "));
    }

    private static String words(Row row) {
        String words = row.words().entrySet().stream()
                .filter(word -> !word.getValue().isEmpty() && !word.getKey().equals(word.getValue()))
                .map(word -> code(word.getKey()) + " as " + code(word.getValue()))
                .collect(Collectors.joining(", "));
        return words.isEmpty() ? "" : ": " + words;
    }

    private static String code(String name) {
        return "`" + name + "`";
    }
}
