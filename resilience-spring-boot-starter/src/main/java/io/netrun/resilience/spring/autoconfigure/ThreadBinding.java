package io.netrun.resilience.spring.autoconfigure;

import java.util.List;
import java.util.function.BooleanSupplier;

/** One kind of thread-bound state, which a call on another thread would not see. */
@FunctionalInterface
interface ThreadBinding {

    /** Whether something is bound to the calling thread. Evaluated with every call, so it must be cheap. */
    boolean isBound();

    /** Whether anything is bound, of any of these kinds. */
    static BooleanSupplier any(List<ThreadBinding> kinds) {
        ThreadBinding[] all = kinds.toArray(ThreadBinding[]::new);
        return () -> {
            for (ThreadBinding kind : all) {
                if (kind.isBound()) {
                    return true;
                }
            }
            return false;
        };
    }
}
