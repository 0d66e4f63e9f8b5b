/** What is wrong with the configuration or with annotated code, and what to do about it. */
@NullMarked
package io.netrun.resilience.spring.problem;

import org.jspecify.annotations.NullMarked;
