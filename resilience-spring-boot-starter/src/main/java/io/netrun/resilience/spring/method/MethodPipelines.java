package io.netrun.resilience.spring.method;

import io.netrun.resilience.Pipeline;
import io.netrun.resilience.Policy;
import io.netrun.resilience.annotation.Fallback;
import io.netrun.resilience.annotation.Hedge;
import io.netrun.resilience.annotation.PatternOrder;
import io.netrun.resilience.annotation.RateLimiter;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import io.netrun.resilience.spring.pattern.PipelineSlot;
import io.netrun.resilience.spring.pattern.RecoverableCall;
import io.netrun.resilience.spring.pattern.Recovery;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import io.netrun.resilience.spring.settings.Compatibility;
import io.netrun.resilience.spring.settings.GlobalSettings;
import io.netrun.resilience.spring.settings.InstanceFactory;
import io.netrun.resilience.spring.settings.PipelineOrder;
import io.netrun.resilience.spring.settings.PolicyFamily;
import io.netrun.resilience.spring.settings.RebuiltOnChange;
import io.netrun.resilience.spring.settings.SettingsResolver;
import io.netrun.resilience.spring.settings.TranslatedSettings;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.MethodIntrospector.MetadataLookup;
import org.springframework.core.ReactiveAdapter;
import org.springframework.core.annotation.AnnotationAttributes;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * The pipelines of all protected methods: each is built at start-up or before the method's first call, and again after
 * an instance in use has left the registry.
 */
public final class MethodPipelines {

    private static final Logger log = LoggerFactory.getLogger(MethodPipelines.class);

    private final Supplier<InstanceFactory> instances;
    private final List<PipelineSlot> order;
    private final InstanceNames names;
    private final Environment environment;
    private final BeanFactory beans;
    private final Compatibility compatibility;
    private final boolean mdcCarried;
    private final @Nullable ClassLoader classLoader;
    private final ConcurrentMap<Class<?>, ConcurrentMap<Method, RebuiltOnChange<MethodPipeline>>> pipelines =
            new ConcurrentHashMap<>();

    private final MethodBeans methodBeans = new MethodBeans();

    /** Pipelines first built for calls without their invalid parts, which a later check must still report. */
    private final Set<RebuiltOnChange<MethodPipeline>> makeshift = ConcurrentHashMap.newKeySet();

    /** The problems of beans that were created after start-up, each to be logged once. */
    private final Set<String> logged = ConcurrentHashMap.newKeySet();

    /**
     * Creates the container; pipelines are built later.
     *
     * @param instances called when the first pipeline is built
     * @param order the slots around a method, outermost first
     * @param beans provides the beans with fallback methods, and the class loader of the application's libraries
     */
    public MethodPipelines(
            Supplier<InstanceFactory> instances, List<PipelineSlot> order, Environment environment, BeanFactory beans) {
        this(
                instances,
                order,
                new InstanceNames(environment),
                environment,
                beans,
                Compatibility.SETTING.in(environment));
    }

    private MethodPipelines(
            Supplier<InstanceFactory> instances,
            List<PipelineSlot> order,
            InstanceNames names,
            Environment environment,
            BeanFactory beans,
            Compatibility compatibility) {
        this.environment = environment;
        this.instances = instances;
        this.order = List.copyOf(order);
        this.names = names;
        this.beans = beans;
        this.compatibility = compatibility;
        this.mdcCarried = GlobalSettings.orElse(environment, "propagate-mdc", Boolean.class, true);
        this.classLoader = beans instanceof ConfigurableBeanFactory configurable
                ? configurable.getBeanClassLoader()
                : MethodPipelines.class.getClassLoader();
    }

    /** The pipelines for the beans of a child context. They share the default names with these. */
    public MethodPipelines child(
            Supplier<InstanceFactory> ofChild,
            List<PipelineSlot> orderInChild,
            Environment environment,
            BeanFactory childBeans) {
        return new MethodPipelines(
                ofChild,
                orderInChild,
                names.child(environment),
                environment,
                childBeans,
                Compatibility.SETTING.in(environment));
    }

    /** Whether a class may have protected methods. A cheap test for every bean of an application. */
    public static boolean isCandidate(Class<?> type) {
        return Candidates.has(type);
    }

    /** Whether the annotations of resilience4j count in the application that beans belong to. */
    public static boolean readsForeignAnnotations(@Nullable BeanFactory beans) {
        return Compatibility.of(beans) == Compatibility.RESILIENCE4J;
    }

