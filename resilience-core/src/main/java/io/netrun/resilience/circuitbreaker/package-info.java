/**
 * Circuit breaker: stops calling what keeps failing, and admits calls again when trials succeed. Start with
 * {@link io.netrun.resilience.circuitbreaker.CircuitBreaker}.
 */
@NullMarked
package io.netrun.resilience.circuitbreaker;

import org.jspecify.annotations.NullMarked;
