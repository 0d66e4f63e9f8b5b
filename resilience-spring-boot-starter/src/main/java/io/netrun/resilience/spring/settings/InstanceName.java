package io.netrun.resilience.spring.settings;

import org.jspecify.annotations.Nullable;

/**
 * The name of an instance, with its family.
 *
 * @param name the name
 * @param family the name of the family that it belongs to, whose section has the defaults of its settings; null for
 *     none
 */
record InstanceName(String name, @Nullable String family) {}
