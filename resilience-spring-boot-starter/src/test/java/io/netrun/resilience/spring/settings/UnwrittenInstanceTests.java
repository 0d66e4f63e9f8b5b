package io.netrun.resilience.spring.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import java.util.ArrayList;
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

    private void write(String key, String value) {
        environment.getPropertySources().addFirst(new MapPropertySource("written", Map.of(key, value)) {
            @Override
            public Object getProperty(String name) {
                read.add(name);
                return super.getProperty(name);
            }
        });
    }
}
