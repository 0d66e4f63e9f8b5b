package io.netrun.resilience.spring.autoconfigure;

import io.micrometer.context.ContextRegistry;
import io.micrometer.context.integration.Slf4jThreadLocalAccessor;

/** Registers the accessor of the whole MDC, unless the application has registered it itself. */
final class MdcPropagation {

    MdcPropagation() {
        ContextRegistry registry = ContextRegistry.getInstance();
        boolean registered = registry.getThreadLocalAccessors().stream()
                .anyMatch(accessor -> Slf4jThreadLocalAccessor.KEY.equals(accessor.key()));
        if (!registered) {
            registry.registerThreadLocalAccessor(new Slf4jThreadLocalAccessor());
        }
    }
}
