package io.netrun.resilience.spring.method;

import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Reports for each bean whether its calls are protected. */
@FunctionalInterface
public interface BeanProxies {

    /** How the calls of a bean are intercepted, as far as this is known now. */
    Proxying of(String beanName);

    /** The class of the proxy around a bean; null if the bean has none, or if it is not known yet. */
    default @Nullable Class<?> proxyOf(String beanName) {
        return null;
    }

    /**
     * The class of a bean whose calls are intercepted at another object that hides it; null if its proxy knows the
     * class, and for a bean without a proxy.
     */
    default @Nullable Class<?> hiddenClassOf(String beanName) {
        return null;
    }

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
