package io.netrun.resilience.spring.autoconfigure;

import io.micrometer.core.instrument.MeterRegistry;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.spring.method.AttemptTimes;
import io.netrun.resilience.spring.metrics.ResilienceMeters;
import io.netrun.resilience.spring.observation.ObservedAttemptTimes;
import io.netrun.resilience.spring.pattern.KeyedMeters;
import io.netrun.resilience.spring.settings.GlobalSettings;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/** The meters, where Micrometer is present. The names of what must come before differ between Spring Boot 3 and 4. */
@AutoConfiguration(
        after = ResilienceAutoConfiguration.class,
        afterName = {
            "org.springframework.boot.actuate.autoconfigure.metrics.CompositeMeterRegistryAutoConfiguration",
            "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration"
        })
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnBean({MeterRegistry.class, ResilienceRegistry.class})
public final class ResilienceMetricsAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    ResilienceMeters resilienceMeters(ResilienceRegistry registry, Environment environment) {
        return new ResilienceMeters(
                registry,
                GlobalSettings.orElse(environment, "metrics.keyed", KeyedMeters.class, KeyedMeters.FAMILY),
                GlobalSettings.orElse(environment, "metrics.resilience4j", Boolean.class, false));
    }

    /** For the endpoint, which may be present without Micrometer. */
    @Bean
    @ConditionalOnMissingBean
    @ConditionalOnSwitch(value = "observations.enabled", otherwise = false)
    AttemptTimes resilienceAttemptTimes(ObjectProvider<MeterRegistry> registry) {
        return new ObservedAttemptTimes(registry::getIfUnique);
    }
}
