package io.netrun.resilience.spring.settings;

import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.BeansException;
import org.springframework.beans.factory.BeanCurrentlyInCreationException;

/** The customizers of an application. They are beans, so they may need something that needs an instance before they are there. */
final class Customizers {

    private final Supplier<List<ConfigCustomizer<?>>> beans;
    private volatile @Nullable List<ConfigCustomizer<?>> found;
    private volatile boolean missed;

    /**
     * Customizers.
     *
     * @param beans asked until it has an answer
     */
    Customizers(Supplier<List<ConfigCustomizer<?>>> beans) {
        this.beans = beans;
    }

    /** The configuration with their changes. */
    <C extends Record> C customize(String name, C config) {
        C result = config;
        for (ConfigCustomizer<?> customizer : all()) {
            if (customizer.configClass() == config.getClass()) {
                @SuppressWarnings("unchecked") // it customizes just this class
                ConfigCustomizer<C> fitting = (ConfigCustomizer<C>) customizer;
                result = fitting.customize(name, result);
            }
        }
        return result;
    }

    /** Whether instances were created that they have not seen; they see them when their settings are resolved again. */
    boolean haveMissedSome() {
        boolean result = missed;
        missed = false;
        return result;
    }

    private List<ConfigCustomizer<?>> all() {
        List<ConfigCustomizer<?>> present = found;
        if (present == null) {
            try {
                present = List.copyOf(beans.get());
                found = present;
            } catch (BeansException e) {
                if (!(e.getMostSpecificCause() instanceof BeanCurrentlyInCreationException)) {
                    throw e;
                }
                missed = true;
                return List.of();
            }
        }
        return present;
    }
}
