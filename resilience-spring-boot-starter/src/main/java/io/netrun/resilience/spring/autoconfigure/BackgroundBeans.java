package io.netrun.resilience.spring.autoconfigure;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.spring.aop.AttemptObserver;
import io.netrun.resilience.spring.method.MethodPipelines;
import io.netrun.resilience.spring.settings.ConfigCustomizer;
import io.netrun.resilience.spring.settings.InstanceFactory;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.beans.factory.BeanFactoryInitializer;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.AbstractBeanDefinition;

/**
 * Beans with {@code bootstrap = BACKGROUND} may call protected methods while they are created, on a thread on which
 * Spring creates no other beans. The first call would need some of the library's, so these are created beforehand where
 * there are such beans.
 */
final class BackgroundBeans implements BeanFactoryInitializer<ConfigurableListableBeanFactory> {

    /** What the first call of a protected method looks up. */
    private static final List<Class<?>> LOOKED_UP = List.of(
            InstanceFactory.class,
            ResilienceRegistry.class,
            MethodPipelines.class,
            AttemptObserver.class,
            ThreadBoundCalls.class,
            ConfigCustomizer.class);

    @Override
    public void initialize(ConfigurableListableBeanFactory beans) {
        if (Stream.of(beans.getBeanDefinitionNames()).anyMatch(name -> isInBackground(beans, name))) {
            for (Class<?> type : LOOKED_UP) {
                for (String name : beans.getBeanNamesForType(type, false, true)) {
                    beans.getBean(name);
                }
            }
        }
    }

    private static boolean isInBackground(ConfigurableListableBeanFactory beans, String name) {
        return beans.getBeanDefinition(name) instanceof AbstractBeanDefinition definition
                && definition.isBackgroundInit();
    }
}
