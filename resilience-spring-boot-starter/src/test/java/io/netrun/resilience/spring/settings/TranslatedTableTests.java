package io.netrun.resilience.spring.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.spring.mapping.MappingTable;
import io.netrun.resilience.spring.mapping.MappingTable.Row;
import io.netrun.resilience.spring.mapping.Names;
import io.netrun.resilience.spring.method.ForeignAnnotations;
import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import io.netrun.resilience.spring.pattern.PipelineSlot;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;

/** The compatibility has what the mapping table has, which the recipe and the guide have too. */
class TranslatedTableTests {

    private static final Map<String, String> SAMPLES =
            Map.of("number", "7", "percent", "42", "factor", "1.7", "duration", "3s", "window", "7", "text", "shared");

    static Stream<Row> settings() {
        return MappingTable.get().rows(MappingTable.RESILIENCE4J, "setting");
    }

    @ParameterizedTest
    @MethodSource("settings")
    void settingShouldBeTranslatedOrTold(Row row) {
        String sample = SAMPLES.getOrDefault(row.kind(), "java.io.IOException");
        if (!row.words().isEmpty()) {
            sample = row.words().keySet().iterator().next();
        }
        String section = "resilience4j." + row.section().from() + ".instances.a.";
        String key = section + row.there().name();
        StandardEnvironment environment = new StandardEnvironment();
        environment
                .getPropertySources()
                .addFirst(new MapPropertySource(
                        "test",
                        Map.of(
                                "resilience.compatibility",
                                "resilience4j",
                                "management.health.circuitbreakers.enabled",
                                "true",
                                section + "enableExponentialBackoff",
                                "true",
                                section + "registerHealthIndicator",
                                "true",
                                key,
                                sample)));
        TranslatedSettings translated = TranslatedSettings.of(environment).orElseThrow();
        boolean isMoved = translated.translations().stream()
                .anyMatch(each -> Names.uniform(each.there()).equals(Names.uniform(key)));
        boolean isLeft = translated.leftovers().stream()
                .anyMatch(each -> Names.uniform(each.key()).equals(Names.uniform(key)));
        boolean silent = row.words().containsValue("")
                || row.there().name().equals("base-config")
                || row.there().name().equals("allow-health-indicator-to-fail");
        assertThat(isMoved || isLeft || silent).isTrue();
    }

    @ParameterizedTest
    @MethodSource("settings")
    void settingShouldHaveItsCounterpartHere(Row row) {
        PatternDescriptor<?, ?> pattern =
                PatternDescriptors.byKey(row.section().to()).orElseThrow();
        List<String> keys = new ArrayList<>(ConfiguredSettings.keys(pattern));
        keys.add(Bases.KEY);
        assertThat(keys).containsAll(row.here().names());
    }

    @Test
    void annotationsShouldBeThoseOfPatterns() {
        List<String> annotations = PatternDescriptors.slots().stream()
                .map(PipelineSlot::annotation)
                .map(Class::getName)
                .toList();
        assertThat(MappingTable.get()
                        .renamed(MappingTable.RESILIENCE4J, "annotation")
                        .values())
                .isSubsetOf(annotations);
        assertThat(ForeignAnnotations.all()).hasSize(5);
    }

    @Test
    void harmlessSettingsShouldBeOfTheTable() {
        Set<String> known = Stream.concat(
                        settings(), MappingTable.get().rows(MappingTable.RESILIENCE4J, "application setting"))
                .map(row -> Names.uniform(row.there().name()))
                .collect(Collectors.toSet());
        assertThat(known).containsAll(TranslatedSettings.HARMLESS);
    }
}
