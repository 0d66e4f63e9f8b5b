package io.netrun.resilience.spring.settings;

import io.netrun.resilience.InvalidSettingException;
import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.BeansException;
import org.springframework.beans.factory.BeanCurrentlyInCreationException;

/**
 * The customizers of an application. They are beans, so a customizer may depend on a bean that needs an instance while
 * the customizers are still being created.
 */
final class Customizers {

    private final Supplier<List<ConfigCustomizer<?>>> beans;
    private volatile @Nullable List<ConfigCustomizer<?>> found;
    private volatile boolean missed;

    /**
     * Creates the customizers.
     *
     * @param beans the supplier of the beans, called until it succeeds
     */
    Customizers(Supplier<List<ConfigCustomizer<?>>> beans) {
        this.beans = beans;
    }

    /**
     * Applies the starter's own customizers.
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
     * Applies the application's customizers.
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

    @SuppressWarnings("unchecked") // the class has been compared
    private static <C extends Record> C customize(
            ConfigCustomizer<?> customizer, PatternDescriptor<?, C> pattern, String name, C config) {
        C changed;
        try {
            if (customizer.configClass() != config.getClass()) {
                return config;
            }
            changed = ((ConfigCustomizer<C>) customizer).customize(name, config);
        } catch (RuntimeException | Error failure) {
            // A recursion without an end is a mistake in the customizer, unlike other errors of the virtual machine.
            if (failure instanceof VirtualMachineError fatal && !(failure instanceof StackOverflowError)) {
                throw fatal;
            }
            throw failed(customizer, pattern, name, "failed: " + text(failure), failure);
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
            @Nullable Throwable cause) {
        ResilienceConfigurationException failed = new ResilienceConfigurationException(List.of(new Problem(
                pattern.title() + " '" + name + "': the " + title(customizer) + " " + what, remedy(cause))));
        if (cause != null) {
            failed.initCause(cause);
        }
        return failed;
    }

    private static String remedy(@Nullable Throwable cause) {
        if (cause instanceof LinkageError) {
            return "Compile it against the versions of the libraries that are on the class path";
        }
        if (cause instanceof InvalidSettingException) {
            return "Make the customizer return a configuration whose values are in range";
        }
        return cause == null
                ? "Return the given configuration to change nothing"
                : "Correct the customizer: it is called for each instance of its pattern, and must not throw";
    }

    private static String text(Throwable failure) {
        try {
            return failure.toString();
        } catch (RuntimeException | StackOverflowError unreadable) {
            return failure.getClass().getName();
        }
    }

    private static String title(ConfigCustomizer<?> customizer) {
        return customizer instanceof LambdaCustomizer<?>
                ? customizer.toString()
                : "ConfigCustomizer " + customizer.getClass().getName();
    }

    /**
     * Whether instances were created before the customizers were available, since the last query. Resolve their
     * settings again to apply the customizers.
     */
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