    private static Compatibility of(boolean foreign) {
        return foreign ? Compatibility.RESILIENCE4J : Compatibility.NONE;
    }

    /**
     * Whether a class has protected methods.
     *
     * @param foreign whether the annotations of resilience4j count
     */
    public static boolean hasProtectedMethods(Class<?> type, boolean foreign) {
        return !annotatedMethods(ClassUtils.getUserClass(type), of(foreign)).isEmpty();
    }

    /**
     * Whether a method, called on a bean of a class, is protected. Reads annotations only, since it is called while the
     * beans that know more are being created.
     *
     * @param foreign whether the annotations of resilience4j count
     */
    public static boolean isProtected(Method method, Class<?> targetClass, boolean foreign) {
        return !declarations(method, targetClass, of(foreign)).isEmpty();
    }

    /** Whether a method, called on a bean of a class, is protected by the annotations that count here. */
    public boolean protects(Method method, Class<?> targetClass) {
        return !declarations(method, targetClass, compatibility).isEmpty();
    }

    /**
     * The pipeline of a method, for a call. If the annotations are wrong and the start-up check could not see them,
     * because the bean's class was unknown then, the problem is logged once and the call is made without the invalid
     * parts.
     *
     * @param called the method as seen by the proxy
     * @param targetClass the class of the bean behind the proxy
     */
    public MethodPipeline of(Method called, Class<?> targetClass) {
        ConcurrentMap<Method, RebuiltOnChange<MethodPipeline>> ofClass = pipelines.get(targetClass);
        RebuiltOnChange<MethodPipeline> pipeline = ofClass == null ? null : ofClass.get(called);
        return pipeline != null ? pipeline.get() : build(called, targetClass, true);
    }

    /**
     * Builds the pipeline of a method, for the check of a bean.
     *
     * @throws ResilienceConfigurationException if something is wrong with it
     */
    MethodPipeline check(Method called, Class<?> targetClass) {
        return build(called, targetClass, false);
    }

    /** Whether there are pipelines of a class, built by the check of its beans. */
    public boolean has(Class<?> type) {
        return pipelines.containsKey(type);
    }

    /**
     * The pipelines built so far that have a policy and that calls pass, sorted by method title. Those of methods whose
     * beans all proved to be unprotected are left out.
     */
    public List<MethodPipeline> all() {
        List<MethodPipeline> all = new ArrayList<>();
        eachProtected((userClass, method) -> {
            MethodPipeline pipeline = method.getValue().get();
            if (!pipeline.pipeline().policies().isEmpty() && methodBeans.isProtected(userClass, method.getKey())) {
                all.add(pipeline);
            }
        });
        all.sort(Comparator.comparing(MethodPipeline::title));
        return all;
    }

    /** Calls an action with the class and the method of each pipeline that was built. */
    private void eachProtected(BiConsumer<Class<?>, Map.Entry<Method, RebuiltOnChange<MethodPipeline>>> action) {
        Set<RebuiltOnChange<MethodPipeline>> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        pipelines.forEach((type, methods) -> methods.forEach((called, pipeline) -> {
            if (seen.add(pipeline)) {
                Class<?> userClass = UserClasses.of(called, type);
                action.accept(userClass, Map.entry(UserClasses.method(called, userClass), pipeline));
            }
        }));
    }

    /** Records that a bean of a class has an annotated method. */
    void add(String bean, Method method, Class<?> type) {
        methodBeans.add(bean, method, type);
    }

    /** Sets what decides whether the method of a bean is protected. */
    void decidedBy(Reach reach) {
        methodBeans.decidedBy(reach);
    }

    /** Whether calls of the beans of this context carry the MDC to other threads. */
    public boolean isMdcCarried() {
        return mdcCarried;
    }

    /**
     * The beans that share the instances of a method, since it is that of their one class, by the title of the method.
     * Methods of a single bean are left out.
     */
    public Map<String, Set<String>> sharingBeans() {
        Map<String, Set<String>> sharing = new TreeMap<>();
        eachProtected((userClass, method) -> sharing.computeIfAbsent(
                        method.getValue().get().title(), first -> new TreeSet<>())
                .addAll(methodBeans.createdWith(userClass, method.getKey())));
        sharing.values().removeIf(names -> names.size() < 2);
        return sharing;
    }

