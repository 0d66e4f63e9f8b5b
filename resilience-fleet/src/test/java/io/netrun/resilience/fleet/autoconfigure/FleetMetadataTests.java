package io.netrun.resilience.fleet.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.fleet.FleetConfig;
import io.netrun.resilience.fleet.FleetEvent;
import io.netrun.resilience.spring.settings.ConfiguredSettings;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.boot.json.JsonParserFactory;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.mock.env.MockEnvironment;
import org.springframework.mock.env.MockPropertySource;

/** The metadata of the fleet's settings for IDEs, and the hints for native images. */
class FleetMetadataTests {

    private static final String PREFIX = "resilience.fleet.";

    @Test
    void metadataShouldNameEverySettingAndNoOther() {
        StandardEnvironment environment = new StandardEnvironment();
        environment.getPropertySources().addFirst(new MockPropertySource().withProperty(PREFIX + "xyz", "1"));
        String remedy =
                ConfiguredSettings.in(environment).problems().get(0).remedy();
        List<String> known = Arrays.asList(
                remedy.substring(remedy.indexOf("Known here: ") + 12).split(", "));
        assertThat(read().keySet())
                .isEqualTo(known.stream().map(key -> PREFIX + key).collect(Collectors.toSet()));
    }

    @Test
    void metadataShouldHaveTheBuiltInDefaults() {
        FleetConfig defaults = FleetConfig.defaults();
        assertThat(DurationStyle.detectAndParse((String) value("interval"))).isEqualTo(defaults.interval());
        assertThat(DurationStyle.detectAndParse((String) value("lease"))).isEqualTo(defaults.lease());
        assertThat(value("expected-nodes")).hasToString("" + defaults.expectedNodes());
        assertThat(value("when-away")).isEqualTo("safe-share").hasToString(
                defaults.whenAway().name().toLowerCase().replace('_', '-'));
        FleetSettings settings = new FleetSettings(new MockEnvironment().withProperty("spring.application.name", "shop"));
        assertThat(settings.problems()).isEmpty();
        assertThat(settings.config()).isEqualTo(defaults);
        assertThat(settings.name()).isEqualTo("shop");
        assertThat(value("key-prefix")).isEqualTo(settings.keyPrefix());
        assertThat(value("required")).isEqualTo(settings.isRequired());
        assertThat(value("enabled")).isEqualTo(false);
    }

    @Test
    void nativeImageShouldHaveTheScriptAndTheEvents() {
        RuntimeHints hints = new RuntimeHints();
        new FleetHints().registerHints(hints, getClass().getClassLoader());
        assertThat(RuntimeHintsPredicates.resource().forResource("io/netrun/resilience/fleet/exchange.lua"))
                .accepts(hints);
        assertThat(RuntimeHintsPredicates.reflection().onType(FleetEvent.Degraded.class)).accepts(hints);
        assertThat(RuntimeHintsPredicates.reflection().onType(FleetEvent.Restored.class)).accepts(hints);
    }

    private static Object value(String key) {
        return read().get(PREFIX + key).get("defaultValue");
    }

    /** The starter has a file of the same name. */
    private static Map<String, Map<String, Object>> read() {
        try {
            return Collections.list(FleetSettings.class
                            .getClassLoader()
                            .getResources("META-INF/additional-spring-configuration-metadata.json"))
                    .stream()
                    .map(FleetMetadataTests::read)
                    .filter(properties -> properties.containsKey(PREFIX + "enabled"))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @SuppressWarnings("unchecked") // the file has a list of objects there
    private static Map<String, Map<String, Object>> read(URL file) {
        try (InputStream json = file.openStream()) {
            Map<String, Object> metadata =
                    JsonParserFactory.getJsonParser().parseMap(new String(json.readAllBytes(), StandardCharsets.UTF_8));
            return ((List<Map<String, Object>>) metadata.get("properties"))
                    .stream().collect(Collectors.toMap(property -> (String) property.get("name"), Function.identity()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
