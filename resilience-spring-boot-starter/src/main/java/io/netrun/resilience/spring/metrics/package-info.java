/** The meters. */
@NullMarked
package io.netrun.resilience.spring.metrics;

import org.jspecify.annotations.NullMarked;
