/** The Actuator endpoint. */
@NullMarked
package io.netrun.resilience.spring.actuate;

import org.jspecify.annotations.NullMarked;
