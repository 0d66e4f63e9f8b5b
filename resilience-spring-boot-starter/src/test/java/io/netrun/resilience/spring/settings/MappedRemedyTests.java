package io.netrun.resilience.spring.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.spring.mapping.MappingTable;
import io.netrun.resilience.spring.mapping.MappingTable.Row;
import io.netrun.resilience.spring.mapping.Names;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The remedies for keys of other libraries, compared with the table that the recipes have. */
class MappedRemedyTests {

    static Stream<Row> renamedSettings() {
        return MappingTable.get()
                .rows(MappingTable.RESILIENCE4J, "setting")
                .filter(row -> !row.here().name().isEmpty()
                        && !row.here().name().equals(row.there().name()));
    }

    static Stream<Row> settingsWithoutCounterpart() {
        return MappingTable.get()
                .rows(MappingTable.RESILIENCE4J, "setting")
                .filter(row -> row.here().name().isEmpty());
    }

    @ParameterizedTest
    @MethodSource("renamedSettings")
    void remedyShouldHaveTheKeysOfTheTable(Row row) {
        ForeignNames.Key key = key(row);
        assertThat(key.keys()).isEqualTo(row.here().names());
        assertThat(key.remedy())
                .startsWith("Use '" + String.join("' or '", row.here().names()) + "' instead of '"
                        + row.there().name() + "'");
    }

    @ParameterizedTest
    @MethodSource("renamedSettings")
    void remedyShouldHaveTheWordsOfTheTable(Row row) {
        assertThat(row.words())
                .allSatisfy(
                        (there, here) -> assertThat(here.isEmpty() || here.equals(there) ? "" : here + " for " + there)
                                .satisfies(word -> assertThat(key(row).remedy()).contains(word)));
    }

    @ParameterizedTest
    @MethodSource("settingsWithoutCounterpart")
    void remedyShouldBeTheReasonOfTheTable(Row row) {
        String remedy = key(row).remedy();
        String note = row.note().replace("`", "");
        assertThat(remedy).endsWith(note.substring(1));
        assertThat(remedy).matches("(Remove it: |Set |Listen ).*");
    }

    @Test
    void sectionsShouldBeThoseOfTheTable() {
        Set<String> sections = new HashSet<>();
        MappingTable.get()
                .rows(MappingTable.RESILIENCE4J, "setting")
                .filter(row -> !row.section().from().equals(row.section().to()))
                .forEach(row ->
                        sections.add(row.section().from() + "=" + row.section().to()));
        assertThat(ForeignNames.keys().stream()
                        .filter(key -> key.section().equals(ForeignNames.ROOT))
                        .map(key -> key.word() + "=" + String.join(",", key.keys())))
                .containsExactlyInAnyOrderElementsOf(sections);
    }

    @Test
    void exceptionsShouldBeThoseOfTheTable() {
        assertThat(Stream.of(MappingTable.RESILIENCE4J, MappingTable.SPRING_RETRY, MappingTable.SPRING_FRAMEWORK)
                        .flatMap(library -> MappingTable.get().rows(library, "exception")))
                .allSatisfy(row -> assertThat(ForeignNames.exception(row.there().name()))
                        .contains(row.here().name()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "retry | enable-randomized-wait | Use 'jitter' instead of 'enable-randomized-wait'. Write equal for true",
                "circuit-breaker | enable-randomized-wait | Set open-backoff-multiplier: open durations are spread only",
                "circuit-breaker | ignore-class-binding-exceptions | Set resilience.unknown-exceptions: ignore",
                "circuit-breaker | open-timeout | Remove it: the failure count decreases with each success",
                "retry | retry-for | Use 'exceptions' instead of 'retry-for'",
                "retry | recover | Name the method in @Fallback(method = …)",
                "retry | stateful | Remove it: each call has its own attempts",
                "retry | predicate | Set failure to a predicate",
                "bulkhead | policy | Use 'max-queue' instead of 'policy'. Write 1000000 for BLOCK, 0 for REJECT",
                "group | configs | Use 'bases' instead of 'configs'. configs.default is defaults",
                "group | retry-aspect-order | Set resilience.order",
                "group | metrics | Remove it: meters are registered if Micrometer is present",
            })
    void remedyShouldSayWhatTheTableHas(String section, String word, String remedy) {
        assertThat(ForeignNames.key(section, word).orElseThrow().remedy()).startsWith(remedy);
    }

    @Test
    void wordsShouldBeUniqueInTheirSection() {
        List<String> ofResilience4j = ForeignNames.keys().stream()
                .filter(key -> key.library().equals("resilience4j"))
                .filter(key -> !key.section().equals(ForeignNames.GROUP))
                .map(key -> key.section() + " " + Names.uniform(key.word()))
                .toList();
        assertThat(ofResilience4j)
                .filteredOn(word -> !word.startsWith("bulkhead")) // of two sections there
                .doesNotHaveDuplicates();
    }

    private static ForeignNames.Key key(Row row) {
        return ForeignNames.key(row.section().to(), row.there().name()).orElseThrow();
    }
}
