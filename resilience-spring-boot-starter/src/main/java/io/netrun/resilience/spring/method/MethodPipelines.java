package io.netrun.resilience.spring.method;

import io.netrun.resilience.Pipeline;
import io.netrun.resilience.Policy;
import io.netrun.resilience.spring.pattern.Pattern;
import io.netrun.resilience.spring.pattern.Patterns;
import io.netrun.resilience.spring.settings.Instances;
import io.netrun.resilience.spring.settings.Problem;
import io.netrun.resilience.spring.settings.ResilienceConfigurationException;
import io.netrun.resilience.spring.settings.SettingsResolver;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.MethodIntrospector.MetadataLookup;
import org.springframework.core.ReactiveAdapter;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;

/** The pipelines of all protected methods: each is built once, at start-up or before the method's first call. */
public final class MethodPipelines {

    private final Supplier<Instances> instances;
    private final List<Pattern<?, ?>> order;
    private final Environment environment;
    private final BeanFactory beans;
    private final @Nullable ClassLoader classLoader;
    private final ConcurrentMap<Class<?>, ConcurrentMap<Method, MethodPipeline>> pipelines = new ConcurrentHashMap<>();

    /**
     * The pipelines to come.
     *
     * @param instances asked when the first pipeline is built
     * @param order the patterns, outermost first
     * @param beans asked for those that have fallback methods, and with what libraries they came
     */
    public MethodPipelines(
            Supplier<Instances> instances, List<Pattern<?, ?>> order, Environment environment, BeanFactory beans) {
        this.instances = instances;
        this.order = List.copyOf(order);
        this.environment = environment;
        this.beans = beans;
        this.classLoader = beans instanceof ConfigurableBeanFactory configurable
                ? configurable.getBeanClassLoader()
                : MethodPipelines.class.getClassLoader();
    }

    /**
     * Whether a method, as called on a bean of a class, asks for any protection. Looks at annotations alone, since it is
     * asked while the very beans that would know more are being made.
     */
    public static boolean isProtected(Method method, Class<?> targetClass) {
        return !declarations(method, targetClass).isEmpty();
    }

    /**
     * The pipeline of a method.
     *
     * @param called the method, as the proxy knows it
     * @param targetClass the class of the bean behind the proxy
     * @throws ResilienceConfigurationException if it is to be built first and something is wrong with it
     */
    public MethodPipeline of(Method called, Class<?> targetClass) {
        ConcurrentMap<Method, MethodPipeline> ofClass = pipelines.get(targetClass);
        MethodPipeline pipeline = ofClass == null ? null : ofClass.get(called);
        return pipeline != null ? pipeline : build(called, targetClass);
    }

    /** The pipelines built so far, by the title of their methods. */
    public List<MethodPipeline> all() {
        return pipelines.values().stream()
                .flatMap(ofClass -> ofClass.values().stream())
                .distinct()
                .sorted(Comparator.comparing(MethodPipeline::title))
                .toList();
    }

    static List<Declaration> declarations(Method method, Class<?> targetClass) {
        Class<?> userClass = ClassUtils.getUserClass(targetClass);
        return Declaration.of(Patterns.all(), AopUtils.getMostSpecificMethod(method, userClass), userClass);
    }

    /** The methods of a bean's class that ask for protection, with their wishes. */
    static Map<Method, List<Declaration>> annotatedMethods(Class<?> type) {
        MetadataLookup<List<Declaration>> lookup = method -> {
            List<Declaration> declarations = declarations(method, type);
            return declarations.isEmpty() ? null : declarations;
        };
        return MethodIntrospector.selectMethods(type, lookup);
    }

    private MethodPipeline build(Method called, Class<?> targetClass) {
        Class<?> userClass = ClassUtils.getUserClass(targetClass);
        Method method = AopUtils.getMostSpecificMethod(called, userClass);
        List<Declaration> declarations = Declaration.of(order, method, userClass);
        ReactiveAdapter adapter = ReactiveTypes.adapter(method);
        ReturnKind returns = ReturnKind.of(method, adapter);
        requireSupported(method, Obstacle.of(method, returns, adapter, classLoader), userClass, declarations);
        List<Policy> policies = new ArrayList<>();
        boolean repeats = returns == ReturnKind.REACTIVE || returns == ReturnKind.SUSPENDING;
        boolean moves = returns != ReturnKind.PLAIN;
        FallbackMethods fallbacks = FallbackMethods.NONE;
        for (Declaration declaration : declarations) {
            Policy policy = obtain(declaration);
            if (policy != null) {
                policies.add(policy);
                repeats |= declaration.pattern().repeatsCalls();
                moves |= declaration.pattern().movesCalls();
            }
            if (!declaration.own().isEmpty()) {
                fallbacks = FallbackMethods.of(declaration, method, userClass, beans);
            }
        }
        MethodPipeline built = new MethodPipeline(
                title(method, userClass), Pipeline.of(policies), returns, adapter, repeats, moves, fallbacks);
        ConcurrentMap<Method, MethodPipeline> ofClass =
                pipelines.computeIfAbsent(targetClass, key -> new ConcurrentHashMap<>());
        MethodPipeline faster = ofClass.putIfAbsent(called, built);
        return faster == null ? built : faster;
    }

    @Nullable
    Policy obtain(Declaration declaration) {
        String name = SettingsResolver.resolved(
                declaration.name(),
                environment,
                "@" + declaration.pattern().title() + " of " + declaration.where() + ": name");
        return instances
                .get()
                .obtain(declaration.pattern(), name, declaration.said(), declaration.where())
                .orElse(null);
    }

    private static String title(Method method, Class<?> userClass) {
        return userClass.getName()
                + Arrays.stream(SuspendingFunctions.parameters(method))
                        .map(Class::getSimpleName)
                        .collect(Collectors.joining(", ", "." + method.getName() + "(", ")"));
    }

    private static void requireSupported(
            Method method, @Nullable Obstacle obstacle, Class<?> userClass, List<Declaration> declarations) {
        if (obstacle != null) {
            throw new ResilienceConfigurationException(List.of(new Problem(
                    userClass.getName() + "." + method.getName() + " is annotated with @"
                            + declarations.get(0).pattern().title() + ", but " + obstacle.reason(),
                    obstacle.remedy() + ", or take the annotation away")));
        }
    }
}
