package io.netrun.resilience.spring.autoconfigure;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.spring.listener.KafkaContainers;
import io.netrun.resilience.spring.listener.ListenerContainers;
import io.netrun.resilience.spring.listener.ListenerPauses;
import io.netrun.resilience.spring.listener.RabbitContainers;
import org.springframework.amqp.rabbit.listener.RabbitListenerEndpointRegistry;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.kafka.config.KafkaListenerEndpointRegistry;
import org.springframework.util.ClassUtils;

/** Listener containers that pause while a circuit is open. */
@AutoConfiguration(after = ResilienceAutoConfiguration.class)
@ConditionalOnSwitch(value = "enabled", otherwise = true)
@Conditional(ResilienceListenersAutoConfiguration.OnListeners.class)
public final class ResilienceListenersAutoConfiguration {

    /** No other bean depends on it, so it must not be lazy. */
    @Bean
    @Lazy(false)
    @ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
    ListenerPauses resilienceListenerPauses(
            ConfigurableEnvironment environment,
            ResilienceRegistry registry,
            ObjectProvider<ListenerContainers> containers) {
        return new ListenerPauses(
                environment, registry, containers.orderedStream().toList());
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(KafkaListenerEndpointRegistry.class)
    static class Kafka {

        @Bean
        KafkaContainers resilienceKafkaContainers(ConfigurableListableBeanFactory beans) {
            return new KafkaContainers(beans);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(RabbitListenerEndpointRegistry.class)
    static class Rabbit {

        @Bean
        RabbitContainers resilienceRabbitContainers(ConfigurableListableBeanFactory beans) {
            return new RabbitContainers(beans);
        }
    }

    /** There are listener containers, or settings for some. */
    static final class OnListeners extends SpringBootCondition {

        @Override
        public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
            ClassLoader loader = context.getClassLoader();
            boolean present =
                    ClassUtils.isPresent("org.springframework.kafka.config.KafkaListenerEndpointRegistry", loader)
                            || ClassUtils.isPresent(
                                    "org.springframework.amqp.rabbit.listener.RabbitListenerEndpointRegistry", loader);
            boolean configured = isConfigured(context);
            return new ConditionOutcome(
                    present || configured,
                    ConditionMessage.forCondition("OnListeners")
                            .because("listener containers are " + (present ? "present" : "absent")));
        }

        private static boolean isConfigured(ConditionContext context) {
            try {
                return Binder.get(context.getEnvironment())
                        .bind("resilience.listeners", Bindable.mapOf(String.class, Object.class))
                        .isBound();
            } catch (BindException wrong) {
                return true; // the bean reports it
            }
        }
    }
}
