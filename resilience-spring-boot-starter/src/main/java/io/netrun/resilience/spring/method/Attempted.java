package io.netrun.resilience.spring.method;

import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Steps that fail if annotations are wrong. For one thread. */
final class Attempted {

    private final @Nullable Consumer<Problem> problems;
    private boolean leftOut;

    private Attempted(@Nullable Consumer<Problem> problems) {
        this.problems = problems;
    }

    /** A step that fails throws. */
    static Attempted strict() {
        return new Attempted(null);
    }

    /**
     * A step that fails is left out, since a call is to be made.
     *
     * @param problems called with each problem of a step that is left out
     */
    static Attempted lenient(Consumer<Problem> problems) {
        return new Attempted(problems);
    }

    /** Whether a step has been left out. */
    boolean hasLeftOut() {
        return leftOut;
    }

    /**
     * The result of a step.
     *
     * @param otherwise what takes its place where it is left out
     * @throws ResilienceConfigurationException if it is not left out
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
