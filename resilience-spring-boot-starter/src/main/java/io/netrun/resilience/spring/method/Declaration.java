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
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.AnnotationAttributes;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;

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

    private static final Method[] OF_EVERY_OBJECT = Object.class.getDeclaredMethods();

    /** The attributes of this library's annotations for which an empty text is a value. */
    private static final ConcurrentMap<Class<? extends Annotation>, Set<String>> EMPTY_TEXTS =
            new ConcurrentHashMap<>();

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
        List<Declaration> all = KnownAnnotations.declarations(
                method,
                targetClass,
                compatibility,
                () -> read(PatternDescriptors.slots(), method, targetClass, compatibility));
        if (slots.equals(PatternDescriptors.slots()) || all.isEmpty()) {
            return all;
        }
        List<Declaration> ordered = new ArrayList<>();
        for (PipelineSlot slot : all(slots, compatibility)) {
            all.stream().filter(each -> each.slot.equals(slot)).forEach(ordered::add);
        }
        return List.copyOf(ordered);
    }

    private static List<Declaration> read(
            List<PipelineSlot> slots, Method method, Class<?> targetClass, Compatibility compatibility) {
        List<Declaration> found = new ArrayList<>();
        for (PipelineSlot slot : all(slots, compatibility)) {
            Declaration own = of(slot, method, targetClass);
            Declaration either = own == null && compatibility == Compatibility.RESILIENCE4J
                    ? ofForeign(slot, method, targetClass)
                    : own;
            if (either != null) {
                found.add(either);
            }
        }
        return List.copyOf(found);
    }

    private static List<PipelineSlot> all(List<PipelineSlot> slots, Compatibility compatibility) {
        return compatibility == Compatibility.RESILIENCE4J ? ForeignAnnotations.withFallbacks(slots) : slots;
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
        AnnotationAttributes onMethod = foreignOfMethod(method, targetClass, annotation);
        AnnotationAttributes found = foreignAttributes(method, targetClass, annotation);
        String type = targetClass.getSimpleName().isEmpty() ? targetClass.getName() : targetClass.getSimpleName();
        return found == null
                ? null
                : ForeignAnnotations.read(
                        slot, found, onMethod == null ? type : type + "." + UserClasses.name(method, targetClass));
    }

    /** The attributes of an annotation of resilience4j for a method; null if there is none. */
    static @Nullable AnnotationAttributes foreignAttributes(Method method, Class<?> targetClass, String annotation) {
        AnnotationAttributes onMethod = foreignOfMethod(method, targetClass, annotation);
        return onMethod == null ? foreignOfClass(method, targetClass, annotation) : onMethod;
    }

    /**
     * The attributes of an annotation of resilience4j on a method. Its aspects look at the method that runs alone; one
     * of an interface counts where a generated class implements it, such as a client.
     */
    private static @Nullable AnnotationAttributes foreignOfMethod(
            Method method, Class<?> targetClass, String annotation) {
        return isGenerated(targetClass)
                ? attributesOfMethod(method, targetClass, annotation)
                : ownAttributes(method, annotation);
    }

    /** The same for the class that declares the method that runs, whatever its visibility. */
    private static @Nullable AnnotationAttributes foreignOfClass(
            Method method, Class<?> targetClass, String annotation) {
        if (isGenerated(targetClass)) {
            return attributesOfClass(method, targetClass, annotation);
        }
        boolean covered = !method.getDeclaringClass().isInterface()
                && !Modifier.isPrivate(method.getModifiers())
                && !Modifier.isStatic(method.getModifiers())
                && !isOfEveryObject(method);
        return covered ? ownAttributes(method.getDeclaringClass(), annotation) : null;
    }

    /** Whether a class is that of a client, whose methods have the annotations of their interface. */
    private static boolean isGenerated(Class<?> type) {
        return type.isInterface() || Proxy.isProxyClass(type);
    }

    private static @Nullable AnnotationAttributes ownAttributes(AnnotatedElement element, String annotation) {
        if (!KnownAnnotations.isPresent(element, annotation)) {
            return null;
        }
        for (Annotation each : element.getDeclaredAnnotations()) {
            if (each.annotationType().getName().equals(annotation)) {
                return AnnotationUtils.getAnnotationAttributes(each, false, false);
            }
        }
        return null;
    }

    private static boolean isAnnotated(Method method, Class<?> targetClass, String annotation) {
        return isOnMethod(method, targetClass, annotation)
                || (isCoveredByItsClass(method) && KnownAnnotations.isPresent(targetClass, annotation));
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
        return read(
                slot, found, defaultName, onMethod == null ? type : type + "." + UserClasses.name(method, targetClass));
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
        for (PipelineSlot slot : PatternDescriptors.slots()) {
            if (isAtMethod(method, targetClass, slot)) {
                return true;
            }
        }
        return false;
    }

    /** Whether the annotation of one pattern is on the method. */
    static boolean isAtMethod(Method method, Class<?> targetClass, PipelineSlot slot) {
        if (isOnMethod(method, targetClass, slot.annotation().getName())) {
            return true;
        }
        String foreign = hasForeign(method, targetClass) ? ForeignAnnotations.of(slot) : null;
        return foreign != null && foreignOfMethod(method, targetClass, foreign) != null;
    }

    /** An annotation of a class with where it is, such as {@code @Hedge on the superclass com.shop.Base}. */
    static String textOfClass(Class<?> targetClass, Class<? extends Annotation> annotation) {
        MergedAnnotation<?> found = MergedAnnotations.from(targetClass, SearchStrategy.TYPE_HIERARCHY)
                .get(annotation);
        String place = "the class";
        if (found.getSource() instanceof Class<?> source && source != targetClass) {
            place = (source.isInterface() ? "the interface " : "the superclass ") + source.getName();
        }
        String name = "@" + annotation.getSimpleName();
        Class<?> composed = found.isPresent() ? found.getRoot().getType() : annotation;
        return (composed == annotation ? name : "@" + composed.getSimpleName() + ", which has " + name + ",") + " on "
                + place;
    }

    private static boolean hasForeign(Method method, Class<?> targetClass) {
        return KnownAnnotations.hasForeign(method)
                || ImplementedMethods.of(method, targetClass).stream().anyMatch(KnownAnnotations::hasForeign);
    }

    private static boolean isOnMethod(Method method, Class<?> targetClass, String annotation) {
        return KnownAnnotations.isPresent(method, annotation)
                || ImplementedMethods.of(method, targetClass).stream()
                        .anyMatch(implemented -> KnownAnnotations.isPresent(implemented, annotation));
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
        return KnownAnnotations.isPresent(targetClass, annotation) && isCoveredByItsClass(method)
                ? attributes(targetClass, annotation)
                : null;
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
        for (Method each : OF_EVERY_OBJECT) {
            if (each.getName().equals(method.getName())
                    && Arrays.equals(each.getParameterTypes(), method.getParameterTypes())) {
                return true;
            }
        }
        return false;
    }

    private static @Nullable AnnotationAttributes attributes(AnnotatedElement element, String annotation) {
        return KnownAnnotations.isPresent(element, annotation)
                ? AnnotatedElementUtils.findMergedAnnotationAttributes(element, annotation, false, false)
                : null;
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
        return new Declaration(
                slot,
                attributes.getString(NAME),
                defaultName,
                Collections.unmodifiableMap(settings),
                Collections.unmodifiableMap(methodAttributes),
                location);
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

    /** Whether an empty text is a value of an attribute, which has another default. */
    private static boolean isEmptyText(Class<? extends Annotation> annotation, String attribute) {
        return EMPTY_TEXTS
                .computeIfAbsent(
                        annotation,
                        each -> Arrays.stream(each.getDeclaredMethods())
                                .filter(method -> Unset.TEXT.equals(method.getDefaultValue()))
                                .map(Method::getName)
                                .collect(Collectors.toUnmodifiableSet()))
                .contains(attribute);
    }

    private static boolean isUnset(Class<? extends Annotation> annotation, String attribute, Object value) {
        return value.equals(Unset.INT)
                || value.equals(Unset.DOUBLE)
                || value.equals(Unset.TEXT)
                || (value.equals("") && !isEmptyText(annotation, attribute))
                || (value.getClass().isArray() && Array.getLength(value) == 0);
    }
}
