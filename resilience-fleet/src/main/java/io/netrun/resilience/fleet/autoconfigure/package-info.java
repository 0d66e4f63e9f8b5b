/** Lets a Spring Boot application take part in its fleet. */
@NullMarked
package io.netrun.resilience.fleet.autoconfigure;

import org.jspecify.annotations.NullMarked;
