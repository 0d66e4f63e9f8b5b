package io.netrun.resilience.spring.autoconfigure;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.spring.cloud.CloudCircuitBreakers;
import io.netrun.resilience.spring.cloud.GatewayCircuitBreakerFilterFactory;
import io.netrun.resilience.spring.cloud.ReactiveResilienceCircuitBreakerFactory;
import io.netrun.resilience.spring.cloud.ResilienceCircuitBreakerFactory;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import io.netrun.resilience.spring.settings.InstanceFactory;
import io.netrun.resilience.spring.settings.PipelineOrder;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.cloud.client.circuitbreaker.CircuitBreakerFactory;
import org.springframework.cloud.client.circuitbreaker.Customizer;
import org.springframework.cloud.client.circuitbreaker.ReactiveCircuitBreakerFactory;
import org.springframework.cloud.gateway.filter.factory.SpringCloudCircuitBreakerFilterFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.web.reactive.DispatcherHandler;
import reactor.core.publisher.Mono;

/**
 * Spring Cloud's circuit breakers, backed by ours unless another library provides them. With {@code resilience.enabled:
 * false} they exist as well and protect nothing, since the code that injects them exists too.
 */
@AutoConfiguration(
        after = ResilienceAutoConfiguration.class,
        afterName = {
            "org.springframework.cloud.circuitbreaker.resilience4j.Resilience4JAutoConfiguration",
            "org.springframework.cloud.circuitbreaker.resilience4j.ReactiveResilience4JAutoConfiguration",
            "org.springframework.cloud.circuitbreaker.retry.FrameworkRetryAutoConfiguration",
            "org.springframework.cloud.circuitbreaker.springretry.SpringRetryAutoConfiguration",
            "org.springframework.cloud.gateway.config.GatewayResilience4JCircuitBreakerAutoConfiguration"
        },
        beforeName = "org.springframework.cloud.openfeign.FeignAutoConfiguration")
@ConditionalOnClass(CircuitBreakerFactory.class)
public final class ResilienceCloudAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    CloudCircuitBreakers resilienceCloudCircuits(
            ObjectProvider<InstanceFactory> instances,
            ObjectProvider<ResilienceRegistry> registry,
            ConfigurableEnvironment environment) {
        InstanceFactory known = instances.getIfAvailable();
        InstanceFactory protecting = known != null && known.isProtecting() ? known : null;
        return new CloudCircuitBreakers(
                protecting,
                registry.getIfAvailable(ResilienceRegistry::create),
                protecting == null ? PatternDescriptors.slots() : PipelineOrder.of(environment));
    }

    @Bean
    @ConditionalOnMissingBean(CircuitBreakerFactory.class)
    ResilienceCircuitBreakerFactory resilienceCircuitBreakerFactory(
            CloudCircuitBreakers circuits, ObjectProvider<Customizer<ResilienceCircuitBreakerFactory>> customizers) {
        ResilienceCircuitBreakerFactory factory = new ResilienceCircuitBreakerFactory(circuits);
        customizers.orderedStream().forEach(customizer -> customizer.customize(factory));
        return factory;
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(Mono.class)
    static class Reactive {

        @Bean
        @ConditionalOnMissingBean(ReactiveCircuitBreakerFactory.class)
        ReactiveResilienceCircuitBreakerFactory reactiveResilienceCircuitBreakerFactory(
                CloudCircuitBreakers circuits,
                ObjectProvider<Customizer<ReactiveResilienceCircuitBreakerFactory>> customizers) {
            ReactiveResilienceCircuitBreakerFactory factory = new ReactiveResilienceCircuitBreakerFactory(circuits);
            customizers.orderedStream().forEach(customizer -> customizer.customize(factory));
            return factory;
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(SpringCloudCircuitBreakerFilterFactory.class)
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
    static class Gateway {

        @Bean
        @ConditionalOnMissingBean(SpringCloudCircuitBreakerFilterFactory.class)
        GatewayCircuitBreakerFilterFactory gatewayCircuitBreakerFilterFactory(
                ReactiveCircuitBreakerFactory<?, ?> circuits, ObjectProvider<DispatcherHandler> dispatcher) {
            return new GatewayCircuitBreakerFilterFactory(circuits, dispatcher);
        }
    }
}
