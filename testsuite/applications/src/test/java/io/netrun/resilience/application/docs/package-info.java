/** The documentation: its code compiles, its settings are valid, its links lead somewhere, its words are ours. */
@NullMarked
package io.netrun.resilience.application.docs;

import org.jspecify.annotations.NullMarked;
