package io.netrun.resilience.spring.startup;

import io.netrun.resilience.Pipeline;
import io.netrun.resilience.Policy;
import io.netrun.resilience.spring.method.MethodPipeline;
import io.netrun.resilience.spring.method.ReturnKind;
import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import io.netrun.resilience.spring.settings.InstanceFactory;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Finds settings for synchronous calls on instances that protect only asynchronous methods, such as {@code thread:
 * worker} of a timeout. They have no effect there.
 */
final class SyncSettings {

    private final InstanceFactory instances;
    private final Set<Policy> ofSyncCalls = Collections.newSetFromMap(new IdentityHashMap<>());

    private SyncSettings(InstanceFactory instances) {
        this.instances = instances;
    }

    /**
     * One warning for each method and setting without effect.
     *
     * @param others the pipelines of other calls, which may be synchronous
     */
    static List<String> warnings(
            Collection<MethodPipeline> methods, Collection<Pipeline> others, InstanceFactory instances) {
        SyncSettings check = new SyncSettings(instances);
        others.forEach(pipeline -> check.ofSyncCalls.addAll(pipeline.policies()));
        methods.stream()
                .filter(method -> method.returns() == ReturnKind.PLAIN)
                .forEach(method -> check.ofSyncCalls.addAll(method.pipeline().policies()));
        return methods.stream().flatMap(check::warnings).toList();
    }

    private Stream<String> warnings(MethodPipeline method) {
        return method.pipeline().policies().stream()
                .filter(policy -> policy.isEnabled() && !ofSyncCalls.contains(policy))
                .flatMap(policy -> PatternDescriptors.of(policy).flatMap(pattern -> setting(pattern, policy)).stream())
                .map(setting -> method.title() + ": " + setting
                        + " has no effect, because the method is asynchronous: its body"
                        + " runs on the thread that calls it. Start its work on an executor, or remove the setting.");
    }

    /** The setting, unless it comes from the defaults for all instances, which are not meant for this one. */
    private Optional<String> setting(PatternDescriptor<?, ?> pattern, Policy policy) {
        String defaults = "resilience." + pattern.key() + ".defaults";
        return pattern.syncSetting(policy)
                .filter(setting -> !instances
                        .effectiveSettings()
                        .origin(pattern, policy, setting)
                        .startsWith(defaults))
                .map(setting -> setting + " of " + pattern.title() + " '" + policy.name() + "'");
    }
}
