/** How an instance's settings come about: configuration, annotation, defaults, each with its origin. */
@NullMarked
package io.netrun.resilience.spring.settings;

import org.jspecify.annotations.NullMarked;
