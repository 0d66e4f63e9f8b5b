package io.netrun.resilience.spring.method;

import java.util.Map;
import java.util.function.BiConsumer;

/** Knows of each bean whether its calls go through its protection. */
@FunctionalInterface
public interface BeanProxies {

    /** How a bean is called, as far as that is known now. */
    Proxying of(String beanName);

    /** The classes of the beans with annotated methods that have been created, by the names under which they were. */
    default Map<String, Class<?>> created() {
        return Map.of();
    }

    /**
     * Calls a listener with the name and the class of each protected bean that is created from now on.
     *
     * @param listener must not throw
     */
    default void onLateBean(BiConsumer<String, Class<?>> listener) {
        // Where nothing watches beans, there is nobody to call.
    }
}
