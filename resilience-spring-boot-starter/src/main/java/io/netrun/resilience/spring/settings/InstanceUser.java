package io.netrun.resilience.spring.settings;

import io.netrun.resilience.Pipeline;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A user of instances other than annotated methods, such as HTTP clients. It is checked when the application starts.
 */
public interface InstanceUser {

    /** Obtains its instances, so that {@link #pipelines()} are available afterwards. Returns all problems at once. */
    List<Problem> check();

    /** The problems of a changed configuration. Changes nothing. */
    default List<Problem> checkChange(Set<String> changed) {
        return List.of();
    }

    /**
     * Applies a changed configuration to calls that begin from now on. If it fails, nothing changes.
     *
     * @param changed the changed keys
     * @throws ResilienceConfigurationException if the new configuration is wrong
     */
    void rebind(Set<String> changed);

    /** Its pipelines, by display title. */
    Map<String, Pipeline> pipelines();
}
