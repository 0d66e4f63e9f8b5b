/** What the answers of a server say about its own rate limiters. */
@NullMarked
package io.netrun.resilience.spring.web;

import org.jspecify.annotations.NullMarked;
