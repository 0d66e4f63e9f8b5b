/** Timeout: limits how long a caller waits for a call. Start with {@link io.netrun.resilience.timeout.Timeout}. */
@NullMarked
package io.netrun.resilience.timeout;

import org.jspecify.annotations.NullMarked;
