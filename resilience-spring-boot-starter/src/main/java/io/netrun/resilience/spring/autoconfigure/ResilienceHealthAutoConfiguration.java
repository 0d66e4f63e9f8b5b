package io.netrun.resilience.spring.autoconfigure;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.spring.actuate.InstanceHealth;
import io.netrun.resilience.spring.fleet.FleetOperations;
import io.netrun.resilience.spring.settings.InstanceFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;

/** The part of the health endpoint, with the types of Spring Boot 4. */
@AutoConfiguration(after = ResilienceAutoConfiguration.class)
@ConditionalOnClass({HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class})
@ConditionalOnEnabledHealthIndicator("resilience")
@ConditionalOnBean(ResilienceRegistry.class)
public final class ResilienceHealthAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean(name = "resilienceHealthIndicator")
    HealthIndicator resilienceHealthIndicator(
            ResilienceRegistry registry, InstanceFactory instances, ObjectProvider<FleetOperations> fleet) {
        InstanceHealth health = new InstanceHealth(registry, instances, PresentFleet.of(fleet));
        return () -> {
            InstanceHealth.Report report = health.check();
            return (report.down() ? Health.down() : Health.up())
                    .withDetails(report.details())
                    .build();
        };
    }
}
