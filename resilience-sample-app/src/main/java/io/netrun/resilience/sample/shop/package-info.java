/** The shop: start reading here. It calls downstream services over HTTP, and its database through a bulkhead. */
@NullMarked
package io.netrun.resilience.sample.shop;

import org.jspecify.annotations.NullMarked;
