/** Hedging: another attempt beside one that takes long. {@link io.netrun.resilience.hedge.Hedge} is the way in. */
@NullMarked
package io.netrun.resilience.hedge;

import org.jspecify.annotations.NullMarked;
