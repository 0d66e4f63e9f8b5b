/** What happens in the core, as events of the Spring application. */
@NullMarked
package io.netrun.resilience.spring.event;

import org.jspecify.annotations.NullMarked;
