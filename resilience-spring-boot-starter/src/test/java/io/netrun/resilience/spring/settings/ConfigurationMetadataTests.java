package io.netrun.resilience.spring.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.hedge.HedgeDelay;
import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import io.netrun.resilience.spring.pattern.PipelineSlot;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.boot.json.JsonParserFactory;

/** The metadata of the settings for IDEs, compared with the configuration records that declare them. */
class ConfigurationMetadataTests {

    private final Map<String, Map<String, Object>> properties = read();

    static Set<PatternDescriptor<?, ?>> patterns() {
        return Set.copyOf(PatternDescriptors.all());
    }

    @ParameterizedTest
    @MethodSource("patterns")
    void metadataShouldNameEverySettingAndNoOther(PatternDescriptor<?, ?> pattern) {
        String prefix = "resilience." + pattern.key() + ".defaults.";
        Set<String> told = properties.keySet().stream()
                .filter(name -> name.startsWith(prefix))
                .map(name -> name.substring(prefix.length()))
                .collect(Collectors.toSet());
        Set<String> declared = Setting.of(pattern).stream()
                .filter(Setting::isWritable)
                .map(Setting::key)
                .collect(Collectors.toSet());
        pattern.options().forEach(option -> declared.add(option.key()));
        assertThat(told).isEqualTo(declared);
    }

    @ParameterizedTest
    @MethodSource("patterns")
    void metadataShouldHaveTheBuiltInDefaults(PatternDescriptor<?, ?> pattern) {
        for (Setting setting : Setting.of(pattern)) {
            Map<String, Object> told = properties.get("resilience." + pattern.key() + ".defaults." + setting.key());
            Object present = setting.valueIn(pattern.type().defaults());
            Object value = present instanceof HedgeDelay delay ? delay.duration() : present;
            if (told == null || !told.containsKey("defaultValue")) {
                assertThat(value)
                        .satisfiesAnyOf(
                                absent -> assertThat(absent).isNull(),
                                list -> assertThat(list).isEqualTo(List.of()),
                                code -> assertThat(setting.isWritable()).isFalse());
            } else if (value instanceof Duration duration) {
                assertThat(DurationStyle.detectAndParse((String) told.get("defaultValue")))
                        .as(setting.key())
                        .isEqualTo(duration);
            } else if (value instanceof Enum<?> constant) {
                assertThat(told.get("defaultValue"))
                        .isEqualTo(constant.name().toLowerCase(Locale.ROOT).replace('_', '-'));
            } else if (value instanceof List<?> classes) {
                assertThat(told.get("defaultValue"))
                        .isEqualTo(List.of(classes.get(0).toString()));
            } else {
                assertThat(told.get("defaultValue")).as(setting.key()).hasToString(String.valueOf(value));
            }
        }
    }

    @Test
    void descriptionOfHttpClientsShouldNameTheirPatterns() {
        assertThat((String) properties.get("resilience.http-clients").get("description"))
                .contains(PatternDescriptors.clientSlots().stream()
                        .map(PipelineSlot::key)
                        .collect(Collectors.joining(", ")));
    }

    /** IDEs complete the keys below a name from the components of the type in the map. */
    @Test
    void keysOfAnHttpClientShouldBeCompleted() throws ClassNotFoundException {
        assertThat(completed("resilience.http-clients"))
                .containsExactlyInAnyOrderElementsOf(Stream.concat(
                                PatternDescriptors.clientSlots().stream().map(PipelineSlot::key),
                                Stream.of("failure-statuses", "retry-methods", "idempotent"))
                        .toList());
    }

    @ParameterizedTest
    @MethodSource("patterns")
    void keysOfAnInstanceShouldBeCompleted(PatternDescriptor<?, ?> pattern) throws ClassNotFoundException {
        assertThat(completed("resilience." + pattern.key() + ".instances"))
                .containsAll(Setting.of(pattern).stream()
                        .filter(Setting::isWritable)
                        .map(Setting::key)
                        .toList());
    }

    private List<String> completed(String property) throws ClassNotFoundException {
        String type = (String) properties.get(property).get("type");
        assertThat(type).startsWith("java.util.Map<java.lang.String,").endsWith(">");
        Class<?> values = Class.forName(type.substring(type.indexOf(',') + 1, type.length() - 1));
        return Stream.of(values.getRecordComponents())
                .map(component ->
                        component.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT))
                .toList();
    }

    @Test
    void descriptionsShouldFollowSpringBootsRules() {
        assertThat(properties.values()).allSatisfy(property -> {
            String description = (String) property.get("description");
            assertThat(description).endsWith(".").doesNotMatch("^(The|A|An) .*");
            if ("java.lang.Boolean".equals(property.get("type"))) {
                assertThat(description).startsWith("Whether ");
            }
        });
    }

    @SuppressWarnings("unchecked") // the file has a list of objects there
    private static Map<String, Map<String, Object>> read() {
        try (InputStream json = ConfigurationMetadataTests.class.getResourceAsStream(
                "/META-INF/additional-spring-configuration-metadata.json")) {
            Map<String, Object> metadata =
                    JsonParserFactory.getJsonParser().parseMap(new String(json.readAllBytes(), StandardCharsets.UTF_8));
            return ((List<Map<String, Object>>) metadata.get("properties"))
                    .stream().collect(Collectors.toMap(property -> (String) property.get("name"), Function.identity()));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
