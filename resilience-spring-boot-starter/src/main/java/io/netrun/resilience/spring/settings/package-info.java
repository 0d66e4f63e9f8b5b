/** Resolves an instance's settings from configuration, annotation, code and defaults, each with its origin. */
@NullMarked
package io.netrun.resilience.spring.settings;

import org.jspecify.annotations.NullMarked;
