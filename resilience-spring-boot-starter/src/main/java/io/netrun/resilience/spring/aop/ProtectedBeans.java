package io.netrun.resilience.spring.aop;

import io.netrun.resilience.spring.method.BeanProxies;
import io.netrun.resilience.spring.method.MethodPipelines;
import io.netrun.resilience.spring.method.Proxying;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import org.aspectj.lang.annotation.Aspect;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.Ordered;
import org.springframework.core.PriorityOrdered;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.util.function.SingletonSupplier;

/**
 * Follows the beans of a context while they are created and proxied, and knows for each whether its calls are advised.
 * Thread-safe.
 */
public final class ProtectedBeans
        implements BeanFactoryPostProcessor, PriorityOrdered, SmartInitializingSingleton, BeanProxies {

    private static final Logger log = LoggerFactory.getLogger(ProtectedBeans.class);

    /** The name of the bean of a web application's servlet context. */
    private static final String SERVLETS = "servletContext";

    private final BooleanSupplier strict;
    private final ConcurrentMap<String, Seen> seen = new ConcurrentHashMap<>();
    /** The classes of beans before any post-processor has wrapped them; of those alone that may need protection. */
    private final ConcurrentMap<String, Class<?>> classes = new ConcurrentHashMap<>();

    /** The classes of beans that are protected at an object around them. */
    private final ConcurrentMap<String, Class<?>> hidden = new ConcurrentHashMap<>();

    private final Set<String> created = ConcurrentHashMap.newKeySet();
    private volatile @Nullable ConfigurableListableBeanFactory beans;
    private final SingletonSupplier<Boolean> foreign =
            SingletonSupplier.of(() -> MethodPipelines.readsForeignAnnotations(beans));
    private volatile boolean started;
    private volatile @Nullable BiConsumer<String, Class<?>> lateBeans;

    /**
     * Creates it with nothing seen.
     *
     * @param strict whether a problem that the start-up check could tolerate ends the start
     */
    public ProtectedBeans(BooleanSupplier strict) {
        this.strict = strict;
    }

    /** Runs first, since the dependencies of other post-processors are created before these. */
    @Override
    public int getOrder() {
        return Ordered.HIGHEST_PRECEDENCE;
    }

    @Override
    public void postProcessBeanFactory(ConfigurableListableBeanFactory factory) {
        beans = factory;
        factory.addBeanPostProcessor(new BeanPostProcessor() {
            @Override
            public Object postProcessBeforeInitialization(Object bean, String name) {
                if (!started) {
                    created.add(name);
                }
                if (MethodPipelines.isCandidate(bean.getClass()) && !(bean instanceof FactoryBean<?>)) {
                    classes.put(name, bean.getClass());
                }
                return bean;
            }
        });
    }

    @Override
    public void afterSingletonsInstantiated() {
        started = true;
    }

    @Override
    public void onLateBean(BiConsumer<String, Class<?>> listener) {
        lateBeans = listener;
    }

    @Override
    public Map<String, Class<?>> created() {
        Map<String, Class<?>> types = new TreeMap<>();
        seen.forEach((name, bean) -> types.put(name, bean.type));
        return types;
    }

    @Override
    public Proxying of(String beanName) {
        ConfigurableListableBeanFactory factory = beans;
        if (factory == null) {
            return Proxying.UNKNOWN;
        }
        String scoped = ScopedProxyUtils.getTargetBeanName(beanName);
        String name = factory.containsBeanDefinition(scoped) ? scoped : beanName;
        Object present = factory.containsSingleton(name) ? factory.getSingleton(name) : null;
        Seen known = seen.get(name);
        if (present == null || present instanceof FactoryBean<?>) {
            return known == null ? Proxying.UNKNOWN : known.proxying;
        }
        if (AdvisedProxies.isProtected(present)) {
            return kindOf(present);
        }
        if (known != null) {
            return known.isReplacedBy(present) ? Proxying.REPLACED : known.proxying;
        }
        if (AopUtils.isAopProxy(present)) {
            return Proxying.UNKNOWN; // an opaque proxy
        }
        return created.contains(name) ? Proxying.EARLY : Proxying.HANDED_OVER;
    }

    @Override
    public @Nullable Class<?> proxyOf(String beanName) {
        String scoped = ScopedProxyUtils.getTargetBeanName(beanName);
        Seen known = seen.containsKey(scoped) ? seen.get(scoped) : seen.get(beanName);
        return known == null ? null : known.proxy;
    }

    @Override
    public @Nullable Class<?> hiddenClassOf(String beanName) {
        String scoped = ScopedProxyUtils.getTargetBeanName(beanName);
        return hidden.containsKey(scoped) ? hidden.get(scoped) : hidden.get(beanName);
    }

    private static Proxying kindOf(Object proxy) {
        return Proxy.isProxyClass(proxy.getClass()) ? Proxying.BY_INTERFACES : Proxying.BY_CLASS;
    }

    /** Called when a bean has its proxy, if it gets one. Later wrappers of that proxy do not matter. */
    void proxied(Object bean, String name) {
        if (AdvisedProxies.isProtected(bean)) {
            AdvisedProxies.remember(bean.getClass());
            Class<?> type = AopUtils.getTargetClass(bean);
            Seen former = seen.put(name, new Seen(kindOf(bean), type, bean.getClass()));
            Class<?> original = classes.get(name);
            if (original != null && AdvisedProxies.hides(bean, original)) {
                hidden.put(name, original);
            }
            if (former == null && !Proxy.isProxyClass(bean.getClass())) {
                UnproxiedMembers.warnOf(type, bean.getClass());
                requireUsable(type, bean.getClass());
            }
        }
    }

    /** A web server starts its filters before the start-up check. */
    private void requireUsable(Class<?> type, Class<?> proxy) {
        ConfigurableListableBeanFactory factory = beans;
        Problem problem = UnproxiedMembers.ofFilter(type, proxy);
        if (problem == null || factory == null || !factory.containsSingleton(SERVLETS)) {
            return;
        }
        if (strict.getAsBoolean()) {
            throw new ResilienceConfigurationException(List.of(problem));
        }
        log.warn("{}. {}.", problem.description(), problem.remedy());
    }

    /** Called when the bean has its final form. */
    void completed(Object bean, String name) {
        record(bean, name);
        BiConsumer<String, Class<?>> listener = lateBeans;
        Seen known = seen.get(name);
        if (listener != null && known != null && known.proxying.isProtected()) {
            listener.accept(name, known.type);
        }
    }

    private void record(Object bean, String name) {
        Seen known = seen.get(name);
        Class<?> original = classes.remove(name);
        if (known != null && known.proxying.isProtected()) {
            return;
        }
        if (!MethodPipelines.isCandidate(bean.getClass())
                && !AdvisedProxies.isProtected(bean)
                && original != null
                && isToBeProtected(original)) {
            unprotected(name, original, Proxying.HIDDEN);
            return;
        }
        if (!MethodPipelines.isCandidate(bean.getClass())) {
            return;
        }
        if (AdvisedProxies.isProtected(bean)) {
            proxied(bean, name);
            return;
        }
        Class<?> type = AopUtils.getTargetClass(bean);
        unprotected(name, type, proxyingOf(bean, type));
    }

    /** Whether a bean has annotated methods, and may be proxied. */
    boolean isToBeProtected(@Nullable Object bean) {
        return bean != null && !(bean instanceof AopInfrastructureBean) && isToBeProtected(bean.getClass());
    }

    private boolean isToBeProtected(Class<?> type) {
        return MethodPipelines.isCandidate(type)
                && AnnotationUtils.findAnnotation(type, Aspect.class) == null
                && MethodPipelines.hasProtectedMethods(type, foreign.obtain());
    }

    private void unprotected(String name, Class<?> type, Proxying proxying) {
        Seen former = seen.put(name, new Seen(proxying, type, null));
        if (started && former == null && !proxying.reason().isEmpty()) {
            log.warn(
                    "{}: annotated methods run unprotected, because bean '{}' {}.",
                    type.getName(),
                    name,
                    proxying.reason());
        }
    }

    private Proxying proxyingOf(Object bean, Class<?> type) {
        boolean closed = AopUtils.isAopProxy(bean) && !(bean instanceof Advised);
        if (closed
                || bean instanceof AopInfrastructureBean
                || !MethodPipelines.hasProtectedMethods(type, foreign.obtain())) {
            return Proxying.UNKNOWN;
        }
        if (AnnotationUtils.findAnnotation(type, Aspect.class) != null) {
            return Proxying.ASPECT;
        }
        Proxying obstacle = ProxyClasses.obstacle(type, ProxyClasses.areSubclasses(beans));
        return obstacle == Proxying.UNKNOWN ? Proxying.LEFT_OUT : obstacle;
    }

    private record Seen(
            Proxying proxying, Class<?> type, @Nullable Class<?> proxy) {

        /** A wrapper may delegate to the proxy; another object of the bean's own class does not. */
        boolean isReplacedBy(Object present) {
            return proxying.isProtected() && present.getClass() == type;
        }
    }
}
