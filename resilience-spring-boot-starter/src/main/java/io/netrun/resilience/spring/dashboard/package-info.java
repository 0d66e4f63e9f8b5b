/** The page that shows the instances as they are now. */
@NullMarked
package io.netrun.resilience.spring.dashboard;

import org.jspecify.annotations.NullMarked;
