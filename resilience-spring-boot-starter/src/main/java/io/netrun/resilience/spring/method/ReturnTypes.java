package io.netrun.resilience.spring.method;

import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.springframework.core.ResolvableType;
import org.springframework.util.ClassUtils;

/**
 * Compares return types, including type arguments. Doubtful cases are accepted: raw types, type variables that nothing
 * resolves, and wildcards whose bounds overlap.
 */
final class ReturnTypes {

    private ReturnTypes() {}

    /** Whether the return type of one method can replace that of another. */
    static boolean fit(ResolvableType wanted, ResolvableType given) {
        Class<?> wantedClass = wanted.toClass();
        Class<?> givenClass = given.toClass();
        return wantedClass == void.class
                || (ClassUtils.isAssignable(wantedClass, givenClass)
                        && argumentsAgree(wanted, wantedClass.isArray() ? given : given.as(wantedClass)));
    }

    /** The same without type arguments. */
    static boolean fitErased(ResolvableType wanted, ResolvableType given) {
        return wanted.toClass() == void.class || ClassUtils.isAssignable(wanted.toClass(), given.toClass());
    }

    private static boolean argumentsAgree(ResolvableType wanted, ResolvableType given) {
        if (wanted.isArray() && given.isArray()) {
            return argumentsAgree(wanted.getComponentType(), given.getComponentType());
        }
        ResolvableType[] ofWanted = wanted.getGenerics();
        ResolvableType[] ofGiven = given.getGenerics();
        if (ofWanted.length != ofGiven.length) {
            return true; // one of them is raw
        }
        for (int i = 0; i < ofWanted.length; i++) {
            if (!agree(ofWanted[i], ofGiven[i])) {
                return false;
            }
        }
        return true;
    }

    private static boolean agree(ResolvableType wanted, ResolvableType given) {
        if (isOpen(wanted) || isOpen(given)) {
            return true;
        }
        if (isWildcard(wanted) || isWildcard(given)) {
            return ClassUtils.isAssignable(wanted.toClass(), given.toClass())
                    || ClassUtils.isAssignable(given.toClass(), wanted.toClass());
        }
        return wanted.toClass() == given.toClass() && argumentsAgree(wanted, given);
    }

    /** Whether nothing but its bounds determines the type. */
    private static boolean isOpen(ResolvableType type) {
        return type.resolve() == null
                || (type.getType() instanceof TypeVariable<?> variable
                        && ResolvableType.forType(variable).resolve() == type.resolve());
    }

    private static boolean isWildcard(ResolvableType type) {
        return type.getType() instanceof WildcardType;
    }

    /** The type as shown in messages, such as {@code List<String>}. */
    static String text(ResolvableType type) {
        if (type.isArray()) {
            return text(type.getComponentType()) + "[]";
        }
        if (type.resolve() == null || isWildcard(type)) {
            return type.getType().getTypeName().replaceAll("\\b(\\w+\\.)+", "");
        }
        String name = type.toClass().getSimpleName();
        return type.hasGenerics()
                ? Arrays.stream(type.getGenerics())
                        .map(ReturnTypes::text)
                        .collect(Collectors.joining(", ", name + "<", ">"))
                : name;
    }
}
