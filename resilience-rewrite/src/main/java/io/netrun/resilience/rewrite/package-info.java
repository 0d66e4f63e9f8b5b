/** OpenRewrite recipes that move applications from other libraries to this one. */
@NullMarked
package io.netrun.resilience.rewrite;

import org.jspecify.annotations.NullMarked;
