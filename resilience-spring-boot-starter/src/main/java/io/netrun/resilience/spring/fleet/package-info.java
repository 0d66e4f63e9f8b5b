/** What the starter knows of a fleet of processes that share limits and circuits; another module provides it. */
@NullMarked
package io.netrun.resilience.spring.fleet;

import org.jspecify.annotations.NullMarked;
