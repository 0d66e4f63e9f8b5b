package io.netrun.resilience.spring.aop;

import io.netrun.resilience.spring.problem.Problem;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Collection;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * Members of a bean's class that a proxy's subclass cannot delegate to the bean. The proxy is an instance of that
 * subclass with empty fields: a final method runs on the proxy and reads these.
 */
final class UnproxiedMembers {

    private static final Logger log = LoggerFactory.getLogger(UnproxiedMembers.class);

    /** By name, since the class is in an optional library. */
    private static final String FILTER = "jakarta.servlet.Filter";

    private static final String SPRING = "org.springframework.";

    private UnproxiedMembers() {}

    /** Warns about members that fail when they are used from outside of the bean. */
    static void warnOf(Class<?> type, Class<?> proxy) {
        Collection<String> members = of(type, proxy);
        if (!members.isEmpty()) {
            log.warn(
                    "{}: callers of {} reach the proxy of the bean, whose fields are empty."
                            + " Make methods non-final and public, and fields private,"
                            + " or move the annotated methods to another bean.",
                    type.getName(),
                    String.join(", ", members));
        }
    }

    /**
     * The problem of a servlet filter whose final {@code init} runs on the proxy: the web server that calls it fails
     * with a {@code NullPointerException}. Null for all others.
     */
    static @Nullable Problem ofFilter(Class<?> type, Class<?> proxy) {
        return isFilter(type) && of(type, proxy).contains("init()")
                ? Problem.tolerable(
                        type.getName()
                                + " is a servlet filter with annotated methods, but its final method init() would run"
                                + " on the proxy, whose fields are empty: the web server could not start the filter",
                        "Move the annotated methods to another bean, which the filter calls")
                : null;
    }

    private static boolean isFilter(Class<?> type) {
        return Arrays.stream(ClassUtils.getAllInterfacesForClass(type))
                .anyMatch(each -> each.getName().equals(FILTER));
    }

    /**
     * Inspects the user's class and what it inherits: methods that Spring generates for {@code @Configuration} and
     * {@code @Lookup} are for Spring alone.
     */
    static Collection<String> of(Class<?> generated, Class<?> proxy) {
        Class<?> type = ClassUtils.getUserClass(generated);
        Collection<String> members = new TreeSet<>();
        for (Class<?> each = type; each != null && each != Object.class; each = each.getSuperclass()) {
            for (Method method : ReflectionUtils.getDeclaredMethods(each)) {
                if (hasFields(each) && staysOnTheProxy(method, type, proxy)) {
                    members.add(method.getName() + "()");
                }
            }
        }
        Stream.of(type.getFields())
                .filter(field -> !Modifier.isStatic(field.getModifiers()))
                .map(Field::getName)
                .forEach(members::add);
        return members;
    }

    private static boolean staysOnTheProxy(Method method, Class<?> type, Class<?> proxy) {
        int modifiers = method.getModifiers();
        if (Modifier.isStatic(modifiers) || Modifier.isPrivate(modifiers) || method.isSynthetic()) {
            return false;
        }
        Class<?> declaring = method.getDeclaringClass();
        if (!Modifier.isPublic(modifiers) && !Modifier.isProtected(modifiers)) {
            // Those that another package could override are mostly for that package's own use.
            return proxy.getClassLoader() != declaring.getClassLoader()
                    || (Modifier.isFinal(modifiers) && !isOfSpring(declaring));
        }
        if (!Modifier.isFinal(modifiers)) {
            return false;
        }
        // Inherited ones that are protected are for subclasses, which call them on the bean itself.
        return declaring == type
                || (Modifier.isPublic(modifiers)
                        && (isOfSpring(declaring) ? isForOthers(method, type) : !isForSpring(method, type)));
    }

    /** Its base classes have final setters and getters for subclasses. */
    private static boolean isOfSpring(Class<?> type) {
        return type.getName().startsWith(SPRING);
    }

    /** Whether an interface publishes a method. Spring calls its own interfaces on the bean itself. */
    private static boolean isForOthers(Method method, Class<?> type) {
        return isOfInterface(method, type, false);
    }

    private static boolean isForSpring(Method method, Class<?> type) {
        return isOfInterface(method, type, true) && !isForOthers(method, type);
    }

    private static boolean isOfInterface(Method method, Class<?> type, boolean ofSpring) {
        return Modifier.isPublic(method.getModifiers())
                && Arrays.stream(ClassUtils.getAllInterfacesForClass(type))
                        .filter(each -> isOfSpring(each) == ofSpring)
                        .anyMatch(each ->
                                ReflectionUtils.findMethod(each, method.getName(), method.getParameterTypes()) != null);
    }

    private static boolean hasFields(Class<?> type) {
        for (Class<?> each = type; each != null && each != Object.class; each = each.getSuperclass()) {
            for (Field field : each.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers()) && !field.isSynthetic()) {
                    return true;
                }
            }
        }
        return false;
    }
}
