package io.netrun.resilience.spring.settings;

import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.util.List;

/** What is wrong with the settings of the instances that one context contributes to. Creates none. Thread-safe. */
public final class InstanceProblems {

    private final ContextSettings own;
    private final Resolution resolution;
    private final MadeInstances made;

    InstanceProblems(ContextSettings own, Resolution resolution, MadeInstances made) {
        this.own = own;
        this.resolution = resolution;
        this.made = made;
    }

    /**
     * Looks at the settings of an instance.
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

    /** The contradictions between annotations so far. */
    public List<Problem> contradictions() {
        return own.requests().contradictions();
    }

    /** From now on, contradictions between annotations are logged when they are found. */
    public void logContradictions() {
        own.requests().logContradictions();
    }

    /**
     * What the configuration of the context has for an instance whose settings come from another context, and differ.
     */
    public List<Problem> overruled() {
        return resolution.overruled(own, made);
    }
}
