package io.netrun.resilience.spring.fleet;

import io.netrun.resilience.Policy;

/** Applies the changes of a fleet's operators on this node, as if they had been asked for here. A bean. */
public interface FleetChanges {

    /**
     * Applies a change, and keeps it in the log, among the instance's recent events and as an application event.
     *
     * @param policy the instance of this node
     * @throws io.netrun.resilience.spring.problem.ResilienceConfigurationException if this node does not know the
     *     action or a setting; nothing has changed then
     */
    void apply(Policy policy, FleetChange change);
}
