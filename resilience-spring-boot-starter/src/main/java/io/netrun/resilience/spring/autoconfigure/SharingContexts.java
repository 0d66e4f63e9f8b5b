package io.netrun.resilience.spring.autoconfigure;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.PayloadApplicationEvent;
import org.springframework.context.event.ApplicationEventMulticaster;
import org.springframework.context.support.AbstractApplicationContext;

/** The application contexts that share one registry: the one that has it, and those below. Thread-safe. */
final class SharingContexts {

    private final ConfigurableApplicationContext owner;
    private final List<ConfigurableApplicationContext> children = new CopyOnWriteArrayList<>();

    SharingContexts(ConfigurableApplicationContext owner) {
        this.owner = owner;
    }

    void add(ConfigurableApplicationContext context) {
        if (context != owner) {
            children.add(context);
        }
    }

    void remove(ConfigurableApplicationContext context) {
        children.remove(context);
    }

    /** The beans of a type, of all contexts. */
    <T> List<T> beans(Class<T> type) {
        List<T> beans = new CopyOnWriteArrayList<>(
                owner.getBeanProvider(type).orderedStream().toList());
        children.forEach(child -> child.getBeanProvider(type)
                .orderedStream()
                .filter(bean -> !beans.contains(bean))
                .forEach(beans::add));
        return List.copyOf(beans);
    }

    /**
     * Publishes an event in each context. Each listener receives it once, although events of a child context reach its
     * parent as well. If some listeners throw, the others still receive it.
     */
    void publish(Object event) {
        RuntimeException thrown = attempt(() -> owner.publishEvent(event), null);
        for (ConfigurableApplicationContext child : children) {
            thrown = attempt(() -> publishWithin(child, event), thrown);
        }
        if (thrown != null) {
            throw thrown;
        }
    }

    /** A context's own {@code publishEvent} would publish in its parents too. */
    private static void publishWithin(ConfigurableApplicationContext context, Object event) {
        Object multicaster = context.getBeanFactory()
                .getSingleton(AbstractApplicationContext.APPLICATION_EVENT_MULTICASTER_BEAN_NAME);
        if (multicaster instanceof ApplicationEventMulticaster listeners) {
            listeners.multicastEvent(new PayloadApplicationEvent<>(context, event));
        }
    }

    private static @Nullable RuntimeException attempt(Runnable publication, @Nullable RuntimeException former) {
        try {
            publication.run();
            return former;
        } catch (RuntimeException thrown) {
            if (former == null) {
                return thrown;
            }
            if (former != thrown) {
                former.addSuppressed(thrown);
            }
            return former;
        }
    }
}
