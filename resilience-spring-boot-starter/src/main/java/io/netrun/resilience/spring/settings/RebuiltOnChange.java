package io.netrun.resilience.spring.settings;

import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A value that is built from instances and kept between calls, such as a pipeline. It is built once, and rebuilt after
 * an instance in use has left the registry, so that calls always go through the registry's instances. This costs a call
 * two volatile reads. Thread-safe.
 *
 * @param <T> the type of the value
 */
public final class RebuiltOnChange<T> {

    /** The count of a value that is incomplete, which no number of changes equals. */
    private static final int INCOMPLETE = -1;

    private static final Logger log = LoggerFactory.getLogger(RebuiltOnChange.class);

    private final InstanceFactory instances;
    private final Function<? super List<Problem>, ? extends T> making;
    private final Set<String> logged = ConcurrentHashMap.newKeySet();
    private volatile @Nullable Version<T> version;

    /**
     * Creates a holder; the value is built on first use.
     *
     * @param making builds the value from instances of the factory. It omits an instance that is wrong and adds the
     *     problem to the given list. Two threads may run it concurrently; both get the same instances
     */
    public RebuiltOnChange(InstanceFactory instances, Function<? super List<Problem>, ? extends T> making) {
        this.instances = instances;
        this.making = making;
    }

    /**
     * The value, built from the registry's current instances. If an instance cannot be rebuilt because its settings
     * have become wrong, the reason is logged once, and calls are made without the instance until its settings are
     * corrected.
     *
     * @throws ResilienceConfigurationException if something is wrong when the value is built for the first time
     */
    public T get() {
        Version<T> present = version;
        return present != null && present.count == instances.changes() ? present.value : make(present != null);
    }

    /**
     * Replaces the value.
     *
     * @param count the number of {@linkplain InstanceFactory#changes() changes} before the instances were obtained
     */
    public void set(T value, int count) {
        version = new Version<>(value, count);
    }

    /**
     * Sets a value from which something was left out. It is rebuilt for each call until nothing is left out.
     *
     * @param problems the reasons, which have been logged
     */
    public void setIncomplete(T value, List<Problem> problems) {
        problems.forEach(problem -> logged.add(problem.description()));
        set(value, INCOMPLETE);
    }

    private T make(boolean again) {
        int count = instances.changes();
        List<Problem> problems = new ArrayList<>();
        T made = making.apply(problems);
        if (problems.isEmpty()) {
            logged.clear();
            set(made, count);
        } else if (again) {
            problems.stream()
                    .filter(problem -> logged.add(problem.description()))
                    .forEach(problem -> log.error(
                            "{}. {}. Calls are not protected by it.", problem.description(), problem.remedy()));
        } else {
            throw new ResilienceConfigurationException(problems);
        }
        return made;
    }

    private record Version<T>(T value, int count) {}
}
