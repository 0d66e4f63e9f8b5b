package io.netrun.resilience.spring.aop;

import java.lang.ref.Reference;
import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ObjectFactory;
import org.springframework.core.NativeDetector;

/**
 * Finds out whether an object has a reference to another one, as a wrapper has to what it delegates to. Reads fields
 * and collections of the JDK, and calls no code of the application.
 */
final class HeldObjects {

    /** The answer. */
    enum Answer {
        YES,
        NO,
        /** There are too many objects to look at, or some from which others can be obtained by name. */
        UNKNOWN
    }

    private static final int LIMIT = 1000;

    /** Objects that lead to very many others, and to no bean that a wrapper would call. */
    private static final List<String> ENDS =
            List.of("org.slf4j.", "ch.qos.logback.", "org.apache.logging.", "org.apache.commons.logging.");

    private final Object wanted;
    private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Deque<Object> next = new ArrayDeque<>();
    private boolean unclear;

    private HeldObjects(Object wanted) {
        this.wanted = wanted;
    }

    /**
     * Whether an object holds another one, directly or through those that it holds. The nearest are looked at first.
     */
    static Answer search(Object holder, Object wanted) {
        // There, the fields of most classes are not listed.
        return NativeDetector.inNativeImage() ? Answer.UNKNOWN : new HeldObjects(wanted).search(holder);
    }

    private Answer search(Object holder) {
        add(holder);
        for (Object each = next.poll(); each != null; each = next.poll()) {
            if (each == wanted) {
                return Answer.YES;
            }
            if (seen.size() > LIMIT) {
                return Answer.UNKNOWN;
            }
            visit(each);
        }
        return unclear ? Answer.UNKNOWN : Answer.NO;
    }

    private void add(@Nullable Object object) {
        if (object != null && !isEnd(object) && seen.add(object)) {
            next.add(object);
        }
    }

    private static boolean isEnd(Object object) {
        return object instanceof CharSequence
                || object instanceof Number
                || object instanceof Boolean
                || object instanceof Character
                || object instanceof Enum<?>
                || object instanceof Class<?>
                || object instanceof ClassLoader
                || object instanceof Thread
                || object instanceof AccessibleObject
                || ENDS.stream().anyMatch(object.getClass().getName()::startsWith);
    }

    private void visit(Object object) {
        Class<?> type = object.getClass();
        if (object instanceof BeanFactory || object instanceof ObjectFactory<?>) {
            unclear = true;
        } else if (type.isArray()) {
            visitArray(object, type);
        } else if (Proxy.isProxyClass(type)) {
            InvocationHandler handler = Proxy.getInvocationHandler(object);
            add(handler);
        } else if (type.getName().startsWith("java.")) {
            visitOfJdk(object);
        } else {
            visitFields(object, type);
        }
    }

    private void visitArray(Object array, Class<?> type) {
        if (!type.getComponentType().isPrimitive()) {
            for (int i = 0; i < Math.min(Array.getLength(array), LIMIT); i++) {
                add(Array.get(array, i));
            }
        }
    }

    /** Its fields are not readable. */
    private void visitOfJdk(Object object) {
        try {
            if (object instanceof Collection<?> elements) {
                addAll(elements.toArray());
            } else if (object instanceof Map<?, ?> map) {
                addAll(map.values().toArray());
                addAll(map.keySet().toArray());
            } else if (object instanceof Optional<?> optional) {
                optional.ifPresent(this::add);
            } else if (object instanceof AtomicReference<?> reference) {
                add(reference.get());
            } else if (object instanceof Reference<?> reference) {
                add(reference.get());
            } else if (object instanceof ThreadLocal<?>) {
                unclear = true;
            }
        } catch (RuntimeException changedMeanwhile) {
            unclear = true;
        }
    }

    private void addAll(Object[] elements) {
        Arrays.stream(elements).limit(LIMIT).forEach(this::add);
    }

    private void visitFields(Object object, Class<?> type) {
        for (Class<?> each = type; each != null && !each.getName().startsWith("java."); each = each.getSuperclass()) {
            try {
                for (Field field : each.getDeclaredFields()) {
                    if (!Modifier.isStatic(field.getModifiers())
                            && !field.getType().isPrimitive()) {
                        if (field.trySetAccessible()) {
                            add(field.get(object));
                        } else {
                            unclear = true;
                        }
                    }
                }
            } catch (IllegalAccessException | RuntimeException | LinkageError unreadable) {
                unclear = true;
            }
        }
    }
}
