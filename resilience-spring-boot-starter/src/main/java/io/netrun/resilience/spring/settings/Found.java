package io.netrun.resilience.spring.settings;

import org.jspecify.annotations.Nullable;

/**
 * A value, and who said it.
 *
 * @param origin {@link #ANNOTATION}, {@link #BUILT_IN}, or the property with the place where it is written
 */
record Found(@Nullable Object value, String origin) {

    static final String ANNOTATION = "annotation";
    static final String BUILT_IN = "default";
}
