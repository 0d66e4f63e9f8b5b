package io.netrun.resilience.spring.startup;

import io.netrun.resilience.spring.mapping.MappingTable;
import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.settings.InstanceFactory;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.ResolvableType;
import org.springframework.util.ClassUtils;

/**
 * Beans of an application that change or observe the instances of resilience4j, and have no effect on those of this
 * library with the same names. The types are known by their names alone. Creates no beans.
 */
final class ForeignCustomizers {

    private static final Logger log = LoggerFactory.getLogger(StartupCheck.class);

    private static final String RESILIENCE4J = "io.github.resilience4j.";

    private static final String NAMED = RESILIENCE4J + "common.CustomizerWithName";

    private static final String CONSUMER = RESILIENCE4J + "core.registry.RegistryEventConsumer";

    private final ConfigurableListableBeanFactory beans;

    private final InstanceFactory instances;

    ForeignCustomizers(ConfigurableListableBeanFactory beans, InstanceFactory instances) {
        this.beans = beans;
        this.instances = instances;
    }

    /** The customizers for names that instances of this library have. */
    List<Problem> customizers() {
        List<Problem> problems = new ArrayList<>();
        types(NAMED).forEach((bean, type) -> {
            String kind = interfaces(type).stream()
                    .map(Class::getSimpleName)
                    .filter(simple -> simple.endsWith("ConfigCustomizer"))
                    .findFirst()
                    .orElse("");
            PatternDescriptor<?, ?> pattern = pattern(kind.replace("ConfigCustomizer", ""));
            String name = pattern == null ? null : name(bean);
            if (pattern != null && name != null && used(pattern).contains(name)) {
                problems.add(Problem.tolerable(
                        "Bean '" + bean + "' is a " + kind + " of resilience4j for '" + name
                                + "', and has no effect on the " + pattern.key() + " '" + name
                                + "' of this library",
                        "Replace it by a ConfigCustomizer bean, or by settings under resilience." + pattern.key()
                                + ".instances." + name));
            }
        });
        return problems;
    }

    /** The beans that get instances of resilience4j for patterns of which this library has instances. */
    List<String> consumers() {
        List<String> reports = new ArrayList<>();
        types(CONSUMER).keySet().forEach(bean -> {
            String names = patterns(bean).stream()
                    .filter(pattern -> !used(pattern).isEmpty())
                    .map(pattern -> pattern.key() + " "
                            + used(pattern).stream()
                                    .map(name -> "'" + name + "'")
                                    .collect(Collectors.joining(", ")))
                    .distinct()
                    .collect(Collectors.joining("; "));
            if (!names.isEmpty()) {
                reports.add("Bean '" + bean + "' is a RegistryEventConsumer of resilience4j, which gets no instances of"
                        + " this library: " + names + ". Listen to them with ResilienceRegistry.onChange(…).");
            }
        });
        return reports;
    }

    /** The patterns of the instances that a consumer gets; all if its type does not name one. */
    private Collection<PatternDescriptor<?, ?>> patterns(String bean) {
        ResolvableType type = beans.getMergedBeanDefinition(bean).getResolvableType();
        Stream<ResolvableType> all = Stream.of(type.getInterfaces());
        ResolvableType consumer = isNamed(type, CONSUMER)
                ? type
                : all.filter(each -> isNamed(each, CONSUMER)).findFirst().orElse(ResolvableType.NONE);
        Class<?> argument = consumer.getGeneric(0).resolve();
        PatternDescriptor<?, ?> one = argument == null ? null : pattern(argument.getSimpleName());
        return one == null
                ? MappingTable.get().patterns().stream()
                        .sorted()
                        .<PatternDescriptor<?, ?>>flatMap(key -> PatternDescriptors.byKey(key).stream())
                        .toList()
                : List.of(one);
    }

    private static boolean isNamed(ResolvableType type, String name) {
        Class<?> resolved = type.resolve();
        return resolved != null && resolved.getName().equals(name);
    }

    private static @Nullable PatternDescriptor<?, ?> pattern(String there) {
        return MappingTable.get()
                .pattern(there)
                .flatMap(PatternDescriptors::byKey)
                .orElse(null);
    }

    private Set<String> used(PatternDescriptor<?, ?> pattern) {
        return new TreeSet<>(instances.requestedNames(pattern));
    }

    /** The beans of the application that have an interface, with their types. */
    private Map<String, Class<?>> types(String name) {
        Map<String, Class<?>> found = new LinkedHashMap<>();
        for (String bean : beans.getBeanDefinitionNames()) {
            try {
                Class<?> type = beans.getType(bean, false);
                boolean own = type != null
                        && !isOfResilience4j(beans.getMergedBeanDefinition(bean).getFactoryBeanName())
                        && interfaces(type).stream()
                                .anyMatch(each -> each.getName().equals(name));
                if (own) {
                    found.put(bean, type);
                }
            } catch (RuntimeException | LinkageError unreadable) {
                log.debug("The definition of bean '{}' cannot be examined", bean, unreadable);
            }
        }
        return found;
    }

    /** The interfaces of a class, and those that they extend. */
    private static Set<Class<?>> interfaces(Class<?> type) {
        Set<Class<?>> all = new LinkedHashSet<>();
        for (Class<?> each = type; each != null; each = each.getSuperclass()) {
            addInterfaces(each, all);
        }
        return all;
    }

    private static void addInterfaces(Class<?> type, Set<Class<?>> all) {
        if (type.isInterface()) {
            all.add(type);
        }
        for (Class<?> each : type.getInterfaces()) {
            addInterfaces(each, all);
        }
    }

    private boolean isOfResilience4j(@Nullable String factory) {
        Class<?> type = factory == null ? null : beans.getType(factory, false);
        return type != null && type.getName().startsWith(RESILIENCE4J);
    }

    /** The name that a customizer is for; null if the bean has not been created, or does not give it. */
    private @Nullable String name(String bean) {
        Object customizer = beans.getSingleton(bean);
        if (customizer == null) {
            return null;
        }
        Method method = interfaces(customizer.getClass()).stream()
                .filter(type -> type.getName().equals(NAMED))
                .map(type -> ClassUtils.getMethodIfAvailable(type, "name"))
                .findFirst()
                .orElse(null);
        try {
            return method == null ? null : (String) method.invoke(customizer);
        } catch (IllegalAccessException | InvocationTargetException | RuntimeException | LinkageError failed) {
            log.debug("The name of the customizer '{}' is not known", bean, failed);
            return null;
        }
    }
}
