package io.netrun.resilience.spring.autoconfigure;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.Ticker;
import io.netrun.resilience.spring.actuate.Operators;
import io.netrun.resilience.spring.aop.AttemptObserver;
import io.netrun.resilience.spring.aop.OwnBeans;
import io.netrun.resilience.spring.aop.ProtectedBeans;
import io.netrun.resilience.spring.aop.ProxyFinisher;
import io.netrun.resilience.spring.aop.ProxyRecorder;
import io.netrun.resilience.spring.aop.ResilienceAdvisor;
import io.netrun.resilience.spring.aop.ResilienceWeaving;
import io.netrun.resilience.spring.aop.WovenOwners;
import io.netrun.resilience.spring.aop.WovenTransactions;
import io.netrun.resilience.spring.event.ApplicationEvents;
import io.netrun.resilience.spring.event.OperatorJournal;
import io.netrun.resilience.spring.event.RecentEvents;
import io.netrun.resilience.spring.fleet.FleetChanges;
import io.netrun.resilience.spring.method.AdviceMode;
import io.netrun.resilience.spring.method.BeanProxies;
import io.netrun.resilience.spring.method.EarlyAnnotations;
import io.netrun.resilience.spring.method.MethodPipelines;
import io.netrun.resilience.spring.method.Proxying;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import io.netrun.resilience.spring.pattern.PipelineSlot;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import io.netrun.resilience.spring.settings.ConfigCustomizer;
import io.netrun.resilience.spring.settings.GlobalSettings;
import io.netrun.resilience.spring.settings.InstanceFactory;
import io.netrun.resilience.spring.settings.PipelineOrder;
import io.netrun.resilience.spring.settings.SettingsResolver;
import io.netrun.resilience.spring.startup.SettingsCheck;
import io.netrun.resilience.spring.startup.StartupCheck;
import io.netrun.resilience.spring.startup.Validation;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Primary;
import org.springframework.context.annotation.Role;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.Environment;
import org.springframework.util.function.SingletonSupplier;

/**
 * The registry, and the protection of annotated methods. With {@code resilience.enabled: false} the beans exist as well
 * and protect nothing.
 */
@AutoConfiguration(after = AopAutoConfiguration.class)
@Import(ResilienceThreadAutoConfiguration.class) // so that it comes along where a test imports this class alone
public final class ResilienceAutoConfiguration {

    private static final Logger log = LoggerFactory.getLogger(ResilienceAutoConfiguration.class);

    /** Spring Boot's own default of spring.lifecycle.timeout-per-shutdown-phase. */
    private static final Duration DEFAULT_GRACE = Duration.ofSeconds(30);

    /** All instances of the application. */
    @Bean
    @ConditionalOnMissingBean
    ResilienceRegistry resilienceRegistry(
            ObjectProvider<Ticker> ticker,
            ObjectProvider<InstanceFactory> instances,
            ObjectProvider<MethodPipelines> pipelines,
            Environment environment,
            ConfigurableListableBeanFactory beans) {
        SingletonSupplier<InstanceFactory> settings = SingletonSupplier.of(instances::getObject);
        SingletonSupplier<EarlyAnnotations> annotations =
                SingletonSupplier.of(() -> new EarlyAnnotations(beans, pipelines.getObject()));
        ResilienceRegistry registry =
                ResilienceRegistry.create(Tickers.of(ticker), new ApplicationSettings(settings, annotations));
        ConfiguredRegistry.leaveMdcIfWanted(registry, environment);
        Tickers.warnIfAmbiguous(ticker, beans);
        registry.onChange(event -> {
            InstanceFactory present = settings.obtain();
            if (!present.isFollowing()) {
                present.onChange(event); // code in constructors registers instances before the bean below exists
            }
        });
        registry.onFamily(event -> {
            InstanceFactory present = settings.obtain();
            if (!present.isFollowing()) {
                present.onFamily(event);
            }
        });
        return registry;
    }

    /**
     * The registry of the parent, so that what code of a child requests through it counts until the child is closed.
     */
    @Bean(name = RegistryOwner.VIEW, destroyMethod = "")
    @Primary
    @ConditionalOnRegistryOwner(false)
    ResilienceRegistry resilienceRegistryView(InstanceFactory instances) {
        return instances.registry();
    }

    /** No other bean depends on it, so it must not be lazy. */
    @Bean
    @Lazy(false)
    @ConditionalOnRegistryOwner
    @ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
    ConfiguredRegistry resilienceConfiguredRegistry(
            ResilienceRegistry registry, InstanceFactory instances, Environment environment) {
        ConfiguredRegistry.leaveMdcIfWanted(registry, environment);
        return new ConfiguredRegistry(registry, instances);
    }

