/**
 * The partners of the shop, in the same process for convenience, but spoken to over HTTP only. They misbehave on
 * demand.
 */
@NullMarked
package io.netrun.resilience.sample.simulator;

import org.jspecify.annotations.NullMarked;
