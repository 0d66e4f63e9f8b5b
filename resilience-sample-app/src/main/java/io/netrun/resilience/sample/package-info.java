/** A small web shop that shows netrun-resilience at work, and what its parts share. */
@NullMarked
package io.netrun.resilience.sample;

import org.jspecify.annotations.NullMarked;
