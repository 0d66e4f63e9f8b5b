/** The shop's customers: how many visit it, and what answers they get. They come over HTTP only. */
@NullMarked
package io.netrun.resilience.sample.customer;

import org.jspecify.annotations.NullMarked;
