/**
 * What all resilience patterns share: the shape of a {@link io.netrun.resilience.Policy policy}, the
 * {@link io.netrun.resilience.Pipeline pipeline} that stacks policies around a call, the
 * {@link io.netrun.resilience.ResilienceRegistry registry} of named instances, events, time and the root of the
 * exceptions. Each pattern lives in a package of its own and sees this package only.
 */
@NullMarked
package io.netrun.resilience;

import org.jspecify.annotations.NullMarked;
