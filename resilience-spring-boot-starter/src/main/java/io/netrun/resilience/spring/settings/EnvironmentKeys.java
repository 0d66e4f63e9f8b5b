package io.netrun.resilience.spring.settings;

import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.SpellingSuggestion;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.core.env.EnumerablePropertySource;

/**
 * Finds unknown keys in environment variables. A variable cannot spell the name of an instance exactly, and others may
 * begin with the same words, so a key is reported only below {@code defaults} or the name of a known instance.
 */
public final class EnvironmentKeys {

    private static final Pattern LIST_INDEX = Pattern.compile("(_\\d+)+_?$");

    /** Kubernetes sets such variables for each service. */
    private static final Pattern OF_A_SERVICE =
            Pattern.compile("(.+_)?(SERVICE_HOST|SERVICE_PORT(_.+)?|PORT(_\\d+_(TCP|UDP|SCTP)(_.+)?)?)");

    private final PatternDescriptor<?, ?> pattern;
    private final Pattern variables;
    private final List<String> known;
    private final List<String> knownOfNamed;

    private EnvironmentKeys(PatternDescriptor<?, ?> pattern) {
        this.pattern = pattern;
        this.known = ConfiguredSettings.keys(pattern);
        this.knownOfNamed = ConfiguredSettings.keysOfNamed(pattern);
        this.variables = Pattern.compile("RESILIENCE_"
                + pattern.key().toUpperCase(Locale.ROOT).replace("-", "_?") + "_(DEFAULTS|INSTANCES|BASES)_(\\w+)");
    }

    /**
     * One problem for each variable with an unknown key.
     *
     * @param asked the names of the pattern's instances that are in use
     */
    public static List<Problem> problems(
            PatternDescriptor<?, ?> pattern, Set<String> asked, ConfiguredSettings written) {
        EnvironmentKeys keys = new EnvironmentKeys(pattern);
        Set<String> names = new LinkedHashSet<>(asked);
        names.addAll(written.instances(pattern));
        names.addAll(written.bases(pattern));
        List<Problem> problems = new ArrayList<>();
        for (ConfigurationPropertySource source : written.sources()) {
            if (!ConfiguredSettings.isExact(source)
                    && source.getUnderlyingSource() instanceof EnumerablePropertySource<?> variables) {
                Arrays.stream(variables.getPropertyNames())
                        .map(variable -> keys.problem(variable, names))
                        .filter(Objects::nonNull)
                        .forEach(problems::add);
            }
        }
        return problems;
    }

    private @Nullable Problem problem(String variable, Collection<String> names) {
        Matcher parts = variables.matcher(variable.toUpperCase(Locale.ROOT));
        if (!parts.matches()) {
            return null;
        }
        String rest = LIST_INDEX.matcher(parts.group(2)).replaceFirst("");
        if (OF_A_SERVICE.matcher(rest).matches()) {
            return null;
        }
        if (parts.group(1).equals("DEFAULTS")) {
            return isKey(rest) ? null : unknown(variable, parts.start(2), rest, known);
        }
        if (knownOfNamed.stream()
                .anyMatch(
                        key -> SpellingSuggestion.alphanumeric(rest).endsWith(SpellingSuggestion.alphanumeric(key)))) {
            return null;
        }
        int start = afterName(rest, names);
        return start == 0 ? null : unknown(variable, parts.start(2) + start, rest.substring(start), knownOfNamed);
    }

    private boolean isKey(String word) {
        return known.stream()
                .anyMatch(key -> SpellingSuggestion.alphanumeric(key).equals(SpellingSuggestion.alphanumeric(word)));
    }

    /** The index after the longest name with which the rest of a variable begins; 0 if it begins with none. */
    private static int afterName(String rest, Collection<String> names) {
        for (int end = rest.lastIndexOf('_'); end > 0; end = rest.lastIndexOf('_', end - 1)) {
            String start = SpellingSuggestion.alphanumeric(rest.substring(0, end));
            if (names.stream()
                    .anyMatch(name -> SpellingSuggestion.alphanumeric(name).equals(start))) {
                return end + 1;
            }
        }
        return 0;
    }

    private Problem unknown(String variable, int start, String key, List<String> known) {
        String all = "Known here: " + String.join(", ", known);
        Optional<ForeignNames.Key> foreign = ForeignNames.key(pattern.key(), key);
        String nearest = SpellingSuggestion.to(
                SpellingSuggestion.alphanumeric(key),
                known.stream().map(SpellingSuggestion::alphanumeric).toList());
        return Problem.tolerable(
                "The configuration has an unknown key '" + key + "' in the environment variable '" + variable + "'",
                foreign.map(word -> word.remedy() + ". " + all)
                        .orElse(
                                nearest.isEmpty()
                                        ? all
                                        : "Did you mean '" + variable.substring(0, start)
                                                + nearest.toUpperCase(Locale.ROOT) + "'? " + all));
    }
}