    /** The instances of a child context are its parent's, with the child's configuration for them. */
    @Bean
    @ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
    InstanceFactory resilienceInstances(
            ObjectProvider<ResilienceRegistry> registry,
            ConfigurableEnvironment environment,
            ObjectProvider<ConfigCustomizer<?>> customizers,
            ObjectProvider<ThreadBoundCalls> threadBound,
            ObjectProvider<MethodPipelines> pipelines,
            ConfigurableListableBeanFactory beans) {
        Supplier<List<ConfigCustomizer<?>>> present = () -> Stream.concat(
                        threadBound.stream().flatMap(ThreadBoundCalls::customizers), customizers.orderedStream())
                .toList();
        boolean protecting = isEnabled(environment);
        InstanceFactory instances = RegistryOwner.shared(beans, InstanceFactory.class)
                .map(ofParent -> ofParent.child(environment, beans, present, protecting))
                .orElseGet(() -> new InstanceFactory(
                        SingletonSupplier.of(() -> ConfiguredRegistry.requireReal(registry.getObject())),
                        new SettingsResolver(environment, beans),
                        present,
                        protecting));
        if (protecting) {
            SettingsCheck check = new SettingsCheck(environment, instances);
            instances.starting(() -> check.early(new EarlyAnnotations(beans, pipelines.getObject())));
        } else {
            log.info(
                    "{} is false: nothing in this application context is protected",
                    GlobalSettings.location(environment, "enabled"));
        }
        return instances;
    }

    private static boolean isEnabled(Environment environment) {
        return GlobalSettings.orElse(environment, "enabled", Boolean.class, true);
    }

    @Bean
    @ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static OwnBeans resilienceOwnBeans(ConfigurableListableBeanFactory beans) {
        return new OwnBeans(beans);
    }

    @Bean
    @ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static BackgroundBeans resilienceBackgroundBeans() {
        return new BackgroundBeans();
    }

    /** In every mode: another application in this JVM may have its methods woven. */
    @Bean
    @ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
    @ConditionalOnWeaver
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static WovenOwners resilienceWovenOwners(ObjectProvider<ResilienceWeaving> weaving) {
        return new WovenOwners(weaving);
    }

    /** Intercepts the calls of annotated methods. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnSwitch(value = "enabled", otherwise = true)
    @Import(AutoProxyCreatorRegistrar.class)
    static class Proxies {

        @Bean
        @ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
        @ConditionalOnAdviceMode(AdviceMode.PROXY)
        @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
        static ProtectedBeans resilienceProtectedBeans(Environment environment) {
            return new ProtectedBeans(() -> Validation.in(environment) == Validation.STRICT);
        }

        @Bean
        @ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
        @ConditionalOnAdviceMode(AdviceMode.PROXY)
        @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
        static ProxyRecorder resilienceProxyRecorder(ProtectedBeans beans, ObjectProvider<ResilienceAdvisor> advisor) {
            return new ProxyRecorder(beans, advisor);
        }

        @Bean
        @ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
        @ConditionalOnAdviceMode(AdviceMode.PROXY)
        @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
        static ProxyFinisher resilienceProxyFinisher() {
            return new ProxyFinisher();
        }

        @Bean
        @ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
        @ConditionalOnAdviceMode(AdviceMode.ASPECTJ)
        @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
        static WovenTransactions resilienceWovenTransactions() {
            return new WovenTransactions();
        }
    }

    @Bean
    @ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static MethodPipelines resilienceMethodPipelines(
            ObjectProvider<InstanceFactory> instances, ConfigurableEnvironment environment, BeanFactory beans) {
        Supplier<InstanceFactory> settings = SingletonSupplier.of(instances::getObject);
        List<PipelineSlot> order = isEnabled(environment) ? PipelineOrder.of(environment) : PatternDescriptors.slots();
        return RegistryOwner.shared(beans, MethodPipelines.class)
                .map(ofParent -> ofParent.child(settings, order, environment, beans))
                .orElseGet(() -> new MethodPipelines(settings, order, environment, beans));
    }

    /**
     * Each context has one, of the same name, which replaces its parent's: the advice then looks up beans in the
     * context of the protected bean.
     */
    @Bean
    @ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
    @ConditionalOnAdviceMode(AdviceMode.PROXY)
    @ConditionalOnSwitch(value = "enabled", otherwise = true)
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static ResilienceAdvisor resilienceAdvisor(
            ObjectProvider<MethodPipelines> pipelines, ObjectProvider<AttemptObserver> observer) {
        return new ResilienceAdvisor(SingletonSupplier.of(pipelines::getObject), found(observer));
    }