    /** What annotations of a bean's class declare in vain, if its proxy is around an object of another class. */
    Map<Method, List<Declaration>> hiddenAnnotations(Class<?> hidden, Class<?> visible) {
        return HiddenAnnotations.of(hidden, visible, compatibility);
    }

    static List<Declaration> declarations(Method method, Class<?> targetClass, Compatibility compatibility) {
        Class<?> userClass = UserClasses.of(method, targetClass);
        Method specific = UserClasses.method(method, userClass);
        return Declaration.of(
                PatternDescriptors.slots(), specific, userClass, counting(specific, targetClass, compatibility));
    }

    /**
     * The other library whose annotations count for a method of a bean: its aspects see nothing of the interface that a
     * lambda implements, but for default methods with annotations of their own.
     */
    private static Compatibility counting(Method method, Class<?> targetClass, Compatibility compatibility) {
        boolean isOfLambda = targetClass.isHidden() && !(method.isDefault() && KnownAnnotations.hasForeign(method));
        return isOfLambda ? Compatibility.NONE : compatibility;
    }

    /** The protected methods of a bean's class, with their declarations. */
    static Map<Method, List<Declaration>> annotatedMethods(Class<?> type, Compatibility compatibility) {
        if (!Candidates.has(type)) {
            return Map.of();
        }
        MetadataLookup<List<Declaration>> lookup = method -> {
            List<Declaration> declarations = declarations(method, type, compatibility);
            return declarations.isEmpty() ? null : declarations;
        };
        return MethodIntrospector.selectMethods(type, lookup);
    }

    /** Builds the pipeline of a user's method once, even if it is called through several generated classes. */
    private MethodPipeline build(Method called, Class<?> targetClass, boolean lenient) {
        Class<?> userClass = UserClasses.of(called, targetClass);
        Method method = UserClasses.method(called, userClass);
        Compatibility counting = counting(method, targetClass, compatibility);
        ConcurrentMap<Method, RebuiltOnChange<MethodPipeline>> ofUserClass =
                pipelinesOf(counting == compatibility ? userClass : targetClass);
        RebuiltOnChange<MethodPipeline> present = ofUserClass.get(method);
        if (present != null && !lenient && makeshift.remove(present)) {
            ofUserClass.remove(method, present);
            present = null;
        }
        if (present == null) {
            List<Problem> solvable = new ArrayList<>();
            ProblemCollector collector =
                    lenient ? ProblemCollector.lenient(this::logOnce, solvable::add) : ProblemCollector.strict();
            RebuiltOnChange<MethodPipeline> built = follow(method, userClass, counting, collector, solvable);
            RebuiltOnChange<MethodPipeline> faster = ofUserClass.putIfAbsent(method, built);
            if (faster == null && collector.hasLeftOut()) {
                makeshift.add(built);
            }
            present = faster == null ? built : faster;
        }
        pipelinesOf(targetClass).put(called, present);
        return present.get();
    }

    /** The pipeline is rebuilt when its instances change, and as long as something wrong with them is left out. */
    private RebuiltOnChange<MethodPipeline> follow(
            Method method,
            Class<?> userClass,
            Compatibility counting,
            ProblemCollector collector,
            List<Problem> solvable) {
        InstanceFactory known = instances.get();
        int changes = known.changes();
        MethodPipeline first = build(method, userClass, counting, collector);
        RebuiltOnChange<MethodPipeline> rebuilt = new RebuiltOnChange<>(
                known,
                problems -> build(method, userClass, counting, ProblemCollector.lenient(this::logOnce, problems::add)));
        if (solvable.isEmpty()) {
            rebuilt.set(first, changes);
        } else {
            solvable.forEach(this::logOnce);
            rebuilt.setIncomplete(first, solvable);
        }
        return rebuilt;
    }

    private void logOnce(Problem problem) {
        if (isNew(problem)) {
            log.error("{}. {}. Calls are not protected by it.", problem.description(), problem.remedy());
        }
    }

    private void warnOnce(Problem problem) {
        if (isNew(problem)) {
            log.warn("{}. {}.", problem.description(), problem.remedy());
        }
    }

    private MethodPipeline build(
            Method method, Class<?> userClass, Compatibility counting, ProblemCollector collector) {
        if (!instances.get().isProtecting()) {
            return build(method, userClass, List.of(), collector);
        }
        List<PipelineSlot> slots = collector.orElse(order, () -> order(method, userClass));
        List<Declaration> declarations = Declaration.of(slots, method, userClass, counting);
        return collector.orElseGet(
                () -> withoutPolicies(method, userClass), () -> build(method, userClass, declarations, collector));
    }

