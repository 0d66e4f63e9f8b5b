package io.netrun.resilience.spring.http;

import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One client, whose plan is made when the application starts, or before the client's first call, and may be replaced
 * while it makes calls. Thread-safe.
 */
final class ProtectedClient {

    private final String title;
    private final Supplier<ClientPlan> planning;
    private volatile @Nullable ClientPlan plan;

    /**
     * A client.
     *
     * @param title for people
     * @param planning makes the plan; if it is asked for twice at the same time, both plans have the same instances
     */
    ProtectedClient(String title, Supplier<ClientPlan> planning) {
        this.title = title;
        this.planning = planning;
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
        ClientPlan made = plan;
        if (made == null) {
            made = planning.get();
            plan = made;
        }
        return made;
    }

    /** Calls that begin from now on go by another plan. */
    void follow(ClientPlan changed) {
        plan = changed;
    }

    /** This client, with its plan made. */
    ProtectedClient planned() {
        plan();
        return this;
    }
}
