package io.netrun.resilience.spring.aop;

import io.netrun.resilience.spring.method.BeanProxies;
import io.netrun.resilience.spring.method.MethodPipelines;
import io.netrun.resilience.spring.method.Proxying;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.lang.ref.WeakReference;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.aop.SpringProxy;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.aop.framework.autoproxy.AutoProxyUtils;
import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.beans.factory.support.AbstractBeanFactory;
import org.springframework.beans.factory.support.MergedBeanDefinitionPostProcessor;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.core.Ordered;
import org.springframework.core.PriorityOrdered;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.util.ClassUtils;
import org.springframework.util.function.SingletonSupplier;

/**
 * Follows the beans of a context while they are created and proxied, and knows for each whether its calls are advised.
 * Of a bean that is created again, such as a prototype, the latest object counts. Thread-safe.
 */
public final class ProtectedBeans implements BeanFactoryPostProcessor, PriorityOrdered, BeanProxies {

    private static final Logger log = LoggerFactory.getLogger(ProtectedBeans.class);

    /** By name: proxies need no weaver, and an application may have excluded it. */
    private static final String ASPECT = "org.aspectj.lang.annotation.Aspect";

    /** The name of the bean of a web application's servlet context. */
    private static final String SERVLETS = "servletContext";

    /** How many inner beans have a state of their own. */
    private static final int MAX_UNNAMED = 1000;

    /** Of how many classes of one bean it is kept why they are not protected. */
    private static final int MAX_CLASSES = 100;

    /** The name that Spring gives to the object of an inner bean whose outer bean is created more than once. */
    private static final Pattern INNER = Pattern.compile("(.+#[0-9a-f]+)#[0-9]+");

    private final BooleanSupplier strict;
    private final ConcurrentMap<String, Seen> seen = new ConcurrentHashMap<>();
    private final BeanCreations creations = new BeanCreations();

    /** The proxies of beans in a circle of references, which have them before they are initialized. */
    private final ConcurrentMap<String, Seen> early = new ConcurrentHashMap<>();

    /** The beans that were created from a synthetic definition. */
    private final Set<String> synthetic = ConcurrentHashMap.newKeySet();

    /** The classes of the first objects that were not proxied, if Spring proxies no later ones then. */
    private final ConcurrentMap<String, Class<?>> leftOut = new ConcurrentHashMap<>();

    /** The beans whose fields and methods have been checked, for each of their classes. */
    private final Set<Members> members = ConcurrentHashMap.newKeySet();

