/** What the names of other libraries are called here, as one table, and the translation of settings with it. */
@NullMarked
package io.netrun.resilience.spring.mapping;

import org.jspecify.annotations.NullMarked;
