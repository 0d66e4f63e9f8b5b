/** Fallback: something else in the place of a failure. {@link io.netrun.resilience.fallback.Fallback} is the way in. */
@NullMarked
package io.netrun.resilience.fallback;

import org.jspecify.annotations.NullMarked;
