/**
 * Rate limiter: a limit on how many calls begin in a period. {@link io.netrun.resilience.ratelimiter.RateLimiter} is
 * the way in.
 */
@NullMarked
package io.netrun.resilience.ratelimiter;

import org.jspecify.annotations.NullMarked;
