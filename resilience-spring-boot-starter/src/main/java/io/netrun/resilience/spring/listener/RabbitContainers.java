package io.netrun.resilience.spring.listener;

import java.util.Collection;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.amqp.rabbit.listener.MessageListenerContainer;
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

    @Override
    public @Nullable ListenerContainer find(String id) {
        for (RabbitListenerEndpointRegistry registry : beans.getBeanProvider(RabbitListenerEndpointRegistry.class)
                .orderedStream()
                .toList()) {
            MessageListenerContainer container = registry.getListenerContainer(id);
            if (container != null) {
                return new RabbitContainer(container);
            }
        }
        return beans.containsBean(id) && beans.isTypeMatch(id, MessageListenerContainer.class)
                ? new RabbitContainer(beans.getBean(id, MessageListenerContainer.class))
                : null;
    }

    @Override
    public Collection<String> ids() {
        Collection<String> ids = new TreeSet<>();
        beans.getBeanProvider(RabbitListenerEndpointRegistry.class)
                .forEach(registry -> ids.addAll(registry.getListenerContainerIds()));
        Map<String, MessageListenerContainer> named = beans.getBeansOfType(MessageListenerContainer.class, true, false);
        ids.addAll(named.keySet());
        return ids;
    }

    private record RabbitContainer(MessageListenerContainer target) implements ListenerContainer {

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
