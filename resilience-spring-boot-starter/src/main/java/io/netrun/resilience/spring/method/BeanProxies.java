package io.netrun.resilience.spring.method;

import java.util.Map;
import java.util.function.BiConsumer;

/** Reports for each bean whether its calls are protected. */
@FunctionalInterface
public interface BeanProxies {

    /** How the calls of a bean are intercepted, as far as this is known now. */
    Proxying of(String beanName);

    /** The classes of the created beans with annotated methods, by bean name. */
    default Map<String, Class<?>> created() {
        return Map.of();
    }

    /**
     * Calls a listener with the name and the class of each protected bean that is created from now on.
     *
     * @param listener must not throw
     */
    default void onLateBean(BiConsumer<String, Class<?>> listener) {
        // Without a bean post-processor there are no late beans to report.
    }
}
