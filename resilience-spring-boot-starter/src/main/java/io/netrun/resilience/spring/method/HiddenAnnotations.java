package io.netrun.resilience.spring.method;

import io.netrun.resilience.spring.settings.Compatibility;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.util.ClassUtils;

/**
 * The annotations of a bean's class that have no effect, because the bean's proxy is around another object, which hides
 * the class and has annotations of its own, such as those of an interface.
 */
final class HiddenAnnotations {

    private HiddenAnnotations() {}

    /**
     * Returns the methods of the hidden class with what their annotations declare and those of the visible class do
     * not. An annotation that both have counts.
     *
     * @param visible the class of the object that the proxy is around; it may be generated
     */
    static Map<Method, List<Declaration>> of(Class<?> hidden, Class<?> visible, Compatibility compatibility) {
        Map<Method, List<Declaration>> lost = new LinkedHashMap<>();
        MethodPipelines.annotatedMethods(ClassUtils.getUserClass(hidden), compatibility)
                .forEach((method, declarations) -> {
                    List<Declaration> without = new ArrayList<>(declarations);
                    for (Declaration seen : visible(method, visible, compatibility)) {
                        without.removeIf(each -> isAlike(each, seen));
                    }
                    if (!without.isEmpty()) {
                        lost.put(method, without);
                    }
                });
        return lost;
    }

    private static List<Declaration> visible(Method method, Class<?> visible, Compatibility compatibility) {
        Method same = ClassUtils.getMethodIfAvailable(visible, method.getName(), method.getParameterTypes());
        return same == null ? List.of() : MethodPipelines.declarations(same, visible, compatibility);
    }

    /** Default names differ, since they are those of the classes. */
    private static boolean isAlike(Declaration hidden, Declaration seen) {
        return hidden.slot().equals(seen.slot())
                && hidden.name().equals(seen.name())
                && hidden.settings().equals(seen.settings())
                && hidden.methodAttributes().equals(seen.methodAttributes());
    }
}
