package io.netrun.resilience.spring.settings;

import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs why settings of instances do not apply while the application runs: once for each instance, and once for all
 * instances of a family. Thread-safe.
 */
final class UnappliedSettings {

    private static final Logger log = LoggerFactory.getLogger(InstanceFactory.class);

    private final Families families;
    private final Set<InstanceKey> logged = ConcurrentHashMap.newKeySet();

    UnappliedSettings(Families families) {
        this.families = families;
    }

    /** Logs why settings of an instance do not apply while everything is switched off. */
    void logSwitchedOff(PatternDescriptor<?, ?> pattern, String name, ResilienceConfigurationException wrong) {
        log(pattern, name, wrong, " It has the other settings.");
    }

    void log(PatternDescriptor<?, ?> pattern, String name, ResilienceConfigurationException wrong) {
        log(pattern, name, wrong, " It keeps its settings.");
    }

    private void log(
            PatternDescriptor<?, ?> pattern, String name, ResilienceConfigurationException wrong, String ofInstance) {
        String family = families.of(pattern, name);
        if (logged.add(keyOf(pattern, name, family))) {
            String affected = family == null
                    ? ofInstance
                    : " The instances of the family '" + family + "' keep their settings from code.";
            wrong.problems()
                    .forEach(problem -> log.warn("{}. {}.{}", problem.description(), problem.remedy(), affected));
        }
    }

    /** Logs the next reason again, since the settings apply now, or the instance is a different one. */
    void forget(PatternDescriptor<?, ?> pattern, String name) {
        logged.remove(keyOf(pattern, name, families.of(pattern, name)));
    }

    private static InstanceKey keyOf(PatternDescriptor<?, ?> pattern, String name, @Nullable String family) {
        return InstanceKey.of(pattern, family == null ? name : family);
    }
}