    private final boolean leftOutByName = ProxyClasses.areLeftOutByName();
    private final Set<String> unnamed = ConcurrentHashMap.newKeySet();
    private final LastLook lastLook = new LastLook();
    private volatile @Nullable ConfigurableListableBeanFactory beans;
    private final SingletonSupplier<Boolean> foreign =
            SingletonSupplier.of(() -> MethodPipelines.readsForeignAnnotations(beans));
    private volatile boolean recording;
    private volatile @Nullable BiConsumer<String, Class<?>> listener;

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
        factory.addBeanPostProcessor(new FirstLook());
        factory.addBeanPostProcessor(lastLook);
    }

    @Override
    public void onLateBean(BiConsumer<String, Class<?>> newListener) {
        listener = newListener;
        created().forEach((name, types) -> types.forEach(type -> newListener.accept(name, type)));
    }

    @Override
    public Map<String, Set<Class<?>>> created() {
        ConfigurableListableBeanFactory factory = beans;
        Map<String, Set<Class<?>>> types = new TreeMap<>();
        seen.forEach((name, bean) -> {
            Set<Class<?>> all = new LinkedHashSet<>();
            if (!bean.ever.isEmpty() && factory != null && singleton(name, factory) == null) {
                all.addAll(bean.ever.keySet());
                all.remove(ClassUtils.getUserClass(bean.type));
            }
            all.add(bean.type);
            types.put(name, all);
        });
        return types;
    }

    @Override
    public Proxying of(String beanName) {
        ConfigurableListableBeanFactory factory = beans;
        if (factory == null) {
            return Proxying.UNKNOWN;
        }
        String name = targetOf(beanName, factory);
        return of(name, singleton(name, factory), seen.get(name), factory);
    }

    private Proxying of(
            String name, @Nullable Object present, @Nullable Seen known, ConfigurableListableBeanFactory factory) {
        if (present == null) {
            return known == null ? uncreated(name, factory) : known.proxying;
        }
        if (AdvisedProxies.isProtected(present)) {
            return kindOf(present);
        }
        if (known != null && known.early) {
            Seen decided = wrapped(present, known.object.get(), known);
            seen.replace(name, known, decided);
            return decided.proxying;
        }
        if (known != null) {
            return known.isOf(present) ? known.proxying : replacing(known);
        }
        if (AopUtils.isAopProxy(present)) {
            return Proxying.UNKNOWN; // an opaque proxy
        }
        return synthetic.contains(name) ? Proxying.SYNTHETIC : Proxying.HANDED_OVER;
    }

    /** No post-processor will see a bean with a synthetic definition. */
    private static Proxying uncreated(String name, ConfigurableListableBeanFactory factory) {
        String defined = BeanFactoryUtils.transformedBeanName(name);
        return factory.containsBeanDefinition(defined)
                        && factory.getMergedBeanDefinition(defined) instanceof AbstractBeanDefinition definition
                        && definition.isSynthetic()
                ? Proxying.SYNTHETIC
                : Proxying.UNKNOWN;
    }

    /** Another object has been registered under the name meanwhile. */
    private static Proxying replacing(Seen former) {
        return former.proxying.isProtected() ? Proxying.REPLACED : Proxying.HANDED_OVER;
    }

    @Override
    public Set<Proxying> everOf(String beanName, Class<?> type) {
        ConfigurableListableBeanFactory factory = beans;
        Set<Proxying> all = EnumSet.noneOf(Proxying.class);
        if (factory == null) {
            return all;
        }
        String name = targetOf(beanName, factory);
        Object present = singleton(name, factory);
        Seen known = seen.get(name);
        if (known == null || isShownAs(type, known.type)) {
            all.add(of(name, present, known, factory));
        }
        if (known != null && present == null) {
            known.ever.forEach((each, reasons) -> {
                if (isShownAs(type, each)) {
                    all.addAll(reasons);
                }
            });
        }
        return all;
    }

    /** Whether a class is that of an object, or the interface that stands for a generated class without a name. */
    private static boolean isShownAs(Class<?> type, Class<?> ofObject) {
        boolean isGenerated = Proxy.isProxyClass(ofObject) || ofObject.isHidden();
        return ClassUtils.getUserClass(ofObject) == type
                || (isGenerated && type.isInterface() && type.isAssignableFrom(ofObject));
    }

    /**
     * The singleton of a name if it exists; null for those of which there is more than one, and for the products of a
     * factory.
     */
    private static @Nullable Object singleton(String name, ConfigurableListableBeanFactory factory) {
        boolean isFactory = BeanFactoryUtils.isFactoryDereference(name);
        String registered = isFactory ? BeanFactoryUtils.transformedBeanName(name) : name;
        Object present = factory.containsSingleton(registered) ? factory.getSingleton(registered) : null;
        return present instanceof FactoryBean<?> == isFactory ? present : null;
    }

    private static String targetOf(String beanName, ConfigurableListableBeanFactory factory) {
        String scoped = ScopedProxyUtils.getTargetBeanName(beanName);
        return factory.containsBeanDefinition(scoped) ? scoped : beanName;
    }

    @Override
    public List<Class<?>> proxiesOf(String beanName) {
        ConfigurableListableBeanFactory factory = beans;
        if (factory == null) {
            return List.of();
        }
        String name = targetOf(beanName, factory);
        List<Class<?>> proxies = new ArrayList<>();
        if (!name.equals(beanName)) {
            Class<?> scoped = factory.getType(beanName, false);
            if (scoped != null && SpringProxy.class.isAssignableFrom(scoped)) {
                proxies.add(scoped);
            }
        }
        Object present = singleton(name, factory);
        Seen known = seen.get(name);
        if (present != null && AdvisedProxies.isProtected(present)) {
            proxies.addAll(AdvisedProxies.classesAround(present));
        } else if (known != null && known.proxying.isProtected()) {
            proxies.addAll(known.proxies);
        }
        return proxies;
    }

    @Override
    public @Nullable Class<?> classOf(String beanName) {
        ConfigurableListableBeanFactory factory = beans;
        Seen known = factory == null ? null : seen.get(targetOf(beanName, factory));
        return known == null ? null : known.type;
    }

    @Override
    public Proxying expected(String beanName, Class<?> type) {
        ConfigurableListableBeanFactory factory = beans;
        if (factory == null || type.isInterface() || Proxy.isProxyClass(type) || type.isHidden()) {
            return Proxying.UNKNOWN;
        }
        String name = targetOf(beanName, factory);
        boolean exact = Modifier.isFinal(type.getModifiers()) || isExact(name, factory);
        boolean subclasses =
                ProxyClasses.areSubclasses(factory) || AutoProxyUtils.shouldProxyTargetClass(factory, name);
        if (ProxyClasses.obstacle(type, subclasses) == Proxying.FINAL) {
            return Proxying.FINAL;
        }
        if (subclasses) {
            return Proxying.BY_CLASS;
        }
        return exact ? ProxyClasses.kind(type) : Proxying.UNKNOWN;
    }

    /** Whether a bean is certainly of the class that its definition has, and of no subclass. */
    private static boolean isExact(String name, ConfigurableListableBeanFactory factory) {
        return factory.containsBeanDefinition(name)
                && factory.getMergedBeanDefinition(name) instanceof AbstractBeanDefinition definition
                && definition.getFactoryMethodName() == null
                && definition.getInstanceSupplier() == null;
    }

    @Override
    public @Nullable Class<?> hiddenClassOf(String beanName) {
        ConfigurableListableBeanFactory factory = beans;
        Seen known = factory == null ? null : seen.get(targetOf(beanName, factory));
        return known == null ? null : known.hidden;
    }

    private static Proxying kindOf(Object proxy) {
        return AdvisedProxies.classesAround(proxy).stream().anyMatch(Proxy::isProxyClass)
                ? Proxying.BY_INTERFACES
                : Proxying.BY_CLASS;
    }

    /** Called when a bean has its proxy, if it gets one. Later wrappers of that proxy do not matter. */
    void proxied(Object bean, String name) {
        if (AdvisedProxies.isProtected(bean)) {
            AdvisedProxies.remember(bean.getClass());
            if (creations.proxied(name, bean)) {
                checkMembers(bean, name);
            }
        }
    }

    /** Called when a bean has its proxy before it is initialized, since another one of a circle needs it. */
    void proxiedEarly(Object bean, String name) {
        if (AdvisedProxies.isProtected(bean)) {
            AdvisedProxies.remember(bean.getClass());
            early.put(name, Seen.ofProxy(bean, null).whileEarly());
            checkMembers(bean, name);
        }
    }

    private void checkMembers(Object bean, String name) {
        if (Proxy.isProxyClass(bean.getClass())) {
            return;
        }
        String state = stateName(name, bean);
        Seen former = seen.get(state);
        Class<?> type = AopUtils.getTargetClass(bean);
        boolean isOther = members.add(new Members(state, ClassUtils.getUserClass(type)));
        if (isOther || former == null || former.proxies.isEmpty()) {
            UnproxiedMembers.warnOf(type, bean.getClass());
            requireUsable(type, bean.getClass());
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

    private void completed(Object bean, String name) {
        Seen now = seenNow(bean, name);
        if (now == null) {
            return;
        }
        String state = stateName(name, bean);
        Seen former = seen.get(state);
        seen.merge(state, now, Seen::after);
        BiConsumer<String, Class<?>> informed = listener;
        if (informed != null && now.proxying != Proxying.UNKNOWN && !now.isLike(former)) {
            informed.accept(state, now.type);
        }
    }

    /** What the final form of a bean shows; null if it needs no protection. */
    private @Nullable Seen seenNow(Object bean, String name) {
        BeanCreations.Creation creation = creations.end(name);
        if (creation == null || creation.proxy() == null) {
            keepIfLeftOut(bean, name);
        }
        Class<?> original = creation == null ? null : creation.original();
        Seen before = early.isEmpty() ? null : early.remove(name);
        if (AdvisedProxies.isProtected(bean)) {
            return Seen.ofProxy(bean, original);
        }
        if (creation != null && creation.proxy() != null) {
            return wrapped(bean, creation);
        }
        if (before != null) {
            return before;
        }
        if (original != null && !MethodPipelines.isCandidate(bean.getClass())) {
            return isToBeProtected(original) ? Seen.unprotected(Proxying.HIDDEN, original, bean) : null;
        }
        if (!MethodPipelines.isCandidate(bean.getClass())) {
            return null;
        }
        Class<?> type = AopUtils.getTargetClass(bean);
        return Seen.unprotected(isRecording() ? proxyingOf(bean, type, name) : Proxying.EARLY, type, bean);
    }

    private static Seen wrapped(Object bean, BeanCreations.Creation creation) {
        Object proxy = creation.protecting();
        Class<?> original = creation.original();
        if (proxy == null) {
            Class<?> type = original == null ? AopUtils.getTargetClass(bean) : original;
            return Seen.unprotected(Proxying.REPLACED, type, bean); // nobody has it any more
        }
        return wrapped(bean, proxy, Seen.ofProxy(proxy, original));
    }

    /** A wrapper delegates to the proxy. What does not is another object. */
    private static Seen wrapped(Object bean, @Nullable Object proxy, Seen inner) {
        HeldObjects.Answer holds = proxy == null ? HeldObjects.Answer.NO : HeldObjects.search(bean, proxy);
        boolean replaced = holds == HeldObjects.Answer.NO
                || (holds == HeldObjects.Answer.UNKNOWN
                        && ClassUtils.getUserClass(bean) == ClassUtils.getUserClass(inner.type));
        return replaced ? Seen.unprotected(Proxying.REPLACED, inner.type, bean) : inner.with(bean);
    }

    /** Whether beans that are created now can be proxied: those that post-processors need are created before. */
    private boolean isRecording() {
        if (!recording) {
            recording = beans instanceof AbstractBeanFactory factory
                    && factory.getBeanPostProcessors().stream().anyMatch(ProxyRecorder.class::isInstance);
        }
        return recording;
    }

    /**
     * The name under which the state of a bean is kept. That of a factory is not that of its product. Objects without a
     * definition of their own can have any number of names: inner beans keep theirs up to a limit, and the others of a
     * class have one state together.
     */
    private String stateName(String name, Object bean) {
        ConfigurableListableBeanFactory factory = beans;
        if (factory == null || factory.containsBeanDefinition(name) || factory.containsSingleton(name)) {
            return bean instanceof FactoryBean<?> ? BeanFactory.FACTORY_BEAN_PREFIX + name : name;
        }
        Matcher ofInner = INNER.matcher(name);
        String inner = ofInner.matches() ? ofInner.group(1) : name;
        if (inner.contains("#") && (unnamed.contains(inner) || unnamed.size() < MAX_UNNAMED)) {
            unnamed.add(inner);
            return inner;
        }
        return ClassUtils.getUserClass(AopUtils.getTargetClass(bean)).getName();
    }

    /** Whether a bean has annotated methods, and may be proxied. */
    boolean isToBeProtected(@Nullable Object bean) {
        return bean != null && !(bean instanceof AopInfrastructureBean) && isToBeProtected(bean.getClass());
    }

    private boolean isToBeProtected(Class<?> type) {
        return MethodPipelines.isCandidate(type)
                && !isAspect(type)
                && MethodPipelines.hasProtectedMethods(type, foreign.obtain());
    }

    private static boolean isAspect(Class<?> type) {
        return MergedAnnotations.from(type, SearchStrategy.TYPE_HIERARCHY).isPresent(ASPECT);
    }

    /** Keeps the class of the first object of a name that is not proxied, if Spring proxies no later ones then. */
    private void keepIfLeftOut(Object bean, String name) {
        ConfigurableListableBeanFactory factory = beans;
        if (leftOutByName
                && factory != null
                && factory.containsBeanDefinition(name)
                && isRecording()
                && !AopUtils.isAopProxy(bean)) {
            leftOut.putIfAbsent(stateName(name, bean), ClassUtils.getUserClass(bean));
        }
    }

    private Proxying leftOut(Object bean, Class<?> type, String name) {
        Class<?> first = leftOut.get(stateName(name, bean));
        return first == null || first == ClassUtils.getUserClass(type) || bean instanceof AopInfrastructureBean
                ? Proxying.LEFT_OUT
                : Proxying.LEFT_OUT_BY_NAME;
    }

    private Proxying proxyingOf(Object bean, Class<?> type, String name) {
        boolean closed =
                AopUtils.isAopProxy(bean) && (!(bean instanceof Advised) || bean instanceof AopInfrastructureBean);
        if (closed || !MethodPipelines.hasProtectedMethods(type, foreign.obtain())) {
            return Proxying.UNKNOWN;
        }
        if (isAspect(type)) {
            return Proxying.ASPECT;
        }
        Proxying obstacle = ProxyClasses.obstacle(type, ProxyClasses.areSubclasses(beans));
        return obstacle == Proxying.UNKNOWN ? leftOut(bean, type, name) : obstacle;
    }

    /** Sees each bean before all other post-processors. */
    private final class FirstLook implements MergedBeanDefinitionPostProcessor {

        /** Is called for beans with a synthetic definition, too, as opposed to the other methods. */
        @Override
        public void postProcessMergedBeanDefinition(RootBeanDefinition definition, Class<?> type, String name) {
            if (definition.isSynthetic()) {
                synthetic.add(name);
            }
        }

        @Override
        public Object postProcessBeforeInitialization(Object bean, String name) {
            keepLast();
            creations.begin(name, original(bean));
            return bean;
        }

        /** The product of a factory is not initialized as a bean. */
        @Override
        public Object postProcessAfterInitialization(Object bean, String name) {
            Class<?> original = original(bean);
            if (original != null) {
                creations.beginIfAbsent(name, original);
            }
            return bean;
        }

        private static @Nullable Class<?> original(Object bean) {
            return MethodPipelines.isCandidate(bean.getClass()) && !(bean instanceof FactoryBean<?>)
                    ? bean.getClass()
                    : null;
        }

        /** Post-processors can be added at any time. */
        private void keepLast() {
            if (beans instanceof AbstractBeanFactory factory) {
                Object[] all = factory.getBeanPostProcessors().toArray(); // a snapshot, since others may move theirs
                if (all.length == 0 || all[all.length - 1] != lastLook) {
                    factory.addBeanPostProcessor(lastLook); // moves it
                }
            }
        }
    }

    /** Sees each bean after all other post-processors. */
    private final class LastLook implements BeanPostProcessor {

        @Override
        public Object postProcessAfterInitialization(Object bean, String name) {
            completed(bean, name);
            return bean;
        }
    }

    private record Members(String state, Class<?> type) {}

    /**
     * The latest object of a bean.
     *
     * @param proxies the classes of the proxies around it, outermost first; if it has none, those of the former object
     * @param hidden its class, if its calls are intercepted at another object that hides it
     * @param ever why this and former objects are not protected, by their classes as the user wrote them
     * @param object the final form of the bean
     * @param early whether that is not known yet, and the object is the proxy that others of a circle were given
     */
    private record Seen(
            Proxying proxying,
            Class<?> type,
            List<Class<?>> proxies,
            @Nullable Class<?> hidden,
            Map<Class<?>, Set<Proxying>> ever,
            WeakReference<Object> object,
            boolean early) {

        static Seen ofProxy(Object bean, @Nullable Class<?> original) {
            Advised protecting = AdvisedProxies.protecting(bean);
            return new Seen(
                    kindOf(bean),
                    AopUtils.getTargetClass(protecting == null ? bean : protecting),
                    AdvisedProxies.classesAround(bean),
                    original != null && AdvisedProxies.hides(bean, original) ? original : null,
                    Map.of(),
                    new WeakReference<>(bean),
                    false);
        }

        static Seen unprotected(Proxying proxying, Class<?> type, Object bean) {
            return new Seen(
                    proxying,
                    type,
                    List.of(),
                    null,
                    proxying.reason().isEmpty() ? Map.of() : Map.of(ClassUtils.getUserClass(type), Set.of(proxying)),
                    new WeakReference<>(bean),
                    false);
        }

        Seen with(Object bean) {
            return new Seen(proxying, type, proxies, hidden, ever, new WeakReference<>(bean), false);
        }

        Seen whileEarly() {
            return new Seen(proxying, type, proxies, hidden, ever, object, true);
        }

        /** The state of a bean of which this is the former object. */
        Seen after(Seen latest) {
            Map<Class<?>, Set<Proxying>> all = new LinkedHashMap<>(ever);
            latest.ever.forEach((each, reasons) -> {
                Set<Proxying> both = EnumSet.copyOf(reasons);
                both.addAll(all.getOrDefault(each, Set.of()));
                all.put(each, both);
            });
            if (all.size() > MAX_CLASSES) {
                all.remove(all.keySet().iterator().next());
            }
            return new Seen(
                    latest.proxying,
                    latest.type,
                    latest.proxies.isEmpty() ? proxies : latest.proxies,
                    latest.hidden,
                    all,
                    latest.object,
                    latest.early);
        }

        /** Whether nothing needs to be checked that was not for a former object. */
        boolean isLike(@Nullable Seen former) {
            return former != null
                    && former.proxying == proxying
                    && former.type == type
                    && former.hidden == hidden
                    && former.proxies.equals(proxies);
        }

        boolean isOf(Object present) {
            return object.refersTo(present);
        }
    }
}
