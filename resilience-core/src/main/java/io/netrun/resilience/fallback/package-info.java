/** Fallback: replaces failures. Start with {@link io.netrun.resilience.fallback.Fallback}. */
@NullMarked
package io.netrun.resilience.fallback;

import org.jspecify.annotations.NullMarked;
