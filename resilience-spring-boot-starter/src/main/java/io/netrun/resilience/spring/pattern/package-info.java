/**
 * The patterns as the starter sees them: one {@link io.netrun.resilience.spring.pattern.PatternDescriptor descriptor}
 * per pattern, which annotations, configuration, endpoint and meters all walk.
 */
@NullMarked
package io.netrun.resilience.spring.pattern;

import org.jspecify.annotations.NullMarked;
