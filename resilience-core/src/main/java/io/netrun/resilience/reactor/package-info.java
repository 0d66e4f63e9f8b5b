/**
 * Reactor's {@code Mono} and {@code Flux} through policies and pipelines; needs {@code reactor-core}.
 * {@link io.netrun.resilience.reactor.ReactorGuard} is the way in.
 */
@NullMarked
package io.netrun.resilience.reactor;

import org.jspecify.annotations.NullMarked;
