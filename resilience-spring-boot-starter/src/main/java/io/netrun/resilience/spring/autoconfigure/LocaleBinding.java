package io.netrun.resilience.spring.autoconfigure;

import java.util.function.BooleanSupplier;
import org.springframework.context.i18n.LocaleContextHolder;

/** The language that code has set for its thread, unless it is propagated, or belongs to a request. */
final class LocaleBinding implements ThreadBinding {

    private final BooleanSupplier isOfRequest;
    private final BooleanSupplier isPropagated;

    /**
     * A binding.
     *
     * @param isOfRequest whether the calling thread handles a request, which may be propagated without its language
     * @param isPropagated whether the language of the calling thread is propagated to other threads
     */
    LocaleBinding(BooleanSupplier isOfRequest, BooleanSupplier isPropagated) {
        this.isOfRequest = isOfRequest;
        this.isPropagated = isPropagated;
    }

    @Override
    public boolean isBound() {
        return LocaleContextHolder.getLocaleContext() != null
                && !isOfRequest.getAsBoolean()
                && !isPropagated.getAsBoolean();
    }
}
