package io.netrun.resilience.spring.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;

/**
 * An application has many annotated methods and few sections for them: what is not written must not be searched key by
 * key.
 */
class UnwrittenInstanceTests {

    private final List<String> read = new ArrayList<>();
    private final Map<String, Object> written = new HashMap<>();
    private final StandardEnvironment environment = new StandardEnvironment();
    private final PatternDescriptor<?, ?> retry =
            PatternDescriptors.byKey("retry").orElseThrow();

    @Test
    void resolveWhenNothingIsWrittenShouldReadNoProperty() {
        write("resilience.retry.instances.other.max-attempts", "5");

        SettingsResolver resolver = new SettingsResolver(environment);
        read.clear(); // global settings, which are read once

        resolver.resolve(retry, "prices", Map.of(), "here", null);

        assertThat(read).isEmpty();
    }

    @Test
    void resolveWhenOneKeyIsWrittenShouldReadIt() {
        write("resilience.retry.instances.prices.max-attempts", "5");

        ResolvedSettings<?> settings =
                new SettingsResolver(environment).resolve(retry, "prices", Map.of(), "here", null);

        assertThat(settings.config()).extracting("maxAttempts").isEqualTo(5);
        assertThat(read).contains("resilience.retry.instances.prices.max-attempts");
    }

    @Test
    void instancesWithoutSettingsShouldShareThem() {
        SettingsResolver resolver = new SettingsResolver(environment);

        ResolvedSettings<?> first = resolver.resolve(retry, "prices", Map.of(), "here", null);

        assertThat(resolver.resolve(retry, "orders", Map.of(), "there", null)).isSameAs(first);
    }

    @Test
    void defaultsShouldBeReadOnceDuringTheStart() {
        write("resilience.retry.defaults.max-attempts", "5");
        SettingsResolver resolver = new SettingsResolver(environment);
        resolver.starting(true);
        ResolvedSettings<?> first = resolver.resolve(retry, "prices", Map.of(), "here", null);
        read.clear();

        ResolvedSettings<?> second = resolver.resolve(retry, "orders", Map.of(), "there", null);

        assertThat(second.config())
                .isEqualTo(first.config())
                .extracting("maxAttempts")
                .isEqualTo(5);
        assertThat(second.origin("maxAttempts")).startsWith("resilience.retry.defaults.max-attempts");
        assertThat(read).isEmpty();
    }

    @Test
    void defaultsShouldHavePresentValuesAfterTheStart() {
        write("resilience.retry.defaults.max-attempts", "5");
        SettingsResolver resolver = new SettingsResolver(environment);
        resolver.starting(true);
        resolver.resolve(retry, "prices", Map.of(), "here", null);
        resolver.starting(false);
        written.put("resilience.retry.defaults.max-attempts", "7");

        ResolvedSettings<?> settings = resolver.resolve(retry, "orders", Map.of(), "there", null);

        assertThat(settings.config()).extracting("maxAttempts").isEqualTo(7);
    }

    @Test
    void defaultsShouldHaveRefreshedValuesDuringTheStart() {
        SettingsResolver resolver = new SettingsResolver(environment);
        resolver.starting(true);
        resolver.resolve(retry, "prices", Map.of(), "here", null);
        write("resilience.retry.defaults.max-attempts", "7");
        resolver.refresh();

        ResolvedSettings<?> settings = resolver.resolve(retry, "orders", Map.of(), "there", null);

        assertThat(settings.config()).extracting("maxAttempts").isEqualTo(7);
    }

    @Test
    void annotationShouldNotGetWhatOthersShare() {
        SettingsResolver resolver = new SettingsResolver(environment);
        resolver.resolve(retry, "prices", Map.of(), "here", null);

        ResolvedSettings<?> settings = resolver.resolve(retry, "orders", Map.of("maxAttempts", 9), "there", null);

        assertThat(settings.config()).extracting("maxAttempts").isEqualTo(9);
    }

    private void write(String key, String value) {
        written.put(key, value);
        environment.getPropertySources().addFirst(new MapPropertySource("written", written) {
            @Override
            public Object getProperty(String name) {
                read.add(name);
                return super.getProperty(name);
            }
        });
    }
}
