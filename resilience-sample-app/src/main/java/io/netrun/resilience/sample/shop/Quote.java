package io.netrun.resilience.sample.shop;

import java.math.BigDecimal;

/**
 * A carrier's price.
 *
 * @param days until delivery
 */
record Quote(BigDecimal price, int days) {}
