package io.netrun.resilience.spring.method;

import java.util.function.BiConsumer;

/** Knows of each bean whether its calls go through its protection. */
@FunctionalInterface
public interface BeanProxies {

    /** How a bean is called, as far as that is known now. */
    Proxying of(String beanName);

    /**
     * Calls a listener with the name and the class of each protected bean that is created from now on.
     *
     * @param listener must not throw
     */
    default void onLateBean(BiConsumer<String, Class<?>> listener) {
        // Where nothing watches beans, there is nobody to call.
    }
}
