package io.netrun.resilience.spring.autoconfigure;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.context.ConfigurableApplicationContext;

/** A context's membership in those that share a registry: it receives events. */
final class ContextMembership implements DisposableBean {

    private final SharingContexts contexts;
    private final ConfigurableApplicationContext context;

    ContextMembership(SharingContexts contexts, ConfigurableApplicationContext context) {
        this.contexts = contexts;
        this.context = context;
        contexts.add(context);
    }

    @Override
    public void destroy() {
        contexts.remove(context);
    }
}
