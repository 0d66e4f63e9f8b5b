/** Checks the whole application at its start: settings, annotated methods, and inconsistent timings. */
@NullMarked
package io.netrun.resilience.spring.startup;

import org.jspecify.annotations.NullMarked;
