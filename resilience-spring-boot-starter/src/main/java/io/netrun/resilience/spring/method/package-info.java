/** Annotated methods and their pipelines. */
@NullMarked
package io.netrun.resilience.spring.method;

import org.jspecify.annotations.NullMarked;
