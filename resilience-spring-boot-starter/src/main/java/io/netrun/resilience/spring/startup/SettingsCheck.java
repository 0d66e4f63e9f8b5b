package io.netrun.resilience.spring.startup;

import io.netrun.resilience.spring.method.EarlyAnnotations;
import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.settings.Compatibility;
import io.netrun.resilience.spring.settings.ConfiguredSettings;
import io.netrun.resilience.spring.settings.EnvironmentKeys;
import io.netrun.resilience.spring.settings.InstanceFactory;
import io.netrun.resilience.spring.settings.InstanceUser;
import io.netrun.resilience.spring.settings.LeftoverSettings;
import io.netrun.resilience.spring.settings.NamesInUse;
import io.netrun.resilience.spring.settings.UnusedSettings;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.ConfigurableEnvironment;

/** Checks the settings of an application in the configuration and in annotations. Thread-safe. */
public final class SettingsCheck {

    private static final Logger log = LoggerFactory.getLogger(StartupCheck.class);

    /** The auto-configurations that read sections of clients and the like, by their key. */
    private static final Map<String, String> READERS = Map.of(
            "http-clients", "ResilienceHttpClientsAutoConfiguration",
            "listeners", "ResilienceListenersAutoConfiguration");

    private final ConfigurableEnvironment environment;
    private final InstanceFactory instances;

    /** Creates the check of an environment. */
    public SettingsCheck(ConfigurableEnvironment environment, InstanceFactory instances) {
        this.environment = environment;
        this.instances = instances;
    }

    /** All problems that can be found before the beans exist. Creates nothing. */
    public Collection<Problem> early(EarlyAnnotations annotations) {
        Set<Problem> problems = ofKeys();
        Map<String, Set<String>> named = new HashMap<>();
        problems.addAll(annotations.check(
                instances,
                (pattern, name) -> named.computeIfAbsent(pattern.key(), first -> new TreeSet<>())
                        .add(name)));
        problems.addAll(ofInstances(
                pattern -> named.getOrDefault(pattern.key(), Set.of()),
                (pattern, name) -> instances.problems().requireReadable(pattern, name, InstanceFactory.CONFIGURATION)));
        problems.addAll(ofContexts());
        return problems;
    }

    /** The problems of keys and global settings, whether they are in use or not. */
    Set<Problem> ofKeys() {
        Set<Problem> problems = new LinkedHashSet<>(StartSettings.problems(environment));
        problems.addAll(instances.written().problems());
        return problems;
    }

    /** The problems of the instances that the configuration names; creates all but those of families. */
    Set<Problem> ofInstances() {
        return ofInstances(pattern -> Set.of(), (pattern, name) -> {
            if (instances.isCreatedWhenConfigured(pattern, name)) {
                instances.createConfigured(pattern, name);
            } else {
                instances.problems().requireReadable(pattern, name, InstanceFactory.CONFIGURATION);
                instances.removeUnused(pattern, name);
            }
        });
    }

    /**
     * The problems of the instances that the configuration names.
     *
     * @param named the names that are in use in addition to those that have been requested
     * @param step throws if an instance is invalid
     */
    private Set<Problem> ofInstances(
            Function<PatternDescriptor<?, ?>, Set<String>> named, BiConsumer<PatternDescriptor<?, ?>, String> step) {
        Set<Problem> problems = new LinkedHashSet<>();
        ConfiguredSettings written = instances.written();
        for (PatternDescriptor<?, ?> pattern : PatternDescriptors.all()) {
            Problem.collect(problems, () -> instances.problems().requireReadableDefaults(pattern));
            NamesInUse used = instances.namesInUse(pattern).with(named.apply(pattern));
            problems.addAll(instances.unusedSettings(pattern, used).problems());
            problems.addAll(EnvironmentKeys.problems(pattern, used.all(), written));
            for (String name : written.instances(pattern)) {
                Problem.collect(problems, () -> step.accept(pattern, name));
            }
        }
        return problems;
    }

    /** The problems of annotations and contexts that contradict each other. */
    Set<Problem> ofContexts() {
        Set<Problem> problems = new LinkedHashSet<>(instances.problems().contradictions());
        problems.addAll(instances.problems().overruled());
        return problems;
    }

    /** Logs settings without effect. */
    void logUnused(ApplicationBeans beans) {
        instances.written().doubles().forEach(log::warn);
        instances.usedLater(beans::laterUse);
        for (PatternDescriptor<?, ?> pattern : PatternDescriptors.all()) {
            UnusedSettings unused = instances.unusedSettings(pattern, instances.namesInUse(pattern));
            unused.reports(instances, beans.laterUse(pattern)).forEach(report -> report.logTo(log));
            unused.reportsOfBases(instances).forEach(report -> report.logTo(log));
            instances.problems().limitsWithoutKeys(pattern).forEach(log::warn);
        }
        if (!beans.hasResilience4j() && !Compatibility.isOn(environment)) {
            LeftoverSettings.warnings(environment).forEach(log::warn);
        }
    }

    /**
     * Logs sections of clients and the like that nothing has requested, or that nothing reads.
     *
     * @param users what reads sections in this context
     * @param ofParents what reads sections in its parents
     * @param later what may still use one, as a sentence; empty if nothing may
     */
    void logUnused(List<InstanceUser> users, List<InstanceUser> ofParents, String later) {
        for (InstanceUser user : users) {
            user.unused().forEach((name, section) -> {
                if (ofParents.stream()
                        .anyMatch(parent -> parent.key().equals(user.key())
                                && parent.sections().contains(name))) {
                    return; // the check of the parent reports it
                }
                if (later.isEmpty()) {
                    log.warn("{}, but is not in use: no code has requested it.", section);
                } else {
                    log.info("{}, but is not in use so far. {}", section, later);
                }
            });
        }
        READERS.forEach((key, reader) -> {
            if (users.stream().noneMatch(user -> user.key().equals(key)) && isWritten(key)) {
                log.warn(
                        "resilience.{} has settings, but nothing reads them: {} is not active in this application"
                                + " context. Add its libraries to the class path, do not exclude it, or remove the"
                                + " settings.",
                        key,
                        reader);
            }
        });
    }

    private boolean isWritten(String key) {
        try {
            return Binder.get(environment)
                    .bind("resilience." + key, Bindable.mapOf(String.class, Object.class))
                    .map(sections -> !sections.isEmpty())
                    .orElse(false);
        } catch (BindException wrongShape) {
            return true;
        }
    }
}
