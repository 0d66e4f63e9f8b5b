/**
 * The annotations that protect the methods of beans. Each names an instance and may set its values, which the
 * configuration of the instance overrides. The Spring Boot starter reads them; the core does not.
 */
@NullMarked
package io.netrun.resilience.annotation;

import org.jspecify.annotations.NullMarked;
