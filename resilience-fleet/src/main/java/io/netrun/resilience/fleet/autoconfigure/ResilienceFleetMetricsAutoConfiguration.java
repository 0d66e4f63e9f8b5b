package io.netrun.resilience.fleet.autoconfigure;

import io.micrometer.core.instrument.MeterRegistry;
import io.netrun.resilience.fleet.FleetNode;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/** The meters, where Micrometer is present. The names of what must come before differ between Spring Boot 3 and 4. */
@AutoConfiguration(
        after = ResilienceFleetAutoConfiguration.class,
        afterName = {
            "org.springframework.boot.actuate.autoconfigure.metrics.CompositeMeterRegistryAutoConfiguration",
            "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration"
        })
@ConditionalOnFleet
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnBean({MeterRegistry.class, FleetNode.class})
public final class ResilienceFleetMetricsAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    FleetMeters resilienceFleetMeters(FleetNode node, ObservedStore store, SharedInstances shared) {
        FleetMeters meters = new FleetMeters(node, store, shared);
        store.afterEach(meters::follow);
        return meters;
    }
}
