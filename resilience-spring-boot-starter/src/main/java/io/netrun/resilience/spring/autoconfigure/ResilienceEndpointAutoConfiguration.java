package io.netrun.resilience.spring.autoconfigure;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.spring.actuate.Chains;
import io.netrun.resilience.spring.actuate.EndpointAccess;
import io.netrun.resilience.spring.actuate.Operators;
import io.netrun.resilience.spring.actuate.ResilienceEndpoint;
import io.netrun.resilience.spring.event.OperatorJournal;
import io.netrun.resilience.spring.event.RecentEvents;
import io.netrun.resilience.spring.fleet.FleetOperations;
import io.netrun.resilience.spring.method.AttemptTimes;
import io.netrun.resilience.spring.method.MethodPipelines;
import io.netrun.resilience.spring.settings.InstanceFactory;
import io.netrun.resilience.spring.settings.InstanceUser;
import java.util.Map;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/** The Actuator endpoint, where Actuator is present and the endpoint is exposed. */
@AutoConfiguration(after = ResilienceAutoConfiguration.class)
@ConditionalOnClass({Endpoint.class, ConditionalOnAvailableEndpoint.class})
@ConditionalOnBean(ResilienceRegistry.class)
public final class ResilienceEndpointAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    @ConditionalOnAvailableEndpoint
    ResilienceEndpoint resilienceEndpoint(
            ResilienceRegistry registry,
            InstanceFactory instances,
            RecentEvents recentEvents,
            Chains chains,
            Operators operators) {
        return new ResilienceEndpoint(registry, chains, instances, operators, recentEvents::of);
    }

    @Bean
    @ConditionalOnMissingBean
    Chains resilienceChains(SharingContexts contexts, ObjectProvider<AttemptTimes> attemptTimes) {
        return new Chains(
                () -> contexts.beans(MethodPipelines.class),
                () -> contexts.beans(InstanceUser.class),
                attemptTimes.getIfAvailable(() -> Map::of));
    }

    @Bean
    @ConditionalOnMissingBean
    Operators resilienceOperators(
            InstanceFactory instances,
            RecentEvents recentEvents,
            SharingContexts contexts,
            Environment environment,
            ObjectProvider<FleetOperations> fleet) {
        return new Operators(
                instances,
                new OperatorJournal(recentEvents, contexts::publish),
                EndpointAccess.isUnrestricted(environment),
                PresentFleet.of(fleet));
    }
}
