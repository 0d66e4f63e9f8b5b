package io.netrun.resilience.spring.fleet;

import io.netrun.resilience.Policy;
import java.util.function.BooleanSupplier;

/** Applies the changes of a fleet's operators on this node, as if they had been asked for here. A bean. */
public interface FleetChanges {

    /**
     * Applies a change if it is still due, and keeps it in the log, among the instance's recent events and as an
     * application event.
     *
     * @param policy the instance of this node
     * @param isDue asked as one step with the change, so that no change that was asked for here comes between; false if
     *     nothing is to be changed. Returns at once. Not asked if the change is not possible
     * @throws io.netrun.resilience.spring.problem.ResilienceConfigurationException if this node does not know the
     *     action or a setting; nothing has changed then
     */
    void apply(Policy policy, FleetChange change, BooleanSupplier isDue);
}
