package io.netrun.resilience.spring.method;

import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Steps that fail if annotations are wrong. For one thread. */
final class Attempted {

    private static final Logger log = LoggerFactory.getLogger(MethodPipelines.class);

    private final boolean lenient;
    private final Predicate<Problem> isNew;
    private boolean leftOut;

    /**
     * Steps.
     *
     * @param lenient whether a step that fails is logged and left out, since a call is to be made
     * @param isNew whether a problem is still to be logged
     */
    Attempted(boolean lenient, Predicate<Problem> isNew) {
        this.lenient = lenient;
        this.isNew = isNew;
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