    private List<PipelineSlot> order(Method method, Class<?> userClass) {
        AnnotationAttributes attributes = Declaration.attributes(method, userClass, PatternOrder.class);
        if (attributes == null) {
            return order;
        }
        String where = "@PatternOrder of " + userClass.getSimpleName() + "." + UserClasses.name(method, userClass);
        return PipelineOrder.changed(order, List.of(attributes.getStringArray("value")), where);
    }

    private ConcurrentMap<Method, RebuiltOnChange<MethodPipeline>> pipelinesOf(Class<?> type) {
        return pipelines.computeIfAbsent(type, key -> new ConcurrentHashMap<>());
    }

    private MethodPipeline build(
            Method method, Class<?> userClass, List<Declaration> declarations, ProblemCollector collector) {
        ReactiveAdapter adapter = ReactiveTypes.adapter(method);
        ReturnKind returns = ForeignAnnotations.returns(ReturnKind.of(method, adapter), declarations);
        Obstacle obstacle = declarations.isEmpty() ? null : Obstacle.of(method, returns, adapter, classLoader);
        if (obstacle != null) {
            return unprotected(method, userClass, declarations, obstacle);
        }
        Map<PipelineSlot, Policy> chain = new LinkedHashMap<>();
        Map<PipelineSlot, Keyed> keyed = new HashMap<>();
        boolean mayRepeat = returns == ReturnKind.REACTIVE || returns == ReturnKind.SUSPENDING;
        boolean mayChangeThread = returns != ReturnKind.PLAIN;
        FallbackMethods fallbacks = FallbackMethods.NONE;
        AlternativeMethod alternative = null;
        CallPermits permits = CallPermits.ONE;
        List<Problem> problems = new ArrayList<>();
        boolean pooled = false;
        boolean limited =
                declarations.stream().anyMatch(each -> each.slot().key().equals("timeout"));
        for (Declaration declaration : declarations) {
            if (compatibility != Compatibility.NONE && declaration.isForeign()) {
                problems.addAll(ForeignAnnotations.problems(declaration, method, userClass, returns));
                pooled |= ForeignAnnotations.isPool(declaration);
            }
            try {
                if (ForeignAnnotations.isFallback(declaration.slot())) {
                    FallbackMethods methods = collector.orElse(
                            FallbackMethods.NONE,
                            () -> FallbackMethods.of(
                                    declaration, method, userClass, beans, false, ConstantResult.NONE));
                    if (methods != FallbackMethods.NONE) {
                        problems.addAll(ForeignAnnotations.unthrown(declaration, methods, userClass, limited));
                        problems.addAll(ForeignFallbacks.advised(declaration, methods, userClass));
                        ForeignFallbacks.covered(declaration, methods, userClass)
                                .forEach(this::warnOnce);
                        chain.put(declaration.slot(), Recovery.policy(declaration.location(), methods));
                    }
                    continue;
                }
                Policy policy = collector
                        .orElseForNow(
                                Optional.<Policy>empty(),
                                () -> Optional.ofNullable(
                                        declaration.isKeyed()
                                                ? obtainKeyed(declaration, method, userClass, keyed)
                                                : obtain(declaration)))
                        .orElse(null);
                if (policy != null) {
                    chain.put(declaration.slot(), policy);
                    mayRepeat |= declaration.pattern().repeatsCalls();
                    mayChangeThread |= declaration.pattern().mayChangeThread();
                }
                if (declaration.slot().annotation() == Fallback.class) {
                    fallbacks = collector.orElse(
                            FallbackMethods.NONE, () -> fallbacks(declaration, method, userClass, policy));
                    if (fallbacks == FallbackMethods.NONE) {
                        chain.remove(declaration.slot());
                    }
                }
                if (declaration.slot().annotation() == Hedge.class) {
                    if (!collector.orElse(false, () -> requireRepeatable(declaration, method, userClass))) {
                        chain.remove(declaration.slot());
                        continue;
                    }
                    alternative = collector
                            .orElse(
                                    Optional.<AlternativeMethod>empty(),
                                    () -> Optional.ofNullable(
                                            AlternativeMethod.of(declaration, method, userClass, beans, policy)))
                            .orElse(null);
                }
                if (declaration.slot().annotation() == RateLimiter.class) {
                    permits = collector.orElse(
                            CallPermits.ONE,
                            () -> CallPermits.of(declaration, method, userClass, policy, beans, environment));
                }
            } catch (ResilienceConfigurationException e) {
                problems.addAll(e.problems()); // the others are still requested, so that none of them counts as unused
            }
        }
        if (!problems.isEmpty()) {
            throw new ResilienceConfigurationException(problems);
        }
        ForeignAnnotations.unlikeThere(declarations, method, userClass, returns).forEach(this::warnOnce);
        requireDistinct(chain, userClass, method);
        List<Policy> policies = List.copyOf(chain.values());
        return new MethodPipeline(
                title(method, userClass),
                Pipeline.of(policies),
                keyed.isEmpty() ? null : new KeyedChain(policies, links(chain, keyed)),
                returns,
                adapter,
                mayRepeat,
                mayChangeThread,
                fallbacks,
                alternative,
                permits,
                pooled);
    }

