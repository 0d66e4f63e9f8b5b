package io.netrun.resilience.spring.settings;

import io.netrun.resilience.FailureMatcher;
import io.netrun.resilience.spring.pattern.ConstantSetting;
import io.netrun.resilience.spring.pattern.PatternDescriptor;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ResolvableType;

/**
 * A setting of a pattern: a component of the configuration record, with its name in YAML. Settings are declared only in
 * the record.
 *
 * @param component the component of the configuration record
 * @param key the name in kebab case, such as {@code max-attempts}
 * @param type the type of its values
 * @param isWritable whether it can be written in configuration; code by its name, unless the starter sets it
 */
record Setting(RecordComponent component, String key, ResolvableType type, boolean isWritable) {

    private static final ConcurrentMap<Class<?>, List<Setting>> OF_RECORD = new ConcurrentHashMap<>();

    /** The settings of a pattern, in the order of the record. */
    static List<Setting> of(PatternDescriptor<?, ?> pattern) {
        return of(pattern.type().defaults());
    }

    /** The settings of a configuration, in the order of its record. */
    static List<Setting> of(Record config) {
        return OF_RECORD.computeIfAbsent(
                config.getClass(),
                record -> Arrays.stream(record.getRecordComponents())
                        .map(Setting::of)
                        .toList());
    }

    private static Setting of(RecordComponent component) {
        ResolvableType type = ResolvableType.forMethodReturnType(component.getAccessor());
        Class<?> value = type.hasGenerics() && component.getType() == List.class
                ? type.getGeneric(0).toClass()
                : component.getType();
        return new Setting(
                component, kebab(component.getName()), type, !value.isRecord() && value != BooleanSupplier.class);
    }

    /** Whether its value is code, of which configuration has the name. */
    boolean isCode() {
        return component.getType().isAnnotationPresent(FunctionalInterface.class);
    }

    /** Whether its value is a list, such as one of failures. */
    boolean isList() {
        return component.getType() == List.class;
    }

    /** Whether its value may be written as nested keys or as a list of them. */
    boolean isNesting() {
        return ConstantSetting.isTypeOf(component.getType());
    }

    /** The name in Java, annotations and JSON, such as {@code maxAttempts}. */
    String name() {
        return component.getName();
    }

    @Nullable
    Object valueIn(Record config) {
        return valueIn(component, config);
    }

    private static @Nullable Object valueIn(RecordComponent component, Record config) {
        try {
            return component.getAccessor().invoke(config);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whether two configurations have the same value of this setting. */
    boolean isSameIn(Record one, Record other) {
        return isSame(valueIn(one), valueIn(other));
    }

    /** Whether two values mean the same. The order of the failures in a list has no meaning. */
    static boolean isSame(@Nullable Object one, @Nullable Object other) {
        return (one instanceof List<?> values
                        && other instanceof List<?> others
                        && values.stream().allMatch(FailureMatcher.class::isInstance))
                ? Set.copyOf(values).equals(Set.copyOf(others))
                : Objects.equals(one, other);
    }

    /** The values of some settings of a configuration, by Java name. */
    static Map<String, @Nullable Object> values(Record config, Set<String> names) {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        of(config).stream()
                .filter(setting -> names.contains(setting.name()))
                .forEach(setting -> values.put(setting.name(), setting.valueIn(config)));
        return values;
    }

    /**
     * Copies a configuration with changed values.
     *
     * @param like the configuration to copy
     * @param values the changed values, by Java name
     * @throws IllegalArgumentException if a value is out of range
     */
    static <C extends Record> C with(C like, Map<String, ? extends @Nullable Object> values) {
        @SuppressWarnings("unchecked") // the class of a C
        Class<C> type = (Class<C>) like.getClass();
        List<Setting> settings = of(like);
        Object[] arguments = new Object[settings.size()];
        for (int i = 0; i < arguments.length; i++) {
            Setting setting = settings.get(i);
            arguments[i] = values.containsKey(setting.name()) ? values.get(setting.name()) : setting.valueIn(like);
        }
        try {
            Constructor<C> constructor = type.getDeclaredConstructor(settings.stream()
                    .map(setting -> setting.component.getType())
                    .toArray(Class<?>[]::new));
            return constructor.newInstance(arguments);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof IllegalArgumentException outOfRange) {
                throw outOfRange;
            }
            throw new IllegalStateException(e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String kebab(String camel) {
        StringBuilder kebab = new StringBuilder();
        for (int i = 0; i < camel.length(); i++) {
            char each = camel.charAt(i);
            if (each >= 'A' && each <= 'Z') {
                kebab.append('-');
            }
            kebab.append(each);
        }
        return kebab.toString().toLowerCase(Locale.ROOT);
    }
}
