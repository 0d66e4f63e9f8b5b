package io.netrun.resilience.spring.startup;

import io.netrun.resilience.Pipeline;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.spring.fleet.FleetOperations;
import io.netrun.resilience.spring.method.AnnotationCheck;
import io.netrun.resilience.spring.method.BeanProxies;
import io.netrun.resilience.spring.method.MethodPipelines;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import io.netrun.resilience.spring.settings.Compatibility;
import io.netrun.resilience.spring.settings.ForeignExceptions;
import io.netrun.resilience.spring.settings.GlobalSettings;
import io.netrun.resilience.spring.settings.InstanceFactory;
import io.netrun.resilience.spring.settings.InstanceUser;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.env.ConfigurableEnvironment;

/**
 * Builds every pipeline and instance when the application starts, before it serves traffic. Fails the start with all
 * problems at once, or logs those with which the application can run.
 */
public final class StartupCheck implements SmartInitializingSingleton {

    private static final Logger log = LoggerFactory.getLogger(StartupCheck.class);

    private final ConfigurableListableBeanFactory beans;
    private final ConfigurableEnvironment environment;
    private final MethodPipelines pipelines;
    private final InstanceFactory instances;
    private final BeanProxies proxies;
    private final AnnotationCheck annotations;
    private final Validation validation;

    /**
     * Creates the check.
     *
     * @param proxies reports for each bean whether its calls are protected
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
        this.annotations = new AnnotationCheck(beans, environment, pipelines, proxies);
        this.validation = Validation.in(environment);
    }

    @Override
    public void afterSingletonsInstantiated() {
        try {
            checkAll();
        } finally {
            instances.checked();
        }
    }

    private void checkAll() {
        instances.started();
        instances.completeCustomizing();
        SettingsCheck settings = new SettingsCheck(environment, instances);
        Set<Problem> problems = settings.ofKeys();
        problems.addAll(CompatibilityReport.problems(environment, new ApplicationBeans(beans)));
        problems.addAll(annotations.all());
        ForeignCustomizers foreign = new ForeignCustomizers(beans, instances);
        List<InstanceUser> users =
                beans.getBeanProvider(InstanceUser.class).orderedStream().toList();
        users.forEach(user -> problems.addAll(user.check()));
        if (Compatibility.isOn(environment)) {
            problems.addAll(foreign.customizers());
        } else {
            foreign.customizers().forEach(each -> log.warn("{}. {}.", each.description(), each.remedy()));
        }
        foreign.consumers().forEach(log::warn);
        settings.logUnused(new ApplicationBeans(beans));
        settings.logUnused(users, ofParents(), new ApplicationBeans(beans).laterUse());
        problems.addAll(settings.ofInstances());
        problems.addAll(settings.ofContexts());
        instances.problems().logContradictions();
        problems.addAll(ofParent());
        report(problems);
        CompatibilityReport.log(environment);
        pipelines
                .sharingBeans()
                .forEach((method, sharing) -> log.info(
                        "{} is a method of the beans {}, which share its instances."
                                + " Give each bean a subclass for instances of its own.",
                        method,
                        sharing));
        pipelines.all().forEach(method -> logTimingWarnings(method.title(), method.pipeline()));
        users.forEach(user -> user.pipelines().forEach(StartupCheck::logTimingWarnings));
        List<Pipeline> others = users.stream()
                .flatMap(user -> user.pipelines().values().stream())
                .toList();
        SyncSettings.warnings(pipelines.all(), others, instances).forEach(log::warn);
        CappedSettings.warnings(
                        pipelines.all(),
                        beans.getBeanProvider(ResilienceRegistry.class).stream()
                                .flatMap(registry -> PatternDescriptors.all().stream()
                                        .flatMap(pattern -> registry.all(pattern.type()).stream())),
                        instances.effectiveSettings())
                .forEach(log::warn);
        ForeignExceptions.warnings(instances.effectiveSettings()).forEach(log::warn);
        ForeignExceptions.absent(instances.effectiveSettings()).forEach(log::info);
        warnOfNoFleet();
        proxies.onLateBean(this::checkLate);
    }

    private List<InstanceUser> ofParents() {
        BeanFactory parent = beans.getParentBeanFactory();
        return parent == null
                ? List.of()
                : parent.getBeanProvider(InstanceUser.class).stream().toList();
    }

    /** A child has the instances of its parent, so that it is not protected where the parent is not. */
    private List<Problem> ofParent() {
        if (instances.isProtecting()) {
            return List.of();
        }
        if (GlobalSettings.orElse(environment, "enabled", Boolean.class, false)) {
            return List.of(Problem.tolerable(
                    GlobalSettings.location(environment, "enabled")
                            + " is true, but false in the parent context, whose instances this context shares:"
                            + " nothing here would be protected",
                    "Set it to true in the parent, too, or to false here"));
        }
        log.warn("Nothing in this application context is protected: resilience.enabled is false in its parent, whose"
                + " instances it shares. Set it to true in the parent, or to false here.");
        return List.of();
    }

    private void warnOfNoFleet() {
        if (beans.getBeanProvider(FleetOperations.class).getIfAvailable() != null) {
            return;
        }
        if (GlobalSettings.orElse(environment, "fleet.enabled", Boolean.class, false)) {
            log.warn("resilience.fleet.enabled is true, but the class path has no fleet."
                    + " Add the dependency resilience-fleet, or remove the setting.");
        }
        beans.getBeanProvider(ResilienceRegistry.class)
                .ifAvailable(registry -> FleetUsers.warning(registry).ifPresent(log::warn));
    }

    /**
     * Checks a bean that was not there at the start, because it is lazy, a prototype or in a scope: its class or its
     * proxy may be others than expected. The start can no longer fail, so its problems are logged once, and affect
     * neither its creation nor its calls.
     */
    private void checkLate(String name, Class<?> type) {
        try {
            annotations.late(name, type).forEach(StartupCheck::logLate);
        } catch (RuntimeException | LinkageError failed) {
            log.warn("The annotated methods of bean '{}' could not be checked", name, failed);
        }
    }

    private static void logLate(Problem problem) {
        if (problem.tolerable()) {
            log.warn("{}. {}", problem.description(), withPeriod(problem.remedy()));
        } else {
            log.error("{}. {} Calls are not protected by it.", problem.description(), withPeriod(problem.remedy()));
        }
    }

    private void report(Set<Problem> problems) {
        List<Problem> fatal = problems.stream()
                .filter(problem -> validation == Validation.STRICT || !problem.tolerable())
                .toList();
        if (!fatal.isEmpty()) {
            throw new ResilienceConfigurationException(List.copyOf(problems));
        }
        problems.forEach(problem -> log.warn("{}. {}", problem.description(), withPeriod(problem.remedy())));
    }

    private static String withPeriod(String remedy) {
        return remedy.endsWith("?") ? remedy : remedy + ".";
    }

    private static void logTimingWarnings(String title, Pipeline pipeline) {
        TimingCheck.warnings(pipeline.policies()).forEach(warning -> log.warn("{}: {}.", title, warning));
    }
}
