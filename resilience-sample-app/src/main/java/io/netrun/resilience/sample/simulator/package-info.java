/**
 * The downstream services of the shop. They run in the same process for convenience, are called over HTTP only, and
 * misbehave on demand.
 */
@NullMarked
package io.netrun.resilience.sample.simulator;

import org.jspecify.annotations.NullMarked;
