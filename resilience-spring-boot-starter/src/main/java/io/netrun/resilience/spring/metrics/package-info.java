/** Binds the instances' counts to Micrometer. */
@NullMarked
package io.netrun.resilience.spring.metrics;

import org.jspecify.annotations.NullMarked;
