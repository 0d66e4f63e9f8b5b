package io.netrun.resilience.spring.http;

import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import io.netrun.resilience.spring.settings.Followed;
import org.jspecify.annotations.Nullable;

/**
 * One client, whose plan is made when the application starts, or before the client's first call. It may be replaced
 * while the client makes calls, and is made again after one of its instances has left the registry. Thread-safe.
 */
final class ProtectedClient {

    private final String title;
    private final @Nullable Followed<ClientPlan> plan;

    /**
     * A client.
     *
     * @param title for people
     * @param plan null if nothing is protected
     */
    ProtectedClient(String title, @Nullable Followed<ClientPlan> plan) {
        this.title = title;
        this.plan = plan;
    }

    String title() {
        return title;
    }

    /**
     * Its plan.
     *
     * @throws ResilienceConfigurationException if it is to be made first and something is wrong with it
     */
    ClientPlan plan() {
        return plan == null ? ClientPlan.NONE : plan.get();
    }

    /**
     * Calls that begin from now on go by another plan.
     *
     * @param changes of the instances, before those of the plan were obtained
     */
    void follow(ClientPlan changed, int changes) {
        if (plan != null) {
            plan.set(changed, changes);
        }
    }

    /** This client, with its plan made. */
    ProtectedClient planned() {
        plan();
        return this;
    }
}
