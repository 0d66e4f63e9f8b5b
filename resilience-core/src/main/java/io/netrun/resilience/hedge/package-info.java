/**
 * Hedging: starts another attempt in parallel if a call takes long. Start with
 * {@link io.netrun.resilience.hedge.Hedge}.
 */
@NullMarked
package io.netrun.resilience.hedge;

import org.jspecify.annotations.NullMarked;
