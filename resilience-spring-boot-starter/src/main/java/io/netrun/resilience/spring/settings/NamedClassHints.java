package io.netrun.resilience.spring.settings;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.aot.BeanFactoryInitializationAotContribution;
import org.springframework.beans.factory.aot.BeanFactoryInitializationAotProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.ConfigurableEnvironment;

/**
 * Ahead of time: a native image finds a class by its name only if it was told of it, so it is told of the exceptions
 * that the configuration names. That is the configuration as it is when the image is made.
 */
final class NamedClassHints implements BeanFactoryInitializationAotProcessor {

    @Override
    public @Nullable BeanFactoryInitializationAotContribution processAheadOfTime(
            ConfigurableListableBeanFactory beanFactory) {
        Set<Class<?>> classes = new SettingsResolver(beanFactory.getBean(
                        ConfigurableApplicationContext.ENVIRONMENT_BEAN_NAME, ConfigurableEnvironment.class))
                .namedClasses();
        return classes.isEmpty()
                ? null
                : (context, code) -> classes.forEach(
                        type -> context.getRuntimeHints().reflection().registerType(type));
    }
}
