/**
 * Bulkhead: a limit on how many calls run at once, with a queue. {@link io.netrun.resilience.bulkhead.Bulkhead} is the
 * way in.
 */
@NullMarked
package io.netrun.resilience.bulkhead;

import org.jspecify.annotations.NullMarked;
