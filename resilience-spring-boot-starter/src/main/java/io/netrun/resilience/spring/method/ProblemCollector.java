package io.netrun.resilience.spring.method;

import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Runs steps that fail if annotations are wrong, and collects their problems. Confined to one thread. */
final class ProblemCollector {

    private final @Nullable Consumer<Problem> problems;
    private boolean leftOut;

    private ProblemCollector(@Nullable Consumer<Problem> problems) {
        this.problems = problems;
    }

    /** A step that fails throws. */
    static ProblemCollector strict() {
        return new ProblemCollector(null);
    }

    /**
     * Creates a runner that skips a failed step, because a call is waiting.
     *
     * @param problems called with each problem of a skipped step
     */
    static ProblemCollector lenient(Consumer<Problem> problems) {
        return new ProblemCollector(problems);
    }

    /** Whether a step has been skipped. */
    boolean hasLeftOut() {
        return leftOut;
    }

    /**
     * Returns the result of a step.
     *
     * @param otherwise the result of a skipped step
     * @throws ResilienceConfigurationException if the step fails and is not skipped
     */
    <T> T orElse(T otherwise, Supplier<T> step) {
        try {
            return step.get();
        } catch (ResilienceConfigurationException wrong) {
            if (problems == null) {
                throw wrong;
            }
            leftOut = true;
            wrong.problems().forEach(problems);
            return otherwise;
        }
    }
}
