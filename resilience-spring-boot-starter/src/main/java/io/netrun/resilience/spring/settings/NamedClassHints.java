package io.netrun.resilience.spring.settings;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.aot.BeanFactoryInitializationAotContribution;
import org.springframework.beans.factory.aot.BeanFactoryInitializationAotProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.ConfigurableEnvironment;

/**
 * Registers the exceptions that the configuration names for reflection in a native image, where a class can only be
 * found by name if a hint exists. The configuration is the one present when the image is built.
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
