/** Implements Spring Cloud's circuit breaker abstraction with this library's instances. */
@NullMarked
package io.netrun.resilience.spring.cloud;

import org.jspecify.annotations.NullMarked;
