/** A scripted tour that plays a customer and an operator over HTTP, and logs what happens. */
@NullMarked
package io.netrun.resilience.sample.demo;

import org.jspecify.annotations.NullMarked;
