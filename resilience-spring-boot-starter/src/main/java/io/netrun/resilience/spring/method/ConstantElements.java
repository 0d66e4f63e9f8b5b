package io.netrun.resilience.spring.method;

import org.jspecify.annotations.Nullable;

/**
 * What a reactive or suspending method delivers instead of its failure.
 *
 * @param value the element, null for none; for a stream the list of its elements
 */
public record ConstantElements(@Nullable Object value) {}
