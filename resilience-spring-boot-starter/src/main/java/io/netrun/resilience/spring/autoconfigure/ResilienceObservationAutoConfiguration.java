package io.netrun.resilience.spring.autoconfigure;

import io.micrometer.observation.ObservationRegistry;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.spring.aop.AttemptObserver;
import io.netrun.resilience.spring.observation.AttemptObservationConvention;
import io.netrun.resilience.spring.observation.AttemptObservations;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/**
 * Observations of attempts, where Micrometer has an observation registry and the application enables them. The
 * auto-configurations that must come before differ between Spring Boot 3 and 4.
 */
@AutoConfiguration(
        after = ResilienceAutoConfiguration.class,
        afterName = {
            "org.springframework.boot.actuate.autoconfigure.observation.ObservationAutoConfiguration",
            "org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration"
        })
@ConditionalOnClass(ObservationRegistry.class)
@ConditionalOnBean({ObservationRegistry.class, ResilienceRegistry.class})
@ConditionalOnSwitch(value = "observations.enabled", otherwise = false)
public final class ResilienceObservationAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    AttemptObserver resilienceAttemptObserver(
            ObservationRegistry registry, ObjectProvider<AttemptObservationConvention> convention) {
        return new AttemptObservations(registry, convention.getIfUnique(() -> new AttemptObservationConvention() {}));
    }
}
