package io.netrun.resilience.spring.settings;

import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records which instances have been requested, and the settings of the annotations that request them. An annotation
 * that only names an instance is compatible with every other one. The first annotation with settings decides, whatever
 * was requested before. Thread-safe.
 */
final class InstanceRequests {

    private static final Logger log = LoggerFactory.getLogger(InstanceFactory.class);

    private final SettingsResolver resolver;
    private final ConcurrentMap<InstanceKey, Annotated> annotated = new ConcurrentHashMap<>();
    private final Set<InstanceKey> requested = ConcurrentHashMap.newKeySet();
    private final Map<String, Problem> contradictions = new ConcurrentHashMap<>();
    private volatile boolean running;

    InstanceRequests(SettingsResolver resolver) {
        this.resolver = resolver;
    }

    /** Records that code requests an instance. */
    void add(InstanceKey key) {
        requested.add(key);
    }

    /**
     * Records that an annotation requests an instance.
     *
     * @param settings the settings of the annotation, by Java name; may be empty
     * @param location the method or class that has it
     * @return whether it is the first one with settings
     */
    boolean add(PatternDescriptor<?, ?> pattern, InstanceKey key, Map<String, Object> settings, String location) {
        if (!location.equals(InstanceFactory.CONFIGURATION)) {
            requested.add(key);
        }
        Annotated present = annotated.putIfAbsent(key, new Annotated(settings, location));
        if (present == null) {
            return !settings.isEmpty();
        }
        if (settings.isEmpty()) {
            return false;
        }
        if (present.settings.isEmpty()) {
            if (annotated.replace(key, present, new Annotated(settings, location))) {
                return true;
            }
            return add(pattern, key, settings, location); // lost a race, possibly against different settings
        }
        requireAgreement(pattern, key, present, new Annotated(settings, location));
        return false;
    }

    /** Removes an annotation that turned out to be invalid, so that the next one can decide. */
    void withdraw(InstanceKey key, Map<String, Object> settings, String location) {
        annotated.replace(key, new Annotated(settings, location), Annotated.NONE);
    }

    /** The settings of the deciding annotation. */
    Annotated annotated(InstanceKey key) {
        return annotated.getOrDefault(key, Annotated.NONE);
    }

    /** Whether an annotation, a client or similar has requested an instance. */
    boolean isAnnotated(InstanceKey key) {
        return annotated.containsKey(key);
    }

    /** Whether an instance has been requested. */
    boolean isRequested(InstanceKey key) {
        return requested.contains(key);
    }

    /** The names of a pattern's instances that have been requested. */
    Set<String> names(PatternDescriptor<?, ?> pattern) {
        return InstanceKey.namesOf(pattern, requested);
    }

    void forget(InstanceKey key) {
        requested.remove(key);
    }

    /** The contradictions found so far. */
    List<Problem> contradictions() {
        return List.copyOf(contradictions.values());
    }

    /** Logs each further contradiction once, since calls use the instances from now on. */
    void logContradictions() {
        running = true;
    }

    /** Checks that an annotation has the same settings as the deciding one. */
    void requireAgreement(PatternDescriptor<?, ?> pattern, InstanceKey key, Annotated present, Annotated other) {
        if (present.equals(other)) {
            return;
        }
        List<String> differing = differing(pattern, key, present, other);
        if (differing.isEmpty()) {
            return;
        }
        Problem problem = new Problem(
                pattern.title() + " '" + key.name() + "' has different settings in the annotations of "
                        + present.location + " and " + other.location + ": " + String.join(", ", differing),
                "Keep the settings in one annotation and only the name in the other, or use different names");
        boolean isNew = contradictions.putIfAbsent(problem.description(), problem) == null;
        if (isNew && running) {
            log.warn(
                    "{}. The settings of {} stay in force. {}.",
                    problem.description(),
                    present.location,
                    problem.remedy());
        }
    }

    /** The settings with different values, regardless of their spelling, each with both values as they are written. */
    private List<String> differing(
            PatternDescriptor<?, ?> pattern, InstanceKey key, Annotated present, Annotated other) {
        Set<String> settings = new TreeSet<>(present.settings.keySet());
        settings.addAll(other.settings.keySet());
        return settings.stream()
                .filter(setting -> !isSame(pattern, key, setting, present, other))
                .map(setting -> setting + " is " + text(present.settings.get(setting)) + " and "
                        + text(other.settings.get(setting)))
                .toList();
    }

    private boolean isSame(
            PatternDescriptor<?, ?> pattern, InstanceKey key, String setting, Annotated present, Annotated other) {
        Object one = present.settings.get(setting);
        Object another = other.settings.get(setting);
        if (one == null || another == null) {
            return one == null && another == null;
        }
        try {
            return Setting.isSame(value(pattern, key, setting, one), value(pattern, key, setting, another));
        } catch (ResilienceConfigurationException unreadable) {
            return Objects.deepEquals(one, another);
        }
    }

    private @Nullable Object value(PatternDescriptor<?, ?> pattern, InstanceKey key, String setting, Object annotated) {
        return resolver.values(pattern, key.name(), Map.of(setting, annotated)).get(setting);
    }

    private static String text(@Nullable Object value) {
        if (value instanceof Object[] elements) {
            return "{" + String.join(", ", AnnotatedList.texts(elements)) + "}";
        }
        return value == null ? "not set" : value.toString();
    }

    /**
     * The settings of an annotation.
     *
     * @param settings the settings by Java name
     * @param location the method or class that has it
     */
    record Annotated(Map<String, Object> settings, String location) {

        static final Annotated NONE = new Annotated(Map.of(), "code");

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Annotated that
                    && location.equals(that.location)
                    && settings.keySet().equals(that.settings.keySet())
                    && settings.entrySet().stream()
                            .allMatch(entry -> Objects.deepEquals(entry.getValue(), that.settings.get(entry.getKey())));
        }

        @Override
        public int hashCode() {
            return location.hashCode();
        }
    }
}
