package io.netrun.resilience.spring.method;

import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs steps that fail if annotations are wrong. Confined to one thread. */
final class Attempted {

    private static final Logger log = LoggerFactory.getLogger(MethodPipelines.class);

    private final boolean lenient;
    private final Predicate<Problem> isNew;
    private boolean leftOut;

    /**
     * Creates the runner.
     *
     * @param lenient whether a failed step is logged and skipped, because a call is waiting
     * @param isNew whether a problem has not been logged yet
     */
    Attempted(boolean lenient, Predicate<Problem> isNew) {
        this.lenient = lenient;
        this.isNew = isNew;
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
            if (!lenient) {
                throw wrong;
            }
            leftOut = true;
            wrong.problems().stream()
                    .filter(isNew)
                    .forEach(problem ->
                            log.error("{}. {}. Calls are made without it.", problem.description(), problem.remedy()));
            return otherwise;
        }
    }
}
