package io.netrun.resilience.spring.method;

import java.lang.reflect.Method;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.Aware;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.util.ClassUtils;

/**
 * Finds the methods of a bean that its context calls on the object itself, bypassing every proxy: those of its life
 * cycle, and those that inject something.
 */
final class Callbacks {

    private static final Set<String> ANNOTATIONS = Set.of(
            "jakarta.annotation.PostConstruct",
            "jakarta.annotation.PreDestroy",
            "javax.annotation.PostConstruct",
            "javax.annotation.PreDestroy",
            "org.springframework.beans.factory.annotation.Autowired",
            "org.springframework.beans.factory.annotation.Value",
            "jakarta.inject.Inject",
            "javax.inject.Inject",
            "jakarta.annotation.Resource",
            "javax.annotation.Resource",
            "jakarta.persistence.PersistenceContext",
            "jakarta.persistence.PersistenceUnit");

    private static final Set<String> AT_END = Set.of("jakarta.annotation.PreDestroy", "javax.annotation.PreDestroy");

    /** What Spring infers destroy methods from. */
    private static final String CLOSE = "close";

    private static final String SHUTDOWN = "shutdown";

    private Callbacks() {}

    /** Why a call of the method would not be protected; null if it is not a callback. */
    static @Nullable Obstacle obstacle(Method method, AnnotatedBeans beans) {
        boolean callback = isAnnotated(method, ANNOTATIONS)
                || (method.getParameterCount() == 0
                        && (beans.initMethods().contains(method.getName())
                                || beans.destroyMethods().contains(method.getName())))
                || is(method, "afterPropertiesSet", InitializingBean.class, beans.type())
                || is(method, "destroy", DisposableBean.class, beans.type())
                || isOfAwareness(method, beans.type());
        return callback
                ? new Obstacle(
                        "is called by the application context on the object itself: no proxy can intercept it, and the"
                                + " method would run unprotected",
                        "Call an annotated method of another bean from it")
                : null;
    }

    /**
     * Why a call of a woven method would not be protected; null if it would: the context calls it when it closes, which
     * has ended all waits by then.
     */
    static @Nullable Obstacle ofEnd(Method method, AnnotatedBeans beans) {
        boolean atEnd = isAnnotated(method, AT_END)
                || (method.getParameterCount() == 0 && beans.destroyMethods().contains(method.getName()))
                || is(method, "destroy", DisposableBean.class, beans.type());
        return atEnd
                ? new Obstacle(
                        "is called when the application context closes, after retries and waits have ended, and would"
                                + " run unprotected",
                        "Remove the annotation, or make the call in the stop() of a SmartLifecycle bean")
                : null;
    }

    /**
     * The destroy method that Spring infers: the public {@code close()} or {@code shutdown()} of what a {@code @Bean}
     * method makes, and of every {@code AutoCloseable}. Empty if there is none, and for beans that Spring never
     * destroys.
     */
    static Optional<String> inferredDestroyMethod(AbstractBeanDefinition definition, Class<?> type) {
        String named = definition.getDestroyMethodName();
        boolean executor = ExecutorService.class.isAssignableFrom(type);
        boolean inferred = named == null
                ? executor || AutoCloseable.class.isAssignableFrom(type)
                : named.equals(AbstractBeanDefinition.INFER_METHOD);
        if (!inferred || definition.isPrototype() || DisposableBean.class.isAssignableFrom(type)) {
            return Optional.empty();
        }
        if (!executor && ClassUtils.hasMethod(type, CLOSE)) {
            return Optional.of(CLOSE);
        }
        return ClassUtils.hasMethod(type, SHUTDOWN) ? Optional.of(SHUTDOWN) : Optional.empty();
    }

    private static boolean isAnnotated(Method method, Set<String> names) {
        if (Candidates.areAllOurs(method.getDeclaredAnnotations())) {
            return false;
        }
        MergedAnnotations annotations = MergedAnnotations.from(method);
        return names.stream().anyMatch(annotations::isPresent);
    }

    /** Whether the method is one by which an object learns of its context, such as {@code setBeanFactory}. */
    private static boolean isOfAwareness(Method method, Class<?> type) {
        return Aware.class.isAssignableFrom(type)
                && ClassUtils.getAllInterfacesForClassAsSet(type).stream()
                        .filter(each -> Aware.class.isAssignableFrom(each) && each != Aware.class)
                        .anyMatch(each -> ClassUtils.hasMethod(each, method.getName(), method.getParameterTypes()));
    }

    private static boolean is(Method method, String name, Class<?> callback, Class<?> type) {
        return method.getParameterCount() == 0 && method.getName().equals(name) && callback.isAssignableFrom(type);
    }
}
