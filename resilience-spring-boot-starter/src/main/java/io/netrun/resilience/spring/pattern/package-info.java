/**
 * What the starter knows of each pattern: one {@link io.netrun.resilience.spring.pattern.PatternDescriptor descriptor}
 * per pattern, which annotations, configuration, endpoint and meters all walk.
 */
@NullMarked
package io.netrun.resilience.spring.pattern;

import org.jspecify.annotations.NullMarked;
