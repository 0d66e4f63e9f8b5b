/**
 * Retry: repeats failed calls, after a delay that grows from failure to failure. Start with
 * {@link io.netrun.resilience.retry.Retry}.
 */
@NullMarked
package io.netrun.resilience.retry;

import org.jspecify.annotations.NullMarked;
