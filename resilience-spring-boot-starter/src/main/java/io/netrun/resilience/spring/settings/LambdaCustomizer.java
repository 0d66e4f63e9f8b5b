package io.netrun.resilience.spring.settings;

import java.util.function.BiFunction;

/** A customizer in a line. */
record LambdaCustomizer<C extends Record>(Class<C> configClass, BiFunction<String, C, C> change)
        implements ConfigCustomizer<C> {

    @Override
    public C customize(String name, C config) {
        return change.apply(name, config);
    }

    /** Where it was written, as far as the name of a lambda's class has it. */
    @Override
    public String toString() {
        String name = change.getClass().getName();
        int lambda = name.indexOf("$$Lambda");
        return "ConfigCustomizer for " + configClass.getSimpleName() + " of "
                + (lambda < 0 ? name : name.substring(0, lambda));
    }
}
