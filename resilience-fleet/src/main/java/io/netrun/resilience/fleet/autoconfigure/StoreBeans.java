package io.netrun.resilience.fleet.autoconfigure;

import io.netrun.resilience.fleet.FleetStore;
import io.netrun.resilience.spring.problem.Problem;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.util.ClassUtils;

/** Finds the store among the application's beans. Redis may be absent from the class path. */
record StoreBeans(ListableBeanFactory beans) {

    private static final String TEMPLATE = "org.springframework.data.redis.core.StringRedisTemplate";
    private static final String OTHERWISE =
            ", or define a bean of type FleetStore, or set resilience.fleet.enabled to false";

    /**
     * The store.
     *
     * @throws IllegalStateException if there is none, or no single one; the start-up check reports it
     */
    FleetStore store() {
        FleetStore found = find();
        if (found == null) {
            throw new IllegalStateException("The application has no store for its fleet: define one FleetStore");
        }
        return found;
    }

    private @Nullable FleetStore find() {
        return beans.getBeanProvider(FleetStore.class).getIfUnique();
    }

    boolean isPresent() {
        return find() != null;
    }

    /** Why there is no store; empty if there is one. */
    Optional<Problem> problem() {
        if (isPresent()) {
            return Optional.empty();
        }
        List<String> stores = names(FleetStore.class);
        if (stores.size() > 1) {
            return Optional.of(Problem.tolerable(
                    "resilience.fleet.enabled is true, and there are several beans of type FleetStore: "
                            + String.join(", ", stores),
                    "Keep one of them, or mark it as @Primary"));
        }
        List<String> templates = ClassUtils.isPresent(TEMPLATE, loader())
                ? names(ClassUtils.resolveClassName(TEMPLATE, loader()))
                : List.of();
        return Optional.of(
                templates.size() > 1
                        ? Problem.tolerable(
                                "resilience.fleet.enabled is true, and there are several beans of type"
                                        + " StringRedisTemplate: " + String.join(", ", templates),
                                "Mark the one for the fleet as @Primary" + OTHERWISE)
                        : Problem.tolerable(
                                "resilience.fleet.enabled is true, but the application has no connection to Redis:"
                                        + " there is no bean of type StringRedisTemplate",
                                "Add spring-boot-starter-data-redis and set spring.data.redis.host" + OTHERWISE));
    }

    private static @Nullable ClassLoader loader() {
        return StoreBeans.class.getClassLoader();
    }

    private List<String> names(Class<?> type) {
        return List.of(BeanFactoryUtils.beanNamesForTypeIncludingAncestors(beans, type, true, false));
    }
}
