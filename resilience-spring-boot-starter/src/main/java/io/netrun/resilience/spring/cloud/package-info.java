/** Spring Cloud's own abstraction of a circuit breaker, made of this library's instances. */
@NullMarked
package io.netrun.resilience.spring.cloud;

import org.jspecify.annotations.NullMarked;
