package io.netrun.resilience.spring.autoconfigure;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.spring.pattern.Pattern;
import io.netrun.resilience.spring.pattern.Patterns;
import io.netrun.resilience.spring.settings.InstanceUser;
import io.netrun.resilience.spring.settings.Instances;
import io.netrun.resilience.spring.settings.ResilienceConfigurationException;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.cloud.context.environment.EnvironmentChangeEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;

/** With Spring Cloud: a changed configuration changes the living instances. */
@AutoConfiguration(after = ResilienceAutoConfiguration.class)
@ConditionalOnClass(EnvironmentChangeEvent.class)
@ConditionalOnBean(ResilienceRegistry.class)
public final class ResilienceRefreshAutoConfiguration {

    private static final Logger log = LoggerFactory.getLogger(ResilienceRefreshAutoConfiguration.class);

    @Bean
    ApplicationListener<EnvironmentChangeEvent> resilienceRefresh(
            Instances instances, ObjectProvider<InstanceUser> users) {
        // A class and not a lambda, of which Spring could not tell what it listens to.
        return new Refresh(instances, users);
    }

    private static final class Refresh implements ApplicationListener<EnvironmentChangeEvent> {

        private final Instances instances;
        private final ObjectProvider<InstanceUser> users;

        Refresh(Instances instances, ObjectProvider<InstanceUser> users) {
            this.instances = instances;
            this.users = users;
        }

        @Override
        public void onApplicationEvent(EnvironmentChangeEvent event) {
            List<Pattern<?, ?>> touched = Patterns.all().stream()
                    .filter(pattern -> isTouched(pattern, event.getKeys()))
                    .toList();
            follow(() -> instances.rebind(touched));
            users.orderedStream().forEach(user -> follow(() -> user.rebind(event.getKeys())));
        }

        private static void follow(Runnable change) {
            try {
                change.run();
            } catch (ResilienceConfigurationException e) {
                log.error("The changed resilience configuration is not followed. {}", e.getMessage());
            }
        }

        private static boolean isTouched(Pattern<?, ?> pattern, Set<String> keys) {
            return keys.stream().anyMatch(key -> key.startsWith("resilience." + pattern.key() + "."));
        }
    }
}
