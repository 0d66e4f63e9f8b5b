/**
 * Timeout: a limit on how long a caller waits for a call. {@link io.netrun.resilience.timeout.Timeout} is the way in.
 */
@NullMarked
package io.netrun.resilience.timeout;

import org.jspecify.annotations.NullMarked;
