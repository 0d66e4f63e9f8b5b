/** Test support for code that uses the library: a manual ticker, a JUnit extension, and AssertJ assertions. */
@NullMarked
package io.netrun.resilience.test;

import org.jspecify.annotations.NullMarked;
