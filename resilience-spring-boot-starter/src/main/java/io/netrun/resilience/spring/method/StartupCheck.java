package io.netrun.resilience.spring.method;

import io.netrun.resilience.Pipeline;
import io.netrun.resilience.spring.settings.ForeignExceptions;
import io.netrun.resilience.spring.settings.InstanceFactory;
import io.netrun.resilience.spring.settings.InstanceUser;
import io.netrun.resilience.spring.settings.Problem;
import io.netrun.resilience.spring.settings.ResilienceConfigurationException;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.util.ClassUtils;

/**
 * Builds every pipeline and instance when the application starts, before traffic, and stops the start with all problems
 * at once if there are any, or logs those that the application can run with.
 */
public final class StartupCheck implements SmartInitializingSingleton {

    private static final Logger log = LoggerFactory.getLogger(StartupCheck.class);

    private final ConfigurableListableBeanFactory beans;
    private final ConfigurableEnvironment environment;
    private final MethodPipelines pipelines;
    private final InstanceFactory instances;
    private final BeanProxies proxies;
    private final Validation validation;

    /** The classes whose methods have been checked. */
    private final Set<Class<?>> checked = ConcurrentHashMap.newKeySet();

    /**
     * A check.
     *
     * @param proxies knows of each bean whether its calls are protected
     */
    public StartupCheck(
            ConfigurableListableBeanFactory beans,
            ConfigurableEnvironment environment,
            MethodPipelines pipelines,
            InstanceFactory instances,
            BeanProxies proxies) {
        this.beans = beans;
        this.environment = environment;
        this.pipelines = pipelines;
        this.instances = instances;
        this.proxies = proxies;
        this.validation = Validation.in(environment);
    }

    @Override
    public void afterSingletonsInstantiated() {
        instances.started();
        instances.completeCustomizing();
        SettingsCheck settings = new SettingsCheck(environment, instances);
        Set<Problem> problems = settings.ofKeys();
        Collection<AnnotatedBeans> annotated = AnnotatedBeans.in(beans, proxies.created());
        annotated.forEach(each -> checked.add(each.type()));
        check(annotated, problems);
        List<InstanceUser> users =
                beans.getBeanProvider(InstanceUser.class).orderedStream().toList();
        users.forEach(user -> problems.addAll(user.check()));
        settings.logUnused(new OtherBeans(beans));
        problems.addAll(settings.ofInstances());
        problems.addAll(settings.ofContexts());
        instances.logContradictions();
        tell(problems);
        pipelines.all().forEach(method -> warnOfTimings(method.title(), method.pipeline()));
        users.forEach(user -> user.pipelines().forEach(StartupCheck::warnOfTimings));
        List<Pipeline> others = users.stream()
                .flatMap(user -> user.pipelines().values().stream())
                .toList();
        SyncSettings.warnings(pipelines.all(), others, instances).forEach(log::warn);
        ForeignExceptions.warnings(instances.inForce()).forEach(log::warn);
        proxies.onLateBean(this::checkLate);
    }

    private void check(Collection<AnnotatedBeans> annotated, Set<Problem> problems) {
        List<Declaration> declarations =
                annotated.stream().flatMap(AnnotatedBeans::declarations).toList();
        pipelines.add(declarations);
        // First the annotations that say settings: one that only names an instance may come before them in any order.
        declarations.stream()
                .filter(declaration -> !declaration.settings().isEmpty())
                .forEach(declaration -> SettingsCheck.collect(problems, () -> pipelines.obtain(declaration)));
        MethodCheck methods = new MethodCheck(pipelines, AdviceMode.in(environment), proxies, problems::add);
        annotated.forEach(methods::check);
    }

    /**
     * Looks at a bean whose class nothing told of at the start: it is lazy, or a prototype, and declared as an
     * interface. There is no start to stop any more, so its problems are logged, once, and harm neither its creation
     * nor its calls.
     */
    private void checkLate(String name, Class<?> type) {
        if (!checked.add(ClassUtils.getUserClass(type))) {
            return;
        }
        try {
            Set<Problem> problems = new LinkedHashSet<>();
            AnnotatedBeans bean = AnnotatedBeans.of(beans, name, ClassUtils.getUserClass(type));
            check(List.of(bean), problems);
            problems.stream().filter(pipelines::isNew).forEach(StartupCheck::logLate);
        } catch (RuntimeException | LinkageError failed) {
            log.warn("The annotated methods of bean '{}' could not be checked", name, failed);
        }
    }

    private static void logLate(Problem problem) {
        if (problem.tolerable()) {
            log.warn("{}. {}", problem.description(), ended(problem.remedy()));
        } else {
            log.error("{}. {} Calls are made without it.", problem.description(), ended(problem.remedy()));
        }
    }

    private void tell(Set<Problem> problems) {
        List<Problem> fatal = problems.stream()
                .filter(problem -> validation == Validation.STRICT || !problem.tolerable())
                .toList();
        if (!fatal.isEmpty()) {
            throw new ResilienceConfigurationException(List.copyOf(problems));
        }
        problems.forEach(problem -> log.warn("{}. {}", problem.description(), ended(problem.remedy())));
    }

    private static String ended(String remedy) {
        return remedy.endsWith("?") ? remedy : remedy + ".";
    }

    private static void warnOfTimings(String title, Pipeline pipeline) {
        TimingCheck.warnings(pipeline.policies()).forEach(warning -> log.warn("{}: {}.", title, warning));
    }
}