    /** On a class, an annotation reaches methods that nobody had in mind, such as those that are added later. */
    private static boolean requireRepeatable(Declaration declaration, Method method, Class<?> userClass) {
        if (Declaration.isAtMethod(method, userClass, declaration.slot())
                || Boolean.TRUE.equals(declaration.methodAttributes().get("idempotent"))) {
            return true;
        }
        throw new ResilienceConfigurationException(List.of(new Problem(
                userClass.getName() + ": " + Declaration.textOfClass(userClass, Hedge.class)
                        + " applies to every public method, and does not state that all of them are idempotent",
                "Put @Hedge on the idempotent methods, or set its attribute idempotent to true if all are")));
    }

    private FallbackMethods fallbacks(
            Declaration declaration, Method method, Class<?> userClass, @Nullable Policy policy) {
        ConstantResult constant = ConstantResult.of(policy, method, userClass, beans);
        FallbackMethods found = FallbackMethods.of(
                declaration, method, userClass, beans, RecoverableCall.keepsResults(policy), constant);
        if (policy != null && found != FallbackMethods.NONE) {
            instances
                    .get()
                    .requireOf(
                            declaration.pattern(), policy.name(), title(method, userClass), constant::requireFitting);
        }
        return found;
    }

    private static List<KeyedChain.KeyedLink> links(Map<PipelineSlot, Policy> chain, Map<PipelineSlot, Keyed> keyed) {
        List<KeyedChain.KeyedLink> links = new ArrayList<>();
        int index = 0;
        for (PipelineSlot slot : chain.keySet()) {
            Keyed own = keyed.get(slot);
            if (own != null) {
                links.add(new KeyedChain.KeyedLink(index, own.family, own.expression));
            }
            index++;
        }
        return links;
    }

    /** Obtains the family that a keyed annotation requests, and returns the policy that stands for it. */
    private Policy obtainKeyed(
            Declaration declaration, Method method, Class<?> userClass, Map<PipelineSlot, Keyed> keyed) {
        List<Problem> problems = new ArrayList<>();
        String title = declaration.slot().title();
        KeyExpression[] expression = new KeyExpression[1];
        Problem.collect(
                problems,
                () -> expression[0] = KeyExpression.of(
                        SettingsResolver.resolved(
                                declaration.key(), environment, title + " of " + declaration.location() + ": key"),
                        title,
                        method,
                        userClass,
                        beans));
        List<PolicyFamily<?>> family = new ArrayList<>(1);
        Problem.collect(problems, () -> family.add(family(declaration)));
        if (!problems.isEmpty()) {
            throw new ResilienceConfigurationException(problems);
        }
        keyed.put(declaration.slot(), new Keyed(family.get(0), expression[0]));
        return family.get(0).standIn();
    }

    private PolicyFamily<?> family(Declaration declaration) {
        return instances
                .get()
                .obtainFamily(
                        declaration.pattern(),
                        names.of(declaration),
                        declaration.maxKeys(),
                        settings(declaration),
                        declaration.location());
    }

    private record Keyed(PolicyFamily<?> family, KeyExpression expression) {}

    /** Returns true if a problem has not been logged yet, and marks it as logged. */
    boolean isNew(Problem problem) {
        return logged.add(problem.description());
    }

    /** Registers the instances that will be requested, so that their names do not depend on the order. */
    void add(Collection<Declaration> declarations) {
        names.add(declarations);
    }

    /** The name of the instance that an annotation requests. */
    String nameOf(Declaration declaration) {
        return names.of(declaration);
    }

