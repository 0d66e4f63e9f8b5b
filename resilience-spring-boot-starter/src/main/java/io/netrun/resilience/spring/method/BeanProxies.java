package io.netrun.resilience.spring.method;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Reports for each bean whether its calls are protected. Of a bean with more than one object, such as a prototype, the
 * latest counts. Thread-safe.
 */
@FunctionalInterface
public interface BeanProxies {

    /** How the calls of a bean are intercepted, as far as this is known now. */
    Proxying of(String beanName);

    /**
     * How the calls of a bean are intercepted now, if its latest object is of a class, and why those of former objects
     * of that class were not.
     *
     * @param beanName the name of the bean
     * @param type a class as the user wrote it
     */
    default Set<Proxying> everOf(String beanName, Class<?> type) {
        return Set.of(of(beanName));
    }

    /**
     * How the calls of a bean that has not been created will be intercepted, or why they will not be;
     * {@link Proxying#UNKNOWN} unless it is certain.
     *
     * @param beanName the name of the bean
     * @param type the class that its definition has
     */
    default Proxying expected(String beanName, Class<?> type) {
        return Proxying.UNKNOWN;
    }

    /**
     * The classes of the proxies that a call of a bean passes, outermost first; empty if the bean has none, or if they
     * are not known yet.
     */
    default List<Class<?>> proxiesOf(String beanName) {
        return List.of();
    }

    /** The class of a bean that has been created, without its proxies; null if it has not been. */
    default @Nullable Class<?> classOf(String beanName) {
        return null;
    }

    /**
     * The class of a bean whose calls are intercepted at another object that hides it; null if its proxy knows the
     * class, and for a bean without a proxy.
     */
    default @Nullable Class<?> hiddenClassOf(String beanName) {
        return null;
    }

    /**
     * The classes of the created beans with annotated methods, by bean name: those of the latest objects, and those of
     * former objects that are not protected.
     */
    default Map<String, Set<Class<?>>> created() {
        return Map.of();
    }

    /**
     * Calls a listener with the name and the class of each bean with annotated methods: of those that exist now, and
     * then of each that is created, unless its calls are intercepted as those of its former object.
     *
     * @param listener must not throw
     */
    default void onLateBean(BiConsumer<String, Class<?>> listener) {
        // Without a bean post-processor there are no late beans to report.
    }
}
