/** Observations of attempts, with Micrometer. */
@NullMarked
package io.netrun.resilience.spring.observation;

import org.jspecify.annotations.NullMarked;
