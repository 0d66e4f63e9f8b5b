package io.netrun.resilience.fleet.autoconfigure;

import io.netrun.resilience.fleet.FleetStore;
import io.netrun.resilience.fleet.RedisFleetStore;
import io.netrun.resilience.spring.autoconfigure.ConditionalOnRegistryOwner;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Bean;
import org.springframework.data.redis.core.StringRedisTemplate;

/** The store in the application's Redis. The names of what must come before differ between Spring Boot 3 and 4. */
@AutoConfiguration(
        after = ResilienceAutoConfiguration.class,
        afterName = {
            "org.springframework.boot.autoconfigure.data.redis.RedisAutoConfiguration",
            "org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration"
        })
@ConditionalOnClass(StringRedisTemplate.class)
@ConditionalOnFleet
public final class ResilienceRedisFleetAutoConfiguration {

    @Bean
    @ConditionalOnRegistryOwner
    @ConditionalOnMissingBean(FleetStore.class)
    @ConditionalOnSingleCandidate(StringRedisTemplate.class)
    RedisFleetStore resilienceFleetStore(StringRedisTemplate template, FleetSettings settings) {
        return new RedisFleetStore(template, settings.keyPrefix(), settings.name());
    }
}
