package io.netrun.resilience.fleet.autoconfigure;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.fleet.FleetEvent;
import io.netrun.resilience.fleet.FleetNode;
import io.netrun.resilience.spring.autoconfigure.ConditionalOnRegistryOwner;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.event.ApplicationEvents;
import io.netrun.resilience.spring.fleet.FleetChanges;
import io.netrun.resilience.spring.settings.InstanceFactory;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.env.Environment;

/**
 * This process as a node of its fleet, in the context that has the registry: with {@code resilience.fleet.enabled:
 * true} and a {@link io.netrun.resilience.fleet.FleetStore}, which is the application's Redis unless it defines
 * another.
 */
@AutoConfiguration(after = {ResilienceAutoConfiguration.class, ResilienceRedisFleetAutoConfiguration.class})
@ConditionalOnFleet
@ConditionalOnBean(ResilienceRegistry.class)
@ImportRuntimeHints(FleetHints.class)
public final class ResilienceFleetAutoConfiguration {

    @Bean
    @ConditionalOnRegistryOwner
    FleetSettings resilienceFleetSettings(Environment environment) {
        return new FleetSettings(environment);
    }

    @Bean
    @ConditionalOnRegistryOwner
    SharedInstances resilienceFleetInstances(ResilienceRegistry registry) {
        return new SharedInstances(registry);
    }

    @Bean
    @ConditionalOnRegistryOwner
    ObservedStore resilienceObservedFleetStore(ListableBeanFactory beans) {
        return new ObservedStore(new StoreBeans(beans)::store);
    }

    @Bean
    @ConditionalOnRegistryOwner
    FleetCommands resilienceFleetCommands(ResilienceRegistry registry, FleetChanges changes) {
        return new FleetCommands(registry, changes);
    }

    /** Closed by its lifecycle. */
    @Bean(destroyMethod = "")
    @ConditionalOnRegistryOwner
    FleetNode resilienceFleetNode(
            FleetSettings settings, ObservedStore store, ResilienceRegistry registry, FleetCommands commands) {
        FleetNode node = new FleetNode(
                NodeName.of(System.getenv()), settings.config(), store::exchange, registry, commands::onCommand);
        commands.giveAgainThrough(node::send);
        node.on(
                FleetEvent.CommandsLost.class,
                lost -> commands.giveAgain(settings.config().lease()));
        return node;
    }

    @Bean
    @ConditionalOnRegistryOwner
    FleetEvents resilienceFleetEvents(FleetNode node, SharedInstances shared, ApplicationEvents application) {
        return new FleetEvents(node, shared, application);
    }

    @Bean
    @ConditionalOnRegistryOwner
    NodeOperations resilienceFleetOperations(
            FleetSettings settings,
            FleetNode node,
            SharedInstances shared,
            FleetCommands commands,
            FleetEvents events) {
        return new NodeOperations(settings.name(), node, shared, commands, events);
    }

    @Bean
    @ConditionalOnRegistryOwner
    FleetCheck resilienceFleetCheck(
            FleetSettings settings,
            ListableBeanFactory beans,
            SharedInstances shared,
            InstanceFactory instances,
            Environment environment) {
        return new FleetCheck(settings, new StoreBeans(beans), shared, instances, environment);
    }

    @Bean
    @Lazy(false)
    @ConditionalOnRegistryOwner
    FleetLifecycle resilienceFleetLifecycle(
            FleetNode node, FleetSettings settings, ListableBeanFactory beans, FleetCheck check, FleetEvents events) {
        return new FleetLifecycle(node, settings, new StoreBeans(beans), check, events);
    }
}
