package io.netrun.resilience.spring.settings;

import io.netrun.resilience.Pipeline;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Something beside annotated methods that makes calls through instances. It is looked at when the application starts.
 */
public interface InstanceUser {

    /** Obtains its instances; from then on it has {@link #pipelines()}. Returns what is wrong, all at once. */
    List<Problem> check();

    /** What is wrong with a changed configuration; nothing changes by being asked. */
    default List<Problem> checkChange(Set<String> changed) {
        return List.of();
    }

    /**
     * The configuration has changed: what begins from now on goes by what it says, or all goes on as before.
     *
     * @param changed the keys that have changed
     * @throws ResilienceConfigurationException if something is wrong with what it says now
     */
    void rebind(Set<String> changed);

    /** Its pipelines, by a title for people. */
    Map<String, Pipeline> pipelines();
}
