package io.netrun.resilience.listener;

import static org.mockito.ArgumentMatchers.anyBoolean;
import static org.mockito.Mockito.RETURNS_DEEP_STUBS;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import com.rabbitmq.client.Channel;
import org.springframework.amqp.rabbit.annotation.EnableRabbit;
import org.springframework.amqp.rabbit.annotation.RabbitListener;
import org.springframework.amqp.rabbit.config.SimpleRabbitListenerContainerFactory;
import org.springframework.amqp.rabbit.connection.Connection;
import org.springframework.amqp.rabbit.connection.ConnectionFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Real listener containers of RabbitMQ over a connection without a broker. */
@Configuration(proxyBeanMethods = false)
@EnableRabbit
class RabbitApplication {

    @Bean
    ConnectionFactory rabbitConnections() {
        Channel channel = mock(
                Channel.class,
                call -> call.getMethod().getReturnType() == String.class ? "tag" : RETURNS_DEEP_STUBS.answer(call));
        when(channel.isOpen()).thenReturn(true);
        Connection connection = mock(Connection.class);
        when(connection.isOpen()).thenReturn(true);
        when(connection.createChannel(anyBoolean())).thenReturn(channel);
        ConnectionFactory connections = mock(ConnectionFactory.class);
        when(connections.createConnection()).thenReturn(connection);
        return connections;
    }

    @Bean
    SimpleRabbitListenerContainerFactory rabbitListenerContainerFactory(ConnectionFactory connections) {
        SimpleRabbitListenerContainerFactory factory = new SimpleRabbitListenerContainerFactory();
        factory.setConnectionFactory(connections);
        factory.setMissingQueuesFatal(false);
        factory.setReceiveTimeout(20L);
        factory.setContainerCustomizer(container -> container.setShutdownTimeout(200));
        return factory;
    }

    @Bean
    Listeners rabbitListeners() {
        return new Listeners();
    }

    static class Listeners {

        @RabbitListener(id = "orders", queues = "orders")
        void onOrder(String order) {
            // nothing is delivered
        }

        @RabbitListener(id = "manual", queues = "manual", autoStartup = "false")
        void onManual(String entry) {
            // nothing is delivered
        }
    }
}
