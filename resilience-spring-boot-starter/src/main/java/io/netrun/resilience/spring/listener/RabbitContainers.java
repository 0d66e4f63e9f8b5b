package io.netrun.resilience.spring.listener;

import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.amqp.rabbit.listener.AbstractMessageListenerContainer;
import org.springframework.amqp.rabbit.listener.RabbitListenerEndpointRegistry;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/**
 * The containers of {@code @RabbitListener}s by their ids, and containers that are beans by their names. They cannot be
 * paused, so they are stopped and started.
 */
public final class RabbitContainers implements ListenerContainers {

    private final ConfigurableListableBeanFactory beans;

    /** Looks for the containers among beans. */
    public RabbitContainers(ConfigurableListableBeanFactory beans) {
        this.beans = beans;
    }

    /** Not by the registry's own look-up, whose return type differs between the lines of Spring AMQP. */
    @Override
    public @Nullable ListenerContainer find(String id) {
        for (RabbitListenerEndpointRegistry registry : beans.getBeanProvider(RabbitListenerEndpointRegistry.class)
                .orderedStream()
                .toList()) {
            for (Object each : registry.getListenerContainers()) {
                if (each instanceof AbstractMessageListenerContainer container
                        && id.equals(container.getListenerId())) {
                    return new RabbitContainer(container);
                }
            }
        }
        return beans.containsBean(id) && beans.isTypeMatch(id, AbstractMessageListenerContainer.class)
                ? new RabbitContainer(beans.getBean(id, AbstractMessageListenerContainer.class))
                : null;
    }

    @Override
    public Collection<String> ids() {
        Collection<String> ids = new TreeSet<>();
        beans.getBeanProvider(RabbitListenerEndpointRegistry.class)
                .forEach(registry -> ids.addAll(registry.getListenerContainerIds()));
        ids.addAll(List.of(beans.getBeanNamesForType(AbstractMessageListenerContainer.class, true, false)));
        return ids;
    }

    private record RabbitContainer(AbstractMessageListenerContainer target) implements ListenerContainer {

        @Override
        public boolean isDelivering() {
            return target.isRunning();
        }

        @Override
        public boolean isPaused() {
            return !target.isRunning();
        }

        @Override
        public void pause() {
            target.stop();
        }

        @Override
        public void resume() {
            target.start();
        }
    }
}
