package io.netrun.resilience.spring.autoconfigure;

import java.util.function.BooleanSupplier;
import org.springframework.web.context.request.RequestContextHolder;

/** The request that beans in request or session scope belong to, unless it is propagated to other threads. */
final class RequestBinding implements ThreadBinding {

    private final BooleanSupplier isPropagated;

    /**
     * A binding.
     *
     * @param isPropagated whether the request of the calling thread is propagated to other threads
     */
    RequestBinding(BooleanSupplier isPropagated) {
        this.isPropagated = isPropagated;
    }

    @Override
    public boolean isBound() {
        return RequestContextHolder.getRequestAttributes() != null && !isPropagated.getAsBoolean();
    }
}
