/**
 * Rate limiter: limits the number of calls that begin in a period. Start with
 * {@link io.netrun.resilience.ratelimiter.RateLimiter}.
 */
@NullMarked
package io.netrun.resilience.ratelimiter;

import org.jspecify.annotations.NullMarked;
