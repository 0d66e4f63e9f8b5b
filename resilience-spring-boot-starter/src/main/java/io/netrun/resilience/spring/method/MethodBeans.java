package io.netrun.resilience.spring.method;

import java.lang.reflect.Method;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/** The beans that have each annotated method. Thread-safe. */
final class MethodBeans {

    private final ConcurrentMap<Class<?>, ConcurrentMap<Method, ConcurrentMap<String, Class<?>>>> classes =
            new ConcurrentHashMap<>();

    private volatile @Nullable Reach reach;

    /** Sets what decides whether calls are protected; until then, all are taken to be. */
    void decidedBy(Reach decision) {
        reach = decision;
    }

    /**
     * Records that a bean has a method.
     *
     * @param type the class of the bean, which may be generated
     */
    void add(String bean, Method method, Class<?> type) {
        Class<?> userClass = UserClasses.of(method, type);
        classes.computeIfAbsent(userClass, first -> new ConcurrentHashMap<>())
                .computeIfAbsent(UserClasses.method(method, userClass), first -> new ConcurrentHashMap<>())
                .put(bean, type);
    }

    /**
     * Whether calls of a method are protected at any bean. Also if no bean is known to have it: it is known because it
     * was called, through the advice.
     */
    boolean isProtected(Class<?> userClass, Method method) {
        Reach decision = reach;
        Map<String, Class<?>> beans = of(userClass, method);
        return decision == null
                || beans.isEmpty()
                || beans.entrySet().stream()
                        .anyMatch(bean -> decision.isProtected(bean.getKey(), method, bean.getValue()));
    }

    /** The created beans with a method that is protected. */
    Set<String> createdWith(Class<?> userClass, Method method) {
        Reach decision = reach;
        Set<String> names = new TreeSet<>();
        if (decision != null) {
            of(userClass, method).forEach((bean, type) -> {
                if (decision.proxies().of(bean).isProtected() && decision.isProtected(bean, method, type)) {
                    names.add(bean);
                }
            });
        }
        return names;
    }

    private Map<String, Class<?>> of(Class<?> userClass, Method method) {
        Map<Method, ConcurrentMap<String, Class<?>>> methods = classes.get(userClass);
        Map<String, Class<?>> beans = methods == null ? null : methods.get(method);
        return beans == null ? Map.of() : beans;
    }
}
