package io.netrun.resilience.spring.settings;

import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who asks for which instance, with which settings in an annotation. Annotations that only name an instance go with all
 * others; the first that has settings decides, whatever was there before. Thread-safe.
 */
final class Requests {

    private static final Logger log = LoggerFactory.getLogger(InstanceFactory.class);

    private final SettingsResolver resolver;
    private final ConcurrentMap<InstanceKey, Annotated> annotated = new ConcurrentHashMap<>();
    private final Set<InstanceKey> asked = ConcurrentHashMap.newKeySet();
    private final Map<String, Problem> contradictions = new ConcurrentHashMap<>();
    private volatile boolean running;

    Requests(SettingsResolver resolver) {
        this.resolver = resolver;
    }

    /** Some code asks for an instance. */
    void add(InstanceKey key) {
        asked.add(key);
    }

    /**
     * An annotation asks for an instance.
     *
     * @param settings of the annotation, by Java name; may be empty
     * @param location the method or class that has it
     * @return whether it is the first that has settings
     */
    boolean add(PatternDescriptor<?, ?> pattern, InstanceKey key, Map<String, Object> settings, String location) {
        asked.add(key);
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
            return add(pattern, key, settings, location); // another was faster, and may have others
        }
        requireAgreement(pattern, key, present, new Annotated(settings, location));
        return false;
    }

    /** The annotation turned out to be wrong, so the next one may decide. */
    void withdraw(InstanceKey key, Map<String, Object> settings, String location) {
        annotated.replace(key, new Annotated(settings, location), Annotated.NONE);
    }

    /** The settings of the annotation that decides. */
    Annotated annotated(InstanceKey key) {
        return annotated.getOrDefault(key, Annotated.NONE);
    }

    /** Whether an annotation, a client or something like it has asked for an instance. */
    boolean isAnnotated(InstanceKey key) {
        return annotated.containsKey(key);
    }

    /** The names of a pattern's instances that have been asked for. */
    Set<String> names(PatternDescriptor<?, ?> pattern) {
        return InstanceKey.names(asked, pattern);
    }

    void forget(InstanceKey key) {
        asked.remove(key);
    }

    /** The contradictions so far. */
    List<Problem> contradictions() {
        return List.copyOf(contradictions.values());
    }

    /** Contradictions that come from now on are logged, once each, since calls depend on these instances then. */
    void logContradictions() {
        running = true;
    }

    /** An annotation that is to mean the same as one that was there before. */
    void requireAgreement(PatternDescriptor<?, ?> pattern, InstanceKey key, Annotated present, Annotated other) {
        if (present.equals(other) || isSame(pattern, key, present, other)) {
            return;
        }
        Problem problem = new Problem(
                pattern.title() + " '" + key.name() + "' is given different settings by the annotations of "
                        + present.location + " and " + other.location,
                "Let one of them set the settings and the other only the name, or give them different names");
        boolean isNew = contradictions.putIfAbsent(problem.description(), problem) == null;
        if (isNew && running) {
            log.warn("{}. Those of {} stay in force. {}.", problem.description(), present.location, problem.remedy());
        }
    }

    /** Whether both mean the same values, however they are written. */
    private boolean isSame(PatternDescriptor<?, ?> pattern, InstanceKey key, Annotated present, Annotated other) {
        if (!present.settings.keySet().equals(other.settings.keySet())) {
            return false;
        }
        try {
            return resolver.values(pattern, key.name(), present.settings)
                    .equals(resolver.values(pattern, key.name(), other.settings));
        } catch (ResilienceConfigurationException unreadable) {
            return false;
        }
    }

    /**
     * The settings of an annotation.
     *
     * @param settings by Java name
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
