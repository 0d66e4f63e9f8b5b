/**
 * The types shared by all resilience patterns: the {@link io.netrun.resilience.Policy policy}, the
 * {@link io.netrun.resilience.Pipeline pipeline} that stacks policies around a call, the
 * {@link io.netrun.resilience.ResilienceRegistry registry} of named instances, events, time and the base classes of
 * exceptions. Each pattern has a package of its own and depends on this package only.
 */
@NullMarked
package io.netrun.resilience;

import org.jspecify.annotations.NullMarked;
