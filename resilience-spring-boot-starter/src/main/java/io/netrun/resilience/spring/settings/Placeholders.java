package io.netrun.resilience.spring.settings;

import io.netrun.resilience.spring.problem.Causes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.PropertySourcesPlaceholdersResolver;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.util.PlaceholderResolutionException;

/**
 * Resolves the placeholders in settings. A random value is drawn once for each setting and text, so that a setting has
 * the same value when it is read again. Thread-safe.
 */
final class Placeholders {

    static final String START = "${";

    /** The prefix of Spring Boot's placeholders for random values. */
    private static final String RANDOM = "random.";

    private final ConfigurableEnvironment environment;
    private final ConcurrentMap<Draw, String> drawn = new ConcurrentHashMap<>();

    Placeholders(ConfigurableEnvironment environment) {
        this.environment = environment;
    }

    /** Returns a resolver for the settings of one section. It is for one thread. */
    Resolver resolver() {
        return new Resolver();
    }

    /**
     * Returns the text with the random values that have been drawn for it.
     *
     * @param setting identifies the setting
     * @param text the text with placeholders
     * @param resolved the text without placeholders, returned if none of them is random
     */
    String drawn(String setting, String text, String resolved) {
        if (!text.contains(START)) {
            return resolved;
        }
        Resolver resolver = resolver();
        resolver.begin(setting);
        Object value = resolver.resolvePlaceholders(text);
        return resolver.draws == 0 ? resolved : String.valueOf(value);
    }

    /**
     * The cycle of placeholders that caused a failure, such as {@code ${a} -> ${b} -> ${a}}; empty for other causes.
     */
    static Optional<String> cycle(Throwable failure) {
        for (Throwable cause : Causes.of(failure)) {
            if (cause instanceof PlaceholderResolutionException unresolved
                    && String.valueOf(unresolved.getMessage()).startsWith("Circular")) {
                List<String> values = new ArrayList<>(unresolved.getValues());
                Collections.reverse(values);
                return Optional.of(String.join(" -> ", values));
            }
        }
        return Optional.empty();
    }

    /** Resolves the placeholders of one setting at a time. Not thread-safe. */
    final class Resolver extends PropertySourcesPlaceholdersResolver {

        private String setting = "";
        private String text = "";
        private int draws;

        private Resolver() {
            super(environment);
        }

        /** Begins with another setting. */
        void begin(String next) {
            setting = next;
        }

        @Override
        public @Nullable Object resolvePlaceholders(@Nullable Object value) {
            draws = 0;
            if (value instanceof String placeholders) {
                text = placeholders;
            }
            return super.resolvePlaceholders(value);
        }

        @Override
        protected @Nullable String resolvePlaceholder(String placeholder) {
            if (!placeholder.startsWith(RANDOM)) {
                return super.resolvePlaceholder(placeholder);
            }
            Draw draw = new Draw(setting, text, draws++, placeholder);
            String known = drawn.get(draw);
            String value = known == null ? super.resolvePlaceholder(placeholder) : known;
            if (known == null && value != null) {
                String other = drawn.putIfAbsent(draw, value);
                return other == null ? value : other;
            }
            return value;
        }
    }

    private record Draw(String setting, String text, int index, String placeholder) {}
}
