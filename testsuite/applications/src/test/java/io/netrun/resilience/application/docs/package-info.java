/** The documentation: its code compiles, its settings are taken, its links lead somewhere. */
@NullMarked
package io.netrun.resilience.application.docs;

import org.jspecify.annotations.NullMarked;
