/** Finds annotated methods, checks them and builds their pipelines. */
@NullMarked
package io.netrun.resilience.spring.method;

import org.jspecify.annotations.NullMarked;
