package io.netrun.resilience.spring.problem;

import java.util.Collection;

/**
 * A problem in the configuration or in annotated code.
 *
 * @param description what is wrong, with the setting, its value and its origin
 * @param remedy how to fix it, in the imperative
 * @param tolerable whether the application can run in spite of it, though less protected than it appears
 */
public record Problem(String description, String remedy, boolean tolerable) {

    /** Creates a problem with which the application cannot run. */
    public Problem(String description, String remedy) {
        this(description, remedy, false);
    }

    /** Creates a problem with which the application can run if configured so. */
    public static Problem tolerable(String description, String remedy) {
        return new Problem(description, remedy, true);
    }

    /**
     * Runs a step. If it fails because of the configuration, its problems are added, so that all problems can be
     * reported at once.
     *
     * @return whether the step succeeded
     */
    public static boolean collect(Collection<Problem> problems, Runnable step) {
        try {
            step.run();
            return true;
        } catch (ResilienceConfigurationException wrong) {
            problems.addAll(wrong.problems());
            return false;
        }
    }
}
