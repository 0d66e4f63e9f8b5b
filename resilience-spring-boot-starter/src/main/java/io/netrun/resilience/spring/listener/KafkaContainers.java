package io.netrun.resilience.spring.listener;

import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.kafka.config.KafkaListenerEndpointRegistry;
import org.springframework.kafka.listener.MessageListenerContainer;

/**
 * The containers of {@code @KafkaListener}s by their ids, and containers that are beans by their names. They are paused
 * and not stopped, so that they keep their partitions.
 */
public final class KafkaContainers implements ListenerContainers {

    private final ConfigurableListableBeanFactory beans;

    /** Looks for the containers among beans. */
    public KafkaContainers(ConfigurableListableBeanFactory beans) {
        this.beans = beans;
    }

    @Override
    public @Nullable ListenerContainer find(String id) {
        for (KafkaListenerEndpointRegistry registry : beans.getBeanProvider(KafkaListenerEndpointRegistry.class)
                .orderedStream()
                .toList()) {
            MessageListenerContainer container = registry.getListenerContainer(id);
            if (container != null) {
                return new KafkaContainer(container);
            }
        }
        return beans.containsBean(id) && beans.isTypeMatch(id, MessageListenerContainer.class)
                ? new KafkaContainer(beans.getBean(id, MessageListenerContainer.class))
                : null;
    }

    @Override
    public Collection<String> ids() {
        Collection<String> ids = new TreeSet<>();
        beans.getBeanProvider(KafkaListenerEndpointRegistry.class)
                .forEach(registry -> ids.addAll(registry.getListenerContainerIds()));
        ids.addAll(List.of(beans.getBeanNamesForType(MessageListenerContainer.class, true, false)));
        return ids;
    }

    private record KafkaContainer(MessageListenerContainer target) implements ListenerContainer {

        @Override
        public boolean isDelivering() {
            return target.isRunning() && !target.isPauseRequested();
        }

        @Override
        public boolean isPaused() {
            return target.isPauseRequested();
        }

        @Override
        public void pause() {
            target.pause();
        }

        @Override
        public void resume() {
            target.resume();
        }
    }
}
