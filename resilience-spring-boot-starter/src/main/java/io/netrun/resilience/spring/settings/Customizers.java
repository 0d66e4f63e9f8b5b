package io.netrun.resilience.spring.settings;

import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.BeansException;
import org.springframework.beans.factory.BeanCurrentlyInCreationException;

/**
 * The customizers of an application. They are beans, so they may need something that needs an instance before they are
 * there.
 */
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

    /**
     * The configuration with the changes of the starter's own.
     *
     * @throws ResilienceConfigurationException if one of them fails
     */
    <C extends Record> C prepare(PatternDescriptor<?, C> pattern, String name, C config) {
        C result = config;
        for (ConfigCustomizer<?> customizer : all()) {
            if (customizer instanceof StarterCustomizer<?>) {
                result = customize(customizer, pattern, name, result);
            }
        }
        return result;
    }

    /**
     * The configuration with the changes of the application's.
     *
     * @throws ResilienceConfigurationException if one of them fails
     */
    <C extends Record> C customize(PatternDescriptor<?, C> pattern, String name, C config) {
        C result = config;
        for (ConfigCustomizer<?> customizer : all()) {
            if (!(customizer instanceof StarterCustomizer<?>)) {
                result = customize(customizer, pattern, name, result);
            }
        }
        return result;
    }

    @SuppressWarnings("unchecked") // it customizes just this class
    private static <C extends Record> C customize(
            ConfigCustomizer<?> customizer, PatternDescriptor<?, C> pattern, String name, C config) {
        C changed;
        try {
            if (customizer.configClass() != config.getClass()) {
                return config;
            }
            changed = ((ConfigCustomizer<C>) customizer).customize(name, config);
        } catch (RuntimeException failure) {
            throw failed(customizer, pattern, name, "failed: " + failure, failure);
        }
        if ((Object) changed == null) {
            throw failed(customizer, pattern, name, "returned null", null);
        }
        return changed;
    }

    private static ResilienceConfigurationException failed(
            ConfigCustomizer<?> customizer,
            PatternDescriptor<?, ?> pattern,
            String name,
            String what,
            @Nullable RuntimeException cause) {
        ResilienceConfigurationException failed = new ResilienceConfigurationException(List.of(new Problem(
                pattern.title() + " '" + name + "': the " + title(customizer) + " " + what,
                "Let the customizer return a configuration, with values in their ranges")));
        if (cause != null) {
            failed.initCause(cause);
        }
        return failed;
    }

    private static String title(ConfigCustomizer<?> customizer) {
        return customizer instanceof LambdaCustomizer<?>
                ? customizer.toString()
                : "ConfigCustomizer " + customizer.getClass().getName();
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
