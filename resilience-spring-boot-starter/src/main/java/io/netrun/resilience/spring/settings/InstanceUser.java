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

    /** The key below {@code resilience} of the sections that it reads, such as {@code http-clients}; empty for none. */
    default String key() {
        return "";
    }

    /** The names of the sections that it reads. */
    default Set<String> sections() {
        return Set.of();
    }

    /**
     * The sections that nothing had requested when {@link #check} began: for each name, the subject of a sentence with
     * the origin.
     */
    default Map<String, String> unused() {
        return Map.of();
    }
}
