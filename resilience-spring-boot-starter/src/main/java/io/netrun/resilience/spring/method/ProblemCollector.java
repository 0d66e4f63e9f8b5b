package io.netrun.resilience.spring.method;

import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Runs steps that fail if annotations are wrong, and collects their problems. Confined to one thread. */
final class ProblemCollector {

    private final @Nullable Consumer<Problem> lasting;
    private final @Nullable Consumer<Problem> present;
    private boolean leftOut;

    private ProblemCollector(@Nullable Consumer<Problem> lasting, @Nullable Consumer<Problem> present) {
        this.lasting = lasting;
        this.present = present;
    }

    /** A step that fails throws. */
    static ProblemCollector strict() {
        return new ProblemCollector(null, null);
    }

    /**
     * Creates a runner that skips a failed step, because a call is waiting.
     *
     * @param lasting called with each problem of a skipped step that can only be solved in the code
     * @param present called with each problem of a skipped step that another configuration can solve
     */
    static ProblemCollector lenient(Consumer<Problem> lasting, Consumer<Problem> present) {
        return new ProblemCollector(lasting, present);
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
        return orElse(() -> otherwise, step, lasting);
    }

    /** Like {@link #orElse(Object, Supplier)}, with a result of a skipped step that is made only then. */
    <T> T orElseGet(Supplier<T> otherwise, Supplier<T> step) {
        return orElse(otherwise, step, lasting);
    }

    /** Like {@link #orElse}, for a step that depends on the configuration. */
    <T> T orElseForNow(T otherwise, Supplier<T> step) {
        return orElse(() -> otherwise, step, present);
    }

    private <T> T orElse(Supplier<T> otherwise, Supplier<T> step, @Nullable Consumer<Problem> problems) {
        try {
            return step.get();
        } catch (ResilienceConfigurationException wrong) {
            if (problems == null) {
                throw wrong;
            }
            leftOut = true;
            wrong.problems().forEach(problems);
            return otherwise.get();
        }
    }
}
