package io.netrun.resilience.spring.settings;

import java.util.function.BiFunction;

/** A customizer made from a function. */
record LambdaCustomizer<C extends Record>(Class<C> configClass, BiFunction<String, C, C> change)
        implements ConfigCustomizer<C> {

    @Override
    public C customize(String name, C config) {
        return change.apply(name, config);
    }

    /** Where it was declared, as far as the class name of the lambda reveals it. */
    @Override
    public String toString() {
        String name = change.getClass().getName();
        int lambda = name.indexOf("$$Lambda");
        return "ConfigCustomizer for " + configClass.getSimpleName() + " of "
                + (lambda < 0 ? name : name.substring(0, lambda));
    }
}
