package io.netrun.resilience.spring.autoconfigure;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import io.netrun.resilience.spring.settings.InstanceFactory;
import io.netrun.resilience.spring.settings.InstanceUser;
import io.netrun.resilience.spring.startup.StartSettings;
import io.netrun.resilience.spring.startup.Validation;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.cloud.context.environment.EnvironmentChangeEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/** With Spring Cloud: a refresh of the configuration reconfigures the existing instances. */
@AutoConfiguration(after = ResilienceAutoConfiguration.class)
@ConditionalOnClass(EnvironmentChangeEvent.class)
@ConditionalOnBean(ResilienceRegistry.class)
public final class ResilienceRefreshAutoConfiguration {

    private static final Logger log = LoggerFactory.getLogger(ResilienceRefreshAutoConfiguration.class);

    @Bean
    ApplicationListener<EnvironmentChangeEvent> resilienceRefresh(
            InstanceFactory instances, ListableBeanFactory beans, Environment environment) {
        // A class and not a lambda, whose event type Spring could not resolve.
        return new Refresh(instances, beans, environment);
    }

    private static final class Refresh implements ApplicationListener<EnvironmentChangeEvent> {

        private final InstanceFactory instances;
        private final ListableBeanFactory beans;
        private final Environment environment;
        private final Validation validation;
        private final StartSettings global;

        Refresh(InstanceFactory instances, ListableBeanFactory beans, Environment environment) {
            this.instances = instances;
            this.beans = beans;
            this.environment = environment;
            this.validation = Validation.in(environment);
            this.global = new StartSettings(environment);
        }

        /**
         * Reacts to every change, since a setting may have a placeholder for the changed property. Instances and their
         * users change together, or not at all.
         */
        @Override
        public void onApplicationEvent(EnvironmentChangeEvent event) {
            // Those of a parent follow its own listener, which receives the events of its children too.
            Collection<InstanceUser> all =
                    beans.getBeansOfType(InstanceUser.class).values();
            try {
                List<Problem> problems = new ArrayList<>(StartSettings.problems(environment));
                all.forEach(user -> problems.addAll(user.checkChange(event.getKeys())));
                instances.rebind(validation == Validation.STRICT, problems);
                all.forEach(user -> user.rebind(event.getKeys()));
                global.warnOfChanges();
            } catch (ResilienceConfigurationException | BindException e) {
                log.error("The changed resilience configuration is not followed. {}", e.getMessage());
            }
        }
    }
}
