package io.netrun.resilience.spring.settings;

import org.jspecify.annotations.Nullable;

/**
 * A value, and where it comes from.
 *
 * @param origin one of the words below, or the property with the place where it is written
 */
record ValueWithOrigin(@Nullable Object value, String origin) {

    static final String ANNOTATION = "annotation";
    static final String BUILT_IN = "default";
    static final String CODE = "code";
    static final String CUSTOMIZER = "customizer";
    static final String OPERATOR = "operator";

    /** Of a setting that has a value, which other settings leave without effect. */
    static final String UNUSED = "unused";
}
