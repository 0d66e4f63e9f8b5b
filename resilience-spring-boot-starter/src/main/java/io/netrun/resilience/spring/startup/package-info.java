/**
 * The check of the whole application at its start: settings, annotated methods, and timings that do not fit together.
 */
@NullMarked
package io.netrun.resilience.spring.startup;

import org.jspecify.annotations.NullMarked;
