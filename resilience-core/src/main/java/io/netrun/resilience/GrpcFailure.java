package io.netrun.resilience;

import java.lang.reflect.Method;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the status code of gRPC's exceptions, without depending on gRPC. */
final class GrpcFailure {

    private static final Set<String> EXCEPTIONS = Set.of("StatusRuntimeException", "StatusException");

    private static final ClassValue<List<Method>> CODE = new ClassValue<>() {
        @Override
        protected List<Method> computeValue(Class<?> type) {
            return codeOf(type);
        }
    };

    private GrpcFailure() {}

    /** Returns the name of a failure's status code, such as {@code UNAVAILABLE}; null if it has none. */
    static @Nullable String codeOf(Throwable failure) {
        Object value = failure;
        List<Method> methods = CODE.get(failure.getClass());
        if (methods.isEmpty()) {
            return null;
        }
        for (int i = 0; i < methods.size() && value != null; i++) {
            value = NamedMethods.call(methods.get(i), value);
        }
        return value instanceof Enum<?> code ? code.name() : null;
    }

    private static List<Method> codeOf(Class<?> type) {
        for (Class<?> each = type; each != null; each = each.getSuperclass()) {
            if (EXCEPTIONS.contains(each.getSimpleName())) {
                Method status = NamedMethods.find(each, "getStatus");
                Method code = status == null ? null : NamedMethods.find(status.getReturnType(), "getCode");
                if (status != null && code != null && Enum.class.isAssignableFrom(code.getReturnType())) {
                    return List.of(status, code);
                }
            }
        }
        return List.of();
    }
}
