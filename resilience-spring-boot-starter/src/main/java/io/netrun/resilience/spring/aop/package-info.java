/** The interception of protected methods: one interceptor for all patterns. */
@NullMarked
package io.netrun.resilience.spring.aop;

import org.jspecify.annotations.NullMarked;
