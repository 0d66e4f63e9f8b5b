package io.netrun.resilience.spring.http;

import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import io.netrun.resilience.spring.settings.RebuiltOnChange;
import org.jspecify.annotations.Nullable;

/**
 * One client. Its plan is built when the application starts, or before the client's first call. The plan can be
 * replaced while calls are running, and is rebuilt after one of its instances has left the registry. Thread-safe.
 */
final class ProtectedClient {

    private final String title;
    private final @Nullable RebuiltOnChange<ClientPlan> plan;

    /**
     * Creates a client.
     *
     * @param title the display name
     * @param plan the plan; null if protection is switched off
     */
    ProtectedClient(String title, @Nullable RebuiltOnChange<ClientPlan> plan) {
        this.title = title;
        this.plan = plan;
    }

    String title() {
        return title;
    }

    /**
     * Returns the plan.
     *
     * @throws ResilienceConfigurationException if it has to be built first and is invalid
     */
    ClientPlan plan() {
        return plan == null ? ClientPlan.NONE : plan.get();
    }

    /**
     * Replaces the plan for calls that begin from now on.
     *
     * @param changed the new plan
     * @param changes the number of changes of the instances before those of the plan were obtained
     */
    void follow(ClientPlan changed, int changes) {
        if (plan != null) {
            plan.set(changed, changes);
        }
    }
}
