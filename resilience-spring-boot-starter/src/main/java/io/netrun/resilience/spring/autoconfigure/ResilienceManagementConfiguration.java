package io.netrun.resilience.spring.autoconfigure;

import io.netrun.resilience.spring.actuate.EndpointPaths;
import io.netrun.resilience.spring.actuate.EndpointServletFilter;
import io.netrun.resilience.spring.actuate.EndpointWebFilter;
import io.netrun.resilience.spring.actuate.FleetViewAge;
import io.netrun.resilience.spring.fleet.FleetOperations;
import jakarta.servlet.Filter;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.web.ManagementContextConfiguration;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.server.WebFilter;

/**
 * Filters for the endpoints, in the context that has them: that of the application, or the management context with a
 * port of its own.
 */
@ManagementContextConfiguration(proxyBeanMethods = false)
public final class ResilienceManagementConfiguration {

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(Filter.class)
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
    static class Servlet {

        @Bean
        EndpointServletFilter resilienceEndpointServletFilter(
                ObjectProvider<PathMappedEndpoints> endpoints, ObjectProvider<FleetOperations> fleet) {
            return new EndpointServletFilter(
                    new EndpointPaths(endpoints::getIfAvailable), new FleetViewAge(PresentFleet.of(fleet)));
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(WebFilter.class)
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
    static class Reactive {

        @Bean
        EndpointWebFilter resilienceEndpointWebFilter(
                ObjectProvider<PathMappedEndpoints> endpoints, ObjectProvider<FleetOperations> fleet) {
            return new EndpointWebFilter(
                    new EndpointPaths(endpoints::getIfAvailable), new FleetViewAge(PresentFleet.of(fleet)));
        }
    }
}
