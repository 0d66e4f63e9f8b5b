/** The starter in applications that have more than the starter. */
@NullMarked
package io.netrun.resilience.application;

import org.jspecify.annotations.NullMarked;
