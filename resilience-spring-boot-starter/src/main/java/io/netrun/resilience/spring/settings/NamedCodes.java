package io.netrun.resilience.spring.settings;

import io.netrun.resilience.spring.pattern.CodeSetting;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import io.netrun.resilience.spring.problem.SpellingSuggestion;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.BeanInstantiationException;
import org.springframework.beans.BeanUtils;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.ResolvableType;
import org.springframework.core.convert.TypeDescriptor;
import org.springframework.core.convert.converter.GenericConverter;
import org.springframework.util.ClassUtils;

/**
 * Converts the names of code in settings: {@code @} and the name of a bean, which is looked up with the first call, or
 * the name of a class with a constructor without parameters. The messages of its exceptions are remedies. Thread-safe.
 */
final class NamedCodes implements GenericConverter {

    static final String BEAN = "@";

    private final @Nullable ListableBeanFactory beans;
    private final Map<Class<?>, CodeSetting<?>> settings = new LinkedHashMap<>();

    /** One object of each class, as there is one of each bean. */
    private final ConcurrentMap<Class<?>, Object> created = new ConcurrentHashMap<>();

    /**
     * Creates the conversion of an application.
     *
     * @param beans null if settings are read without an application; then every bean name is accepted
     */
    NamedCodes(@Nullable ListableBeanFactory beans) {
        this.beans = beans;
        PatternDescriptors.all().forEach(pattern -> pattern.code().forEach(code -> settings.put(code.type(), code)));
    }

    @Override
    public Set<ConvertiblePair> getConvertibleTypes() {
        Set<ConvertiblePair> pairs = new LinkedHashSet<>();
        pairs.add(new ConvertiblePair(String.class, Predicate.class));
        settings.keySet().forEach(type -> pairs.add(new ConvertiblePair(String.class, type)));
        return pairs;
    }

    @Override
    public @Nullable Object convert(@Nullable Object source, TypeDescriptor sourceType, TypeDescriptor targetType) {
        String name = source == null ? "" : source.toString().trim();
        if (name.isEmpty()) {
            return null;
        }
        Class<?> type = targetType.getType();
        if (type == Predicate.class) {
            return predicate(name, targetType.getResolvableType().getGeneric(0).resolve(Object.class));
        }
        CodeSetting<?> setting = settings.get(type);
        if (setting == null) {
            throw new IllegalArgumentException("No code can be named here");
        }
        return named(name, setting);
    }

    private <T> T named(String name, CodeSetting<T> setting) {
        return setting.naming().apply(name, lookup(name, setting.type()));
    }

    /** @param takes what the setting passes to the predicate */
    private Predicate<@Nullable Object> predicate(String name, Class<?> takes) {
        @SuppressWarnings("unchecked") // the argument is checked below, and when it is called
        Supplier<Predicate<@Nullable Object>> code =
                (Supplier<Predicate<@Nullable Object>>) (Supplier<?>) lookup(name, Predicate.class);
        Class<?> argument = argumentOf(name);
        if (argument == null || argument.isAssignableFrom(takes)) {
            return new NamedPredicate(name, code, null, false);
        }
        if (!takes.isAssignableFrom(argument)) {
            throw new IllegalArgumentException("The predicate takes a " + argument.getName() + ", but is called with a "
                    + takes.getName() + ". Use a predicate for that, or for one of its subclasses");
        }
        // Failures of other classes are not affected, and other results are accepted.
        return new NamedPredicate(name, code, argument, takes == Throwable.class);
    }

    private <T> Supplier<T> lookup(String name, Class<T> type) {
        if (!name.startsWith(BEAN)) {
            Class<?> named = classOf(name, type);
            if (beans == null) {
                return () -> type.cast(BeanUtils.instantiateClass(named));
            }
            T code = type.cast(instance(named));
            return () -> code;
        }
        ListableBeanFactory factory = beans;
        String bean = name.substring(BEAN.length());
        if (factory == null) {
            return () -> {
                throw new IllegalStateException("There is no application with the bean " + bean);
            };
        }
        requireUsable(factory, bean, type);
        return new CodeBean<>(() -> factory.getBean(bean, type));
    }

    /** Checks the type only, without creating the bean. */
    private static void requireUsable(ListableBeanFactory factory, String name, Class<?> type) {
        if (!factory.containsBean(name)) {
            List<String> known =
                    List.of(BeanFactoryUtils.beanNamesForTypeIncludingAncestors(factory, type, true, false));
            String nearest = SpellingSuggestion.to(name, known);
            throw new IllegalArgumentException("No bean has this name. "
                    + (nearest.isEmpty() ? "" : "Did you mean '" + BEAN + nearest + "'? ")
                    + (known.isEmpty()
                            ? "Define a bean of type " + type.getTypeName()
                            : "Available beans: " + String.join(", ", known)));
        }
        if (!factory.isTypeMatch(name, type)) {
            Class<?> actual = factory.getType(name, false);
            throw new IllegalArgumentException("The bean of this name is not a " + type.getTypeName()
                    + (actual == null ? "" : ", but a " + actual.getName()) + ". Use the name of one");
        }
    }

    private Class<?> classOf(String name, Class<?> type) {
        Class<?> named;
        try {
            named = ClassUtils.forName(name, null);
        } catch (ClassNotFoundException | LinkageError missing) {
            throw new IllegalArgumentException("There is no class of this name. "
                    + (beans != null && beans.containsBean(name)
                            ? "To name a bean, write '" + BEAN + name + "'"
                            : "Write '" + BEAN + "' and the name of a bean, or the full name of a class"));
        }
        if (!type.isAssignableFrom(named)) {
            throw new IllegalArgumentException("This class is not a " + type.getTypeName() + ". Use one that is");
        }
        return named;
    }

    private Object instance(Class<?> named) {
        Object present = created.get(named);
        if (present != null) {
            return present;
        }
        try {
            Object made = BeanUtils.instantiateClass(named);
            Object other = created.putIfAbsent(named, made);
            return other == null ? made : other;
        } catch (BeanInstantiationException | LinkageError impossible) {
            throw new IllegalArgumentException("It cannot be created by a constructor without parameters ("
                    + reason(impossible) + "). Define a bean, and write '" + BEAN + "' and its name");
        }
    }

    private static String reason(Throwable failure) {
        Throwable cause = failure.getCause() == null ? failure : failure.getCause();
        return cause.toString();
    }

    /** The class that a predicate is declared for; null if that is unknown, or any. */
    private @Nullable Class<?> argumentOf(String name) {
        ResolvableType declared = name.startsWith(BEAN)
                ? declaredType(name.substring(BEAN.length()))
                : ResolvableType.forClass(classOf(name, Predicate.class));
        Class<?> argument = declared.as(Predicate.class).getGeneric(0).resolve();
        return argument == Object.class ? null : argument;
    }

    private ResolvableType declaredType(String bean) {
        if (beans instanceof ConfigurableListableBeanFactory factory && factory.containsBeanDefinition(bean)) {
            return factory.getMergedBeanDefinition(bean).getResolvableType();
        }
        Class<?> type = beans == null ? null : beans.getType(bean, false);
        return type == null ? ResolvableType.NONE : ResolvableType.forClass(type);
    }
}
