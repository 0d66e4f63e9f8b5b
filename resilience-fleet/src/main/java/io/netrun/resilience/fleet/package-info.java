/**
 * Limits, circuits and operators' commands that the processes of an application share, through a store that is asked
 * once per interval and never by a call.
 */
@NullMarked
package io.netrun.resilience.fleet;

import org.jspecify.annotations.NullMarked;
