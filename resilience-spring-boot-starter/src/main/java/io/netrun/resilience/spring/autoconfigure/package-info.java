/** Auto-configuration of the starter. */
@NullMarked
package io.netrun.resilience.spring.autoconfigure;

import org.jspecify.annotations.NullMarked;
