/** Puts everything together when an application starts. */
@NullMarked
package io.netrun.resilience.spring.autoconfigure;

import org.jspecify.annotations.NullMarked;
