package io.netrun.resilience.spring.settings;

import org.jspecify.annotations.Nullable;

/**
 * A value with its origin.
 *
 * @param value the value
 * @param origin one of the constants below, or the property with its location
 * @param rank the position of its source among those of its section, where the first one has precedence
 */
record ValueWithOrigin(@Nullable Object value, String origin, int rank) {

    static final String ANNOTATION = "annotation";
    static final String BUILT_IN = "default";
    static final String CODE = "code";
    static final String CUSTOMIZER = "customizer";
    static final String OPERATOR = "operator";

    ValueWithOrigin(@Nullable Object value, String origin) {
        this(value, origin, 0);
    }

    /** The origin of a value that other settings make ineffective. */
    static final String UNUSED = "unused";
}