    /**
     * Records that annotations name their instances and families, so that these are in use even if something else is
     * wrong with the method.
     */
    void name(Collection<Declaration> declarations) {
        InstanceFactory known = instances.get();
        for (Declaration each : declarations) {
            nameIfKnown(each).ifPresent(name -> known.name(each.pattern(), name, each.location(), each.isKeyed()));
        }
    }

    /** The name of the instance that an annotation requests; empty if it is wrong, which is reported elsewhere. */
    private Optional<String> nameIfKnown(Declaration declaration) {
        try {
            return Optional.of(names.of(declaration));
        } catch (ResilienceConfigurationException wrong) {
            return Optional.empty();
        }
    }

    /** Announces annotations. The instances that they will request have the annotations' settings from now on. */
    void announce(Collection<Declaration> declarations) {
        add(declarations);
        declarations.stream()
                .filter(declaration -> !declaration.settings().isEmpty() && !declaration.isKeyed())
                .forEach(this::announce);
    }

    private void announce(Declaration declaration) {
        nameIfKnown(declaration)
                .ifPresent(name -> instances
                        .get()
                        .announce(declaration.pattern(), name, settings(declaration), declaration.location()));
    }

    /** The settings of an annotation; those of thread pools come from their default configuration in resilience4j. */
    private Map<String, Object> settings(Declaration declaration) {
        if (!ForeignAnnotations.isPool(declaration)) {
            return declaration.settings();
        }
        Map<String, Object> settings = new LinkedHashMap<>(declaration.settings());
        TranslatedSettings.of(environment).ifPresent(translated -> settings.putAll(translated.poolDefaults()));
        return settings;
    }

    @Nullable
    Policy obtain(Declaration declaration) {
        if (declaration.isKeyed()) {
            return family(declaration).standIn();
        }
        return instances
                .get()
                .obtain(declaration.pattern(), names.of(declaration), settings(declaration), declaration.location())
                .orElse(null);
    }

    /** Types of one simple name have their packages if nothing else distinguishes two methods. */
    private static String title(Method method, Class<?> userClass) {
        String simple = title(method, userClass, Class::getSimpleName);
        boolean taken = Arrays.stream(
                        userClass.isInterface()
                                ? userClass.getMethods()
                                : ReflectionUtils.getUniqueDeclaredMethods(userClass))
                .filter(other -> other.getName().equals(method.getName()) && !other.isBridge())
                .map(other -> AopUtils.getMostSpecificMethod(other, userClass))
                .filter(other -> !Arrays.equals(other.getParameterTypes(), method.getParameterTypes()))
                .anyMatch(other -> title(other, userClass, Class::getSimpleName).equals(simple));
        return taken ? title(method, userClass, Class::getName) : simple;
    }

    private static String title(Method method, Class<?> userClass, Function<Class<?>, String> type) {
        StringJoiner parameters =
                new StringJoiner(", ", userClass.getName() + "." + UserClasses.name(method, userClass) + "(", ")");
        for (Class<?> parameter : SuspendingFunctions.parameters(method)) {
            parameters.add(type.apply(parameter));
        }
        return parameters.toString();
    }

    private static void requireDistinct(Map<PipelineSlot, Policy> chain, Class<?> userClass, Method method) {
        String shared = PipelineSlot.sharedInstance(chain);
        if (!shared.isEmpty()) {
            throw new ResilienceConfigurationException(List.of(new Problem(
                    userClass.getName() + "." + UserClasses.name(method, userClass) + ": " + shared,
                    "Use a different name for each")));
        }
    }

    /** An annotation on the method must be applicable. One on the class may cover methods that it does not apply to. */
    private static MethodPipeline unprotected(
            Method method, Class<?> userClass, List<Declaration> declarations, Obstacle obstacle) {
        Problem problem = MethodCheck.unprotected(userClass, method, declarations, obstacle);
        if (Declaration.isAtMethod(method, userClass)) {
            throw new ResilienceConfigurationException(List.of(new Problem(problem.description(), problem.remedy())));
        }
        log.warn("{}. {}.", problem.description(), problem.remedy());
        return withoutPolicies(method, userClass);
    }

    private static MethodPipeline withoutPolicies(Method method, Class<?> userClass) {
        return new MethodPipeline(
                title(method, userClass),
                Pipeline.of(List.of()),
                null,
                ReturnKind.PLAIN,
                null,
                false,
                false,
                FallbackMethods.NONE,
                null,
                CallPermits.ONE,
                false);
    }
}
