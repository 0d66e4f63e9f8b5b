package io.netrun.resilience.spring.method;

import java.lang.reflect.Method;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ReactiveAdapter;
import org.springframework.core.ResolvableType;

/** Knows of which methods a result can be kept, to replace the failure of a later call. */
final class KeptResults {

    private static final String NOTHING = "returns nothing: a failure would look like a success";

    private KeptResults() {}

    /** Why the results of a method are not kept; null if they are. */
    static @Nullable String obstacle(Method method, Class<?> userClass) {
        ResolvableType returned = SuspendingFunctions.returned(method, userClass);
        ReactiveAdapter adapter = ReactiveTypes.adapter(method);
        if (adapter != null && adapter.isMultiValue()) {
            return "returns a stream, of which no result is kept";
        }
        if (adapter != null && adapter.getDescriptor().isNoValue()) {
            return NOTHING;
        }
        boolean wrapped = adapter != null
                || Future.class.isAssignableFrom(returned.toClass())
                || CompletionStage.class.isAssignableFrom(returned.toClass());
        Class<?> result = (wrapped ? returned.getGeneric() : returned).toClass();
        return result == void.class || result == Void.class ? NOTHING : null;
    }
}
