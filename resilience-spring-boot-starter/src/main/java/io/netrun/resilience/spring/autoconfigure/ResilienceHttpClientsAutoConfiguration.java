package io.netrun.resilience.spring.autoconfigure;

import io.netrun.resilience.Ticker;
import io.netrun.resilience.spring.http.HttpClients;
import io.netrun.resilience.spring.http.ResilientRestClients;
import io.netrun.resilience.spring.http.ResilientWebClients;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import io.netrun.resilience.spring.settings.InstanceFactory;
import io.netrun.resilience.spring.settings.PipelineOrder;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.web.client.RestClient;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Mono;

/**
 * Protection of HTTP clients that request it. With {@code resilience.enabled: false} it exists as well and protects
 * nothing, since the clients that request it exist too.
 */
@AutoConfiguration(after = ResilienceAutoConfiguration.class)
@ConditionalOnClass(ClientHttpRequestInterceptor.class)
public final class ResilienceHttpClientsAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
    HttpClients resilienceHttpClients(
            ConfigurableEnvironment environment,
            ObjectProvider<InstanceFactory> instances,
            ObjectProvider<Ticker> ticker) {
        InstanceFactory known = instances.getIfAvailable();
        InstanceFactory protecting = known != null && known.isProtecting() ? known : null;
        return new HttpClients(
                environment,
                protecting,
                protecting == null ? PatternDescriptors.slots() : PipelineOrder.of(environment),
                Tickers.of(ticker));
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(RestClient.class)
    static class RestClients {

        @Bean
        @ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
        ResilientRestClients resilientRestClients(HttpClients clients) {
            return new ResilientRestClients(clients);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({WebClient.class, Mono.class})
    static class WebClients {

        @Bean
        @ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
        ResilientWebClients resilientWebClients(HttpClients clients) {
            return new ResilientWebClients(clients);
        }
    }
}
