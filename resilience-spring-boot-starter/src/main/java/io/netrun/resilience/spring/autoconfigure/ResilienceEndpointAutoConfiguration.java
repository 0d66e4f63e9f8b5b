package io.netrun.resilience.spring.autoconfigure;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.Workers;
import io.netrun.resilience.spring.actuate.Chains;
import io.netrun.resilience.spring.actuate.EndpointAccess;
import io.netrun.resilience.spring.actuate.History;
import io.netrun.resilience.spring.actuate.Node;
import io.netrun.resilience.spring.actuate.Operators;
import io.netrun.resilience.spring.actuate.Overview;
import io.netrun.resilience.spring.actuate.ResilienceEndpoint;
import io.netrun.resilience.spring.event.OperatorJournal;
import io.netrun.resilience.spring.event.RecentEvents;
import io.netrun.resilience.spring.fleet.FleetOperations;
import io.netrun.resilience.spring.method.AttemptTimes;
import io.netrun.resilience.spring.method.MethodPipelines;
import io.netrun.resilience.spring.settings.InstanceFactory;
import io.netrun.resilience.spring.settings.InstanceUser;
import java.time.Instant;
import java.util.Map;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Lazy;
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
            Operators operators,
            Overview overview) {
        return new ResilienceEndpoint(registry, chains, instances, operators, overview, recentEvents::of);
    }

    /** Only where the endpoint that shows it is exposed. */
    @Bean
    @ConditionalOnMissingBean
    @ConditionalOnAvailableEndpoint(endpoint = ResilienceEndpoint.class)
    @Lazy(false) // the past would begin with the first question about it
    History resilienceHistory(ResilienceRegistry registry, ObjectProvider<AttemptTimes> attemptTimes) {
        return new History(registry, attemptTimes.getIfAvailable(() -> Map::of), Workers::execute);
    }

    @Bean
    @ConditionalOnMissingBean
    @ConditionalOnAvailableEndpoint(endpoint = ResilienceEndpoint.class)
    @Lazy(false) // it remembers how problems began, whether anybody reads it or not
    Overview resilienceOverview(
            ResilienceRegistry registry,
            Chains chains,
            Operators operators,
            History history,
            RecentEvents recentEvents,
            ApplicationContext context) {
        return new Overview(
                registry,
                chains,
                operators,
                history,
                recentEvents::of,
                recentEvents::stateChanges,
                recentEvents::operatorChanges,
                Node.of(
                        context.getEnvironment().getProperty("spring.application.name", "application"),
                        Instant.ofEpochMilli(context.getStartupDate())));
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
            OperatorJournal journal,
            Environment environment,
            ObjectProvider<FleetOperations> fleet) {
        return new Operators(instances, journal, EndpointAccess.isUnrestricted(environment), PresentFleet.of(fleet));
    }
}
