package io.netrun.resilience.listener;

import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.kafka.annotation.EnableKafka;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.kafka.config.ConcurrentKafkaListenerContainerFactory;
import org.springframework.kafka.core.ConsumerFactory;

/** Real listener containers of Kafka over a consumer without a broker. */
@Configuration(proxyBeanMethods = false)
@EnableKafka
class KafkaApplication {

    @Bean
    @SuppressWarnings("unchecked")
    ConcurrentKafkaListenerContainerFactory<String, String> kafkaListenerContainerFactory() {
        Consumer<String, String> consumer = mock(Consumer.class);
        when(consumer.poll(any(Duration.class))).thenAnswer(poll -> {
            LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
            return ConsumerRecords.empty();
        });
        ConsumerFactory<String, String> consumers = mock(ConsumerFactory.class);
        when(consumers.createConsumer(any(), any(), any(), any())).thenReturn(consumer);
        ConcurrentKafkaListenerContainerFactory<String, String> factory =
                new ConcurrentKafkaListenerContainerFactory<>();
        factory.setConsumerFactory(consumers);
        factory.getContainerProperties().setShutdownTimeout(1_000);
        return factory;
    }

    @Bean
    Listeners kafkaListeners() {
        return new Listeners();
    }

    static class Listeners {

        @KafkaListener(id = "orders", topics = "orders")
        void onOrder(String order) {
            // nothing is delivered
        }

        @KafkaListener(id = "audit", topics = "audit")
        void onAudit(String entry) {
            // nothing is delivered
        }
    }
}
