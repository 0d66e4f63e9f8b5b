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
 * Something that is made of instances and kept between calls, such as a pipeline. It is made once, and again after an
 * instance in use has left the registry, so that a call goes through what the registry has. A call pays two volatile
 * reads for that. Thread-safe.
 *
 * @param <T> what is made
 */
public final class Followed<T> {

    private static final Logger log = LoggerFactory.getLogger(Followed.class);

    private final InstanceFactory instances;
    private final Function<? super List<Problem>, ? extends T> making;
    private final Set<String> logged = ConcurrentHashMap.newKeySet();
    private volatile @Nullable Version<T> version;

    /**
     * Makes nothing yet.
     *
     * @param making obtains instances of the factory. It leaves out what is wrong and adds that to the given list. Two
     *     threads may run it at the same time, and get the same instances
     */
    public Followed(InstanceFactory instances, Function<? super List<Problem>, ? extends T> making) {
        this.instances = instances;
        this.making = making;
    }

    /**
     * What has been made of the instances that the registry has now. Where an instance cannot be made again, since its
     * settings have become wrong meanwhile, the reason is logged once, and calls are made without the instance until
     * its settings are right.
     *
     * @throws ResilienceConfigurationException if something is wrong the first time
     */
    public T get() {
        Version<T> present = version;
        return present != null && present.count == instances.changes() ? present.value : make(present != null);
    }

    /**
     * Replaces what has been made.
     *
     * @param count of the {@linkplain InstanceFactory#changes() changes} before the instances were obtained
     */
    public void set(T value, int count) {
        version = new Version<>(value, count);
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
                    .forEach(problem ->
                            log.error("{}. {}. Calls are made without it.", problem.description(), problem.remedy()));
        } else {
            throw new ResilienceConfigurationException(problems);
        }
        return made;
    }

    private record Version<T>(T value, int count) {}
}
