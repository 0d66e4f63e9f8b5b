package io.netrun.resilience.spring.method;

import io.netrun.resilience.annotation.Unset;
import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import io.netrun.resilience.spring.pattern.PipelineSlot;
import io.netrun.resilience.spring.settings.Compatibility;
import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Array;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.AnnotationAttributes;
import org.springframework.core.annotation.AnnotationUtils;

/**
 * What one annotation declares for one method.
 *
 * @param slot the pipeline slot that the annotation fills
 * @param name the name of the instance with unresolved placeholders; empty for the default name
 * @param defaultName the default name; null if the annotation has a name
 * @param settings the settings that the annotation sets, by Java name
 * @param methodAttributes its other attributes, which apply to the method and not to the instance
 * @param location the method or class with the annotation, for messages
 */
record Declaration(
        PipelineSlot slot,
        String name,
        @Nullable DefaultName defaultName,
        Map<String, Object> settings,
        Map<String, Object> methodAttributes,
        String location) {

    static final String NAME = "name";

    private static final String KEY = "key";
    private static final String MAX_KEYS = "maxKeys";

    /** Attributes whose elements belong to the setting of another attribute, since that takes classes alone. */
    private static final Map<String, String> ADDED_TO =
            Map.of("matchers", "exceptions", "ignoreMatchers", "ignoreExceptions");

    /**
     * Finds the declarations for a method. Annotations are found on the method, on the methods that it overrides or
     * implements in the class, and, for public methods, on its class and that class's supertypes. For each pattern, an
     * annotation on the method overrides that on the class. Meta-annotations count, including {@code @AliasFor}.
     *
     * @param method the method as declared or inherited by the target class
     * @param compatibility the other library whose annotations count too
     */
    static List<Declaration> of(
            List<PipelineSlot> slots, Method method, Class<?> targetClass, Compatibility compatibility) {
        boolean foreign = compatibility == Compatibility.RESILIENCE4J;
        return (foreign ? ForeignAnnotations.withFallbacks(slots) : slots)
                .stream()
                        .map(slot -> {
                            Declaration own = of(slot, method, targetClass);
                            return own == null && foreign ? ofForeign(slot, method, targetClass) : own;
                        })
                        .filter(Objects::nonNull)
                        .toList();
    }

    /** Whether it is of an annotation of resilience4j. */
    boolean isForeign() {
        return methodAttributes.containsKey(ForeignAnnotations.MARK);
    }

    PatternDescriptor<?, ?> pattern() {
        return slot.pattern();
    }

    /** What an annotation of resilience4j declares; null if there is none for the slot. */
    private static @Nullable Declaration ofForeign(PipelineSlot slot, Method method, Class<?> targetClass) {
        String annotation = ForeignAnnotations.of(slot);
        if (annotation == null
                || isAnnotated(method, targetClass, slot.annotation().getName())) {
            return null; // an annotation of this library counts alone
        }
        AnnotationAttributes onMethod = attributesOfMethod(method, targetClass, annotation);
        AnnotationAttributes found = onMethod == null ? attributesOfClass(method, targetClass, annotation) : onMethod;
        String type = targetClass.getSimpleName().isEmpty() ? targetClass.getName() : targetClass.getSimpleName();
        return found == null
                ? null
                : ForeignAnnotations.read(slot, found, onMethod == null ? type : type + "." + method.getName());
    }

    private static boolean isAnnotated(Method method, Class<?> targetClass, String annotation) {
        return attributesOfMethod(method, targetClass, annotation) != null
                || attributesOfClass(method, targetClass, annotation) != null;
    }

    /** Whether there is an instance for each key. */
    boolean isKeyed() {
        return !key().isEmpty();
    }

    /** The expression that returns the key of a call, with unresolved placeholders; empty for none. */
    String key() {
        return String.valueOf(methodAttributes.getOrDefault(KEY, ""));
    }

    /** The number of instances to keep; null for the default. */
    @Nullable
    Integer maxKeys() {
        return (Integer) methodAttributes.get(MAX_KEYS);
    }

    private static @Nullable Declaration of(PipelineSlot slot, Method method, Class<?> targetClass) {
        if (ForeignAnnotations.isFallback(slot)) {
            return null;
        }
        AnnotationAttributes onMethod =
                attributesOfMethod(method, targetClass, slot.annotation().getName());
        AnnotationAttributes found = onMethod == null
                ? attributesOfClass(method, targetClass, slot.annotation().getName())
                : onMethod;
        if (found == null) {
            return null;
        }
        String type = targetClass.getSimpleName().isEmpty() ? targetClass.getName() : targetClass.getSimpleName();
        DefaultName defaultName = found.getString(NAME).isEmpty() ? DefaultName.of(slot, method, targetClass) : null;
        return read(slot, found, defaultName, onMethod == null ? type : type + "." + method.getName());
    }

    /** The attributes of the annotation on a method, or else on its class. */
    static @Nullable AnnotationAttributes attributes(
            Method method, Class<?> targetClass, Class<? extends Annotation> annotation) {
        AnnotationAttributes onMethod = attributesOfMethod(method, targetClass, annotation.getName());
        return onMethod != null ? onMethod : attributesOfClass(method, targetClass, annotation.getName());
    }

    /**
     * Whether one of the annotations is on the method itself, or on one that it overrides or implements in the class,
     * and not on the class.
     */
    static boolean isAtMethod(Method method, Class<?> targetClass) {
        return PatternDescriptors.slots().stream().anyMatch(slot -> isAtMethod(method, targetClass, slot));
    }

    /** Whether the annotation of one pattern is on the method. */
    static boolean isAtMethod(Method method, Class<?> targetClass, PipelineSlot slot) {
        String foreign = ForeignAnnotations.of(slot);
        return attributesOfMethod(method, targetClass, slot.annotation().getName()) != null
                || (foreign != null && attributesOfMethod(method, targetClass, foreign) != null);
    }

    private static @Nullable AnnotationAttributes attributesOfMethod(
            Method method, Class<?> targetClass, String annotation) {
        AnnotationAttributes found = attributes(method, annotation);
        return found != null
                ? found
                : ImplementedMethods.of(method, targetClass).stream()
                        .map(implemented -> attributes(implemented, annotation))
                        .filter(Objects::nonNull)
                        .findFirst()
                        .orElse(null);
    }

    private static @Nullable AnnotationAttributes attributesOfClass(
            Method method, Class<?> targetClass, String annotation) {
        return isCoveredByItsClass(method) ? attributes(targetClass, annotation) : null;
    }

    /**
     * A class-level annotation covers the public instance methods that the class offers, and not the methods of
     * {@code Object}.
     */
    private static boolean isCoveredByItsClass(Method method) {
        return Modifier.isPublic(method.getModifiers())
                && !Modifier.isStatic(method.getModifiers())
                && !isOfEveryObject(method);
    }

    private static boolean isOfEveryObject(Method method) {
        return Arrays.stream(Object.class.getDeclaredMethods())
                .anyMatch(each -> each.getName().equals(method.getName())
                        && Arrays.equals(each.getParameterTypes(), method.getParameterTypes()));
    }

    private static @Nullable AnnotationAttributes attributes(AnnotatedElement element, String annotation) {
        return AnnotatedElementUtils.findMergedAnnotationAttributes(element, annotation, false, false);
    }

    private static Declaration read(
            PipelineSlot slot, AnnotationAttributes attributes, @Nullable DefaultName defaultName, String location) {
        Map<String, Object> settings = new LinkedHashMap<>(attributes);
        settings.remove(NAME);
        settings.entrySet().removeIf(each -> isUnset(slot.annotation(), each.getKey(), each.getValue()));
        ADDED_TO.forEach((attribute, setting) -> merge(settings, attribute, setting));
        Map<String, Object> methodAttributes = new LinkedHashMap<>(settings);
        settings.keySet().removeIf(attribute -> !slot.pattern().isSetting(attribute));
        methodAttributes.keySet().removeAll(settings.keySet());
        return new Declaration(slot, attributes.getString(NAME), defaultName, settings, methodAttributes, location);
    }

    /** Adds the elements of one attribute to those of another, which have the same setting. */
    private static void merge(Map<String, Object> settings, String attribute, String setting) {
        Object[] texts = (Object[]) settings.remove(attribute);
        if (texts != null) {
            Object[] classes = (Object[]) settings.getOrDefault(setting, new Object[0]);
            settings.put(
                    setting,
                    Stream.concat(Arrays.stream(classes), Arrays.stream(texts)).toArray());
        }
    }

    private static boolean isUnset(Class<? extends Annotation> annotation, String attribute, Object value) {
        return value.equals(Unset.INT)
                || value.equals(Unset.DOUBLE)
                || value.equals(Unset.TEXT)
                || (value.equals("") && !Unset.TEXT.equals(AnnotationUtils.getDefaultValue(annotation, attribute)))
                || (value.getClass().isArray() && Array.getLength(value) == 0);
    }
}
