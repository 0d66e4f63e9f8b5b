/** The shop: the code to read. Its partners are called over HTTP and its database through a bulkhead. */
@NullMarked
package io.netrun.resilience.sample.shop;

import org.jspecify.annotations.NullMarked;
