/**
 * Retry: makes a failed call again, after a wait that grows from failure to failure.
 * {@link io.netrun.resilience.retry.Retry} is the way in.
 */
@NullMarked
package io.netrun.resilience.retry;

import org.jspecify.annotations.NullMarked;
