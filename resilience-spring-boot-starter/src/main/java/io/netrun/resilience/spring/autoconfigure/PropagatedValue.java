package io.netrun.resilience.spring.autoconfigure;

import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ThreadLocalAccessor;
import java.util.function.BooleanSupplier;

/** Whether Micrometer's context-propagation carries a value of a type from the calling thread to another one. */
final class PropagatedValue implements BooleanSupplier {

    private final Class<?> type;

    PropagatedValue(Class<?> type) {
        this.type = type;
    }

    /** Checks what the accessors read and not their keys, since an application may have its own accessor. */
    @Override
    public boolean getAsBoolean() {
        for (ThreadLocalAccessor<?> accessor : ContextRegistry.getInstance().getThreadLocalAccessors()) {
            if (reads(accessor)) {
                return true;
            }
        }
        return false;
    }

    private boolean reads(ThreadLocalAccessor<?> accessor) {
        try {
            return type.isInstance(accessor.getValue());
        } catch (RuntimeException broken) {
            return false; // capturing the context fails in the same way, and reports it
        }
    }
}
