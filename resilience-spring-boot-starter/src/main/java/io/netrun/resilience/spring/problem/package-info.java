/** Problems in the configuration or in annotated code, with their remedies. */
@NullMarked
package io.netrun.resilience.spring.problem;

import org.jspecify.annotations.NullMarked;
