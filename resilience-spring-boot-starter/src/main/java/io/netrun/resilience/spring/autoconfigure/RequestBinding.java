package io.netrun.resilience.spring.autoconfigure;

import java.util.function.BooleanSupplier;
import org.springframework.web.context.request.RequestContextHolder;

/** The request that beans in request or session scope belong to, unless something carries it to other threads. */
final class RequestBinding implements ThreadBinding {

    private final BooleanSupplier carried;

    /**
     * A binding.
     *
     * @param carried whether the request of the calling thread comes along to other threads
     */
    RequestBinding(BooleanSupplier carried) {
        this.carried = carried;
    }

    @Override
    public boolean isBound() {
        return RequestContextHolder.getRequestAttributes() != null && !carried.getAsBoolean();
    }
}
