/** For tests of code that uses the library: time turned by hand, a JUnit extension, and AssertJ assertions. */
@NullMarked
package io.netrun.resilience.test;

import org.jspecify.annotations.NullMarked;
