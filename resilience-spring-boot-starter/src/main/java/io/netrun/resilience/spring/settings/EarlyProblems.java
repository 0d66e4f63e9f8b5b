package io.netrun.resilience.spring.settings;

import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The settings problems of applications that are still starting. Code that requests an instance in a constructor can
 * fail the start before the start-up check has run, so its exception reports the problems of all settings and not only
 * its own. Thread-safe.
 */
final class EarlyProblems {

    private static final Logger log = LoggerFactory.getLogger(InstanceFactory.class);

    private final List<Supplier<Collection<Problem>>> checks = new CopyOnWriteArrayList<>();
    private final ThreadLocal<Boolean> checking = new ThreadLocal<>();

    /** Registers the checks of an application that is starting. */
    void add(Supplier<Collection<Problem>> check) {
        checks.add(check);
    }

    /** Removes them: the application's start-up check has begun, or the application has been closed. */
    void remove(Supplier<Collection<Problem>> check) {
        checks.remove(check);
    }

    /** Adds all other problems that can be found now to a failure. */
    ResilienceConfigurationException withOthers(ResilienceConfigurationException own) {
        if (checks.isEmpty() || checking.get() != null) {
            return own;
        }
        Set<Problem> all = new LinkedHashSet<>(own.problems());
        checking.set(true);
        try {
            checks.forEach(check -> all.addAll(check.get()));
        } catch (RuntimeException | LinkageError failed) {
            log.debug("The other settings could not be checked", failed);
        } finally {
            checking.remove();
        }
        if (all.size() == own.problems().size()) {
            return own;
        }
        ResilienceConfigurationException complete = new ResilienceConfigurationException(List.copyOf(all));
        complete.initCause(own);
        return complete;
    }
}
