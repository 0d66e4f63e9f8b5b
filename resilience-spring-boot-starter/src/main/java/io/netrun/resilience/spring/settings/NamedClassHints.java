package io.netrun.resilience.spring.settings;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.beans.factory.aot.BeanFactoryInitializationAotContribution;
import org.springframework.beans.factory.aot.BeanFactoryInitializationAotProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.ConfigurableEnvironment;

/**
 * Registers the classes that the configuration names, of exceptions and of code, for reflection in a native image,
 * where a class can only be found by name if a hint exists. The configuration is the one present when the image is
 * built.
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
                        type -> context.getRuntimeHints().reflection().registerType(type, categories(type)));
    }

    /** Code that the configuration names is also created by reflection. */
    private static MemberCategory[] categories(Class<?> type) {
        return Throwable.class.isAssignableFrom(type)
                ? new MemberCategory[0]
                : new MemberCategory[] {MemberCategory.INVOKE_DECLARED_CONSTRUCTORS};
    }
}
