package io.netrun.resilience.spring.startup;

import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.settings.LateRequests;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/** Examines beans that are not protected, on behalf of the start-up check. Creates none. */
final class ApplicationBeans {

    private static final Logger log = LoggerFactory.getLogger(ApplicationBeans.class);

    /** Packages whose beans request no instances by themselves. */
    private static final List<String> FRAMEWORK = List.of("org.springframework.", "io.netrun.resilience.spring.auto");

    private static final List<String> RESILIENCE4J =
            List.of("io.github.resilience4j.", "org.springframework.cloud.circuitbreaker.resilience4j.");

    private final ConfigurableListableBeanFactory beans;

    ApplicationBeans(ConfigurableListableBeanFactory beans) {
        this.beans = beans;
    }

    /**
     * Whether the application has beans that have not been created yet, and whose code may request instances: lazy
     * beans, and beans with another scope.
     */
    private boolean hasUncreated() {
        return any(name -> {
            BeanDefinition definition = beans.getMergedBeanDefinition(name);
            boolean later = definition.isSingleton()
                    ? definition.isLazyInit() && !beans.containsSingleton(name)
                    : !definition.isAbstract();
            return later && !isFrom(FRAMEWORK, declaring(definition));
        });
    }

    /** What may still use what nothing has requested, whatever it is, as a sentence; empty if nothing may. */
    String laterUse() {
        return hasUncreated() ? "Beans that have not been created yet may use it." : "";
    }

    /** What may still use instances of a pattern that nothing has requested, as a sentence; empty if nothing may. */
    String laterUse(PatternDescriptor<?, ?> pattern) {
        String byBeans = laterUse();
        return !byBeans.isEmpty()
                ? byBeans
                : lateRequester(pattern).map(who -> who + " uses it.").orElse("");
    }

    /** What may request any instance of a pattern by a name that comes with a call. */
    private Optional<String> lateRequester(PatternDescriptor<?, ?> pattern) {
        return beans.getBeanProvider(LateRequests.class)
                .orderedStream()
                .filter(bean -> bean.mayRequest(pattern))
                .map(LateRequests::requester)
                .findFirst();
    }

    /** Whether resilience4j is active in addition to this library, so that its settings have an effect. */
    boolean hasResilience4j() {
        return any(name -> {
            Class<?> type = beans.getType(name, false);
            return type != null && isFrom(RESILIENCE4J, type.getName());
        });
    }

    /** The bean that applies annotations of resilience4j, if that is active in addition to this library. */
    Optional<String> aspectOfResilience4j() {
        AtomicReference<@Nullable String> found = new AtomicReference<>();
        any(name -> {
            Class<?> type = beans.getType(name, false);
            boolean aspect = type != null
                    && type.getName().startsWith(RESILIENCE4J.get(0))
                    && type.getSimpleName().endsWith("Aspect");
            if (aspect) {
                found.set(name);
            }
            return aspect;
        });
        return Optional.ofNullable(found.get());
    }

    private boolean any(Predicate<String> condition) {
        return Stream.of(beans.getBeanDefinitionNames()).anyMatch(name -> {
            try {
                return condition.test(name);
            } catch (RuntimeException | LinkageError unreadable) {
                log.debug("The definition of bean '{}' cannot be examined", name, unreadable);
                return false;
            }
        });
    }

    /** The class whose code creates a bean: its own, or the class with the factory method. */
    private @Nullable String declaring(BeanDefinition definition) {
        String factory = definition.getFactoryBeanName();
        if (factory == null) {
            return definition.getBeanClassName();
        }
        Class<?> type = beans.getType(factory, false);
        return type == null ? null : type.getName();
    }

    private static boolean isFrom(List<String> packages, @Nullable String className) {
        return className != null && packages.stream().anyMatch(className::startsWith);
    }
}
