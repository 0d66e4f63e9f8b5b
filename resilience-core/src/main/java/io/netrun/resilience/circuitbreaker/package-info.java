/**
 * Circuit breaker: stops calling what keeps failing, tries again after a while, and lets calls through when the trials
 * succeed. {@link io.netrun.resilience.circuitbreaker.CircuitBreaker} is the way in.
 */
@NullMarked
package io.netrun.resilience.circuitbreaker;

import org.jspecify.annotations.NullMarked;