    /** Without it, beans of a child that is switched off would be protected by the advisor of the parent. */
    @Bean("resilienceAdvisor")
    @ConditionalOnRegistryOwner(false)
    @ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
    @ConditionalOnSwitch(value = "enabled", is = false, otherwise = true)
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static ResilienceAdvisor resilienceAdvisorWithoutEffect(
            ObjectProvider<MethodPipelines> pipelines, ObjectProvider<AttemptObserver> observer) {
        return resilienceAdvisor(pipelines, observer);
    }

    @Bean
    @Lazy(false)
    @ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
    @ConditionalOnAdviceMode(AdviceMode.ASPECTJ)
    @ConditionalOnSwitch(value = "enabled", otherwise = true)
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static ResilienceWeaving resilienceWeaving(
            ObjectProvider<MethodPipelines> pipelines, ObjectProvider<AttemptObserver> observer) {
        try {
            return new ResilienceWeaving(SingletonSupplier.of(pipelines::getObject), found(observer));
        } catch (RuntimeException | NoClassDefFoundError failed) {
            if (!isUnwoven(failed)) {
                throw failed;
            }
            throw new ResilienceConfigurationException(List.of(new Problem(
                    "resilience.advice-mode is 'aspectj', but no weaver is active:"
                            + " annotated methods would run unprotected",
                    "Start the JVM with -javaagent:aspectjweaver.jar, and include"
                            + " io.netrun.resilience.spring.aop.ResilienceAspect in an aop.xml;"
                            + " or weave at build time, or set resilience.advice-mode to 'proxy'")));
        }
    }

    /** By name: an application with proxies needs no weaver, and may have excluded it. */
    private static boolean isUnwoven(Throwable failed) {
        return failed instanceof NoClassDefFoundError
                || failed.getClass().getName().equals("org.aspectj.lang.NoAspectBoundException");
    }

    /** Looks it up once: a supplier of a nullable bean would search the application's beans with every call. */
    private static Supplier<Optional<AttemptObserver>> found(ObjectProvider<AttemptObserver> observer) {
        return SingletonSupplier.of(() -> Optional.ofNullable(observer.getIfAvailable()));
    }

    @Bean
    @ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
    @ConditionalOnSwitch(value = "enabled", otherwise = true)
    StartupCheck resilienceStartupCheck(
            ConfigurableListableBeanFactory beans,
            ConfigurableEnvironment environment,
            MethodPipelines pipelines,
            InstanceFactory instances,
            ObjectProvider<BeanProxies> proxies) {
        return new StartupCheck(
                beans, environment, pipelines, instances, proxies.getIfAvailable(() -> name -> Proxying.UNKNOWN));
    }

    @Bean
    @ConditionalOnRegistryOwner
    @ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
    ResilienceShutdown resilienceShutdown(ResilienceRegistry registry, Environment environment) {
        return new ResilienceShutdown(
                registry,
                Binder.get(environment)
                        .bind("spring.lifecycle.timeout-per-shutdown-phase", Duration.class)
                        .orElse(DEFAULT_GRACE));
    }

    @Bean
    @ConditionalOnRegistryOwner
    @ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
    RecentEvents resilienceRecentEvents() {
        return new RecentEvents();
    }

    @Bean
    @ConditionalOnRegistryOwner
    @ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
    SharingContexts resilienceSharingContexts(ConfigurableApplicationContext context) {
        return new SharingContexts(context);
    }

    @Bean
    @Lazy(false)
    @ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
    ContextMembership resilienceContextMembership(
            SharingContexts contexts, ConfigurableApplicationContext context, ResilienceRegistry destroyedAfterIt) {
        return new ContextMembership(contexts, context);
    }

    /** No other bean depends on it, so it must not be lazy. */
    @Bean
    @Lazy(false)
    @ConditionalOnRegistryOwner
    @ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
    ApplicationEvents resilienceApplicationEvents(
            ResilienceRegistry registry, SharingContexts contexts, RecentEvents recent) {
        return new ApplicationEvents(registry, contexts::publish, recent);
    }

    /** One for all that change instances, so that the changes of an instance have one order. */
    @Bean
    @ConditionalOnRegistryOwner
    @ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
    OperatorJournal resilienceOperatorJournal(RecentEvents recent, SharingContexts contexts) {
        return new OperatorJournal(recent, contexts::publish);
    }

    /** For a fleet, which needs no endpoint on each node. */
    @Bean
    @ConditionalOnRegistryOwner
    @ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
    FleetChanges resilienceFleetChanges(InstanceFactory instances, OperatorJournal journal) {
        return new Operators(instances, journal, false, Optional::empty)::applyFromFleet;
    }
}
