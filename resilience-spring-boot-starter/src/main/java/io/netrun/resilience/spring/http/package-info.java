/**
 * Protected HTTP clients: policies around each call of a {@code RestClient}, a {@code RestTemplate} or a
 * {@code WebClient}.
 */
@NullMarked
package io.netrun.resilience.spring.http;

import org.jspecify.annotations.NullMarked;
