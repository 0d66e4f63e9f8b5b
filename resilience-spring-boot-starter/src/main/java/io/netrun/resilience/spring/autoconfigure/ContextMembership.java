package io.netrun.resilience.spring.autoconfigure;

import io.netrun.resilience.RegistryEvent;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.Subscription;
import io.netrun.resilience.spring.method.MethodPipelines;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * A context's membership in those that share a registry: it receives events, and its methods follow replacements of
 * their instances.
 */
final class ContextMembership implements DisposableBean {

    private final SharingContexts contexts;
    private final ConfigurableApplicationContext context;
    private final Subscription registrySubscription;

    ContextMembership(
            SharingContexts contexts,
            ConfigurableApplicationContext context,
            ResilienceRegistry registry,
            MethodPipelines pipelines) {
        this.contexts = contexts;
        this.context = context;
        this.registrySubscription = registry.onChange(event -> follow(event, pipelines));
        contexts.add(context);
    }

    private static void follow(RegistryEvent event, MethodPipelines pipelines) {
        if (event instanceof RegistryEvent.Removed) {
            pipelines.forget(event.policy());
        } else if (event instanceof RegistryEvent.Replaced replaced) {
            pipelines.forget(replaced.former());
        }
    }

    @Override
    public void destroy() {
        contexts.remove(context);
        registrySubscription.close();
    }
}
