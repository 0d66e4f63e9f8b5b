/** Events of the core as Spring application events. */
@NullMarked
package io.netrun.resilience.spring.event;

import org.jspecify.annotations.NullMarked;
