package io.netrun.resilience.spring.method;

import io.netrun.resilience.annotation.Unset;
import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import io.netrun.resilience.spring.pattern.PipelineSlot;
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
import org.jspecify.annotations.Nullable;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.AnnotationAttributes;

/**
 * One annotation's wish for one method.
 *
 * @param place what it asks for
 * @param name of the instance, placeholders not yet resolved; empty if it has a default name
 * @param defaultName null if the annotation has a name
 * @param settings that it sets, by Java name
 * @param methodAttributes what else it sets, which is about the method and not the instance
 * @param location the method or class that has it, for messages
 */
record Declaration(
        PipelineSlot place,
        String name,
        @Nullable DefaultName defaultName,
        Map<String, Object> settings,
        Map<String, Object> methodAttributes,
        String location) {

    static final String NAME = "name";

    /**
     * The wishes for a method. Annotations are found on the method, on the methods it overrides or implements, and, for
     * public methods, on its class, that class's superclasses and interfaces; the method's own win over the class's,
     * per pattern. Meta-annotations count, with their {@code @AliasFor}.
     *
     * @param method as the target class has it
     */
    static List<Declaration> of(List<PipelineSlot> places, Method method, Class<?> targetClass) {
        return places.stream()
                .map(place -> of(place, method, targetClass))
                .filter(Objects::nonNull)
                .toList();
    }

    PatternDescriptor<?, ?> pattern() {
        return place.pattern();
    }

    private static @Nullable Declaration of(PipelineSlot place, Method method, Class<?> targetClass) {
        AnnotationAttributes onMethod = attributes(method, place.annotation());
        AnnotationAttributes found =
                onMethod == null ? attributesOfClass(method, targetClass, place.annotation()) : onMethod;
        if (found == null) {
            return null;
        }
        String type = targetClass.getSimpleName().isEmpty() ? targetClass.getName() : targetClass.getSimpleName();
        DefaultName defaultName = found.getString(NAME).isEmpty() ? DefaultName.of(place, method, targetClass) : null;
        return read(place, found, defaultName, onMethod == null ? type : type + "." + method.getName());
    }

    /** What an annotation says of a method: its own, or else its class's. */
    static @Nullable AnnotationAttributes attributes(
            Method method, Class<?> targetClass, Class<? extends Annotation> annotation) {
        AnnotationAttributes onMethod = attributes(method, annotation);
        return onMethod != null ? onMethod : attributesOfClass(method, targetClass, annotation);
    }

    /**
     * Whether one of the annotations stands at the method itself, or at one that it overrides or implements, and not at
     * its class.
     */
    static boolean isAtMethod(Method method) {
        return PatternDescriptors.places().stream().anyMatch(place -> isAtMethod(method, place));
    }

    /** Whether the annotation of one pattern stands at the method. */
    static boolean isAtMethod(Method method, PipelineSlot place) {
        return attributes(method, place.annotation()) != null;
    }

    private static @Nullable AnnotationAttributes attributesOfClass(
            Method method, Class<?> targetClass, Class<? extends Annotation> annotation) {
        return isCoveredByItsClass(method) ? attributes(targetClass, annotation) : null;
    }

    /**
     * A class's annotation is about what the class does for its callers, so not about what every object has, or none.
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

    private static @Nullable AnnotationAttributes attributes(
            AnnotatedElement element, Class<? extends Annotation> annotation) {
        return AnnotatedElementUtils.findMergedAnnotationAttributes(element, annotation.getName(), false, false);
    }

    private static Declaration read(
            PipelineSlot place, AnnotationAttributes attributes, @Nullable DefaultName defaultName, String location) {
        Map<String, Object> settings = new LinkedHashMap<>(attributes);
        settings.remove(NAME);
        settings.values().removeIf(Declaration::isUnset);
        Map<String, Object> methodAttributes = new LinkedHashMap<>(settings);
        settings.keySet().removeIf(attribute -> !place.pattern().isSetting(attribute));
        methodAttributes.keySet().removeAll(settings.keySet());
        return new Declaration(place, attributes.getString(NAME), defaultName, settings, methodAttributes, location);
    }

    private static boolean isUnset(Object value) {
        return value.equals(Unset.INT)
                || value.equals(Unset.DOUBLE)
                || value.equals("")
                || (value.getClass().isArray() && Array.getLength(value) == 0);
    }
}
