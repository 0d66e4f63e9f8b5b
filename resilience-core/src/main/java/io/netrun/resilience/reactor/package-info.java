/**
 * Protects Reactor's {@code Mono} and {@code Flux} with policies and pipelines; requires {@code reactor-core}. Start
 * with {@link io.netrun.resilience.reactor.ReactorGuard}.
 */
@NullMarked
package io.netrun.resilience.reactor;

import org.jspecify.annotations.NullMarked;
