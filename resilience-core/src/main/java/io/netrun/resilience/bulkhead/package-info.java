/**
 * Bulkhead: limits the number of concurrent calls, with a queue. Start with
 * {@link io.netrun.resilience.bulkhead.Bulkhead}.
 */
@NullMarked
package io.netrun.resilience.bulkhead;

import org.jspecify.annotations.NullMarked;
