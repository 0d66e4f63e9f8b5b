package io.netrun.resilience.spring.settings;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.Environment;

/** Another library whose settings and annotations are understood: {@code resilience.compatibility}. */
public enum Compatibility {

    /** None; its settings and annotations have no effect. */
    NONE,

    /** The settings and annotations of resilience4j, with its defaults and its order of patterns. */
    RESILIENCE4J;

    /** The setting. */
    public static final GlobalSetting<Compatibility> SETTING =
            new GlobalSetting<>("compatibility", Compatibility.class, NONE);

    /** The setting of the application that beans belong to. */
    public static Compatibility of(@Nullable BeanFactory beans) {
        String environment = ConfigurableApplicationContext.ENVIRONMENT_BEAN_NAME;
        return beans != null && beans.containsBean(environment)
                ? SETTING.in(beans.getBean(environment, Environment.class))
                : NONE;
    }

    /** Whether the settings and annotations of resilience4j count in an application. */
    public static boolean isOn(Environment environment) {
        return SETTING.in(environment) == RESILIENCE4J;
    }
}
