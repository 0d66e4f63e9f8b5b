/** A scripted tour that plays a customer and an operator, over HTTP only, and tells what happens. */
@NullMarked
package io.netrun.resilience.sample.demo;

import org.jspecify.annotations.NullMarked;
