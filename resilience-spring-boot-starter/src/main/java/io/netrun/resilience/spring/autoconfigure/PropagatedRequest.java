package io.netrun.resilience.spring.autoconfigure;

import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ThreadLocalAccessor;
import java.util.function.BooleanSupplier;
import org.springframework.web.context.request.RequestAttributes;

/** Whether Micrometer's context-propagation carries the request of the calling thread to another one. */
final class PropagatedRequest implements BooleanSupplier {

    /** Checks what the accessors read and not their keys, since an application may have its own accessor. */
    @Override
    public boolean getAsBoolean() {
        for (ThreadLocalAccessor<?> accessor : ContextRegistry.getInstance().getThreadLocalAccessors()) {
            if (readsRequest(accessor)) {
                return true;
            }
        }
        return false;
    }

    private static boolean readsRequest(ThreadLocalAccessor<?> accessor) {
        try {
            return accessor.getValue() instanceof RequestAttributes;
        } catch (RuntimeException broken) {
            return false; // capturing the context fails in the same way, and reports it
        }
    }
}
