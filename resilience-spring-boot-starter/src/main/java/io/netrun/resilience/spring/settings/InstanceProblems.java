package io.netrun.resilience.spring.settings;

import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Finds the settings problems of the instances that one context contributes to, without creating instances.
 * Thread-safe.
 */
public final class InstanceProblems {

    private final ContextSettings own;
    private final Resolution resolution;
    private final CreatedInstances created;

    InstanceProblems(ContextSettings own, Resolution resolution, CreatedInstances created) {
        this.own = own;
        this.resolution = resolution;
        this.created = created;
    }

    /**
     * Checks the settings of an instance.
     *
     * @param location the method or class that has the annotation, or the configuration, for messages
     * @throws ResilienceConfigurationException if the name or the settings are wrong
     */
    public void requireReadable(PatternDescriptor<?, ?> pattern, String name, String location) {
        InstanceKey.requireName(pattern, name, location);
        resolution.resolve(pattern, name, null);
    }

    /** See {@link SettingsResolver#requireReadableDefaults}. */
    public void requireReadableDefaults(PatternDescriptor<?, ?> pattern) {
        own.resolver().requireReadableDefaults(pattern);
    }

    /** The bases in this context's configuration alone that none of its instances builds on. */
    Set<String> unusedBases(PatternDescriptor<?, ?> pattern) {
        Set<String> names = new TreeSet<>(resolution.namesInUse(pattern).all());
        names.addAll(own.resolver().written().instances(pattern));
        Set<String> unused = own.resolver().unusedBases(pattern, names);
        ContextSettings root = resolution.contexts().root();
        if (own != root) {
            unused.removeAll(root.resolver().written().bases(pattern)); // those that it inherits
        }
        return unused;
    }

    /** A warning for each limit of keys in this context's configuration that is for an instance without keys. */
    public List<String> limitsWithoutKeys(PatternDescriptor<?, ?> pattern) {
        ContextSettings root = resolution.contexts().root();
        return new LimitsOfKeys(pattern, resolution.namesInUse(pattern), own.resolver())
                .warnings(
                        name -> resolution.decides(own, pattern, name),
                        own == root ? Set.of() : root.resolver().written().bases(pattern));
    }

    /** The contradictions between annotations found so far. */
    public List<Problem> contradictions() {
        return own.requests().contradictions();
    }

    /** Logs further contradictions between annotations as they are found. */
    public void logContradictions() {
        own.requests().logContradictions();
    }

    /** The instances for which this context has settings that differ from those of the context that decides. */
    public List<Problem> overruled() {
        List<Problem> unreadable = new ArrayList<>();
        List<Problem> overruled = resolution.overruled(own, created, unreadable);
        own.tryReportOverruled(overruled);
        unreadable.addAll(overruled);
        return unreadable;
    }
}
