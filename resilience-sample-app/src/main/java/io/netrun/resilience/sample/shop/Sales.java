package io.netrun.resilience.sample.shop;

import java.math.BigDecimal;

/** A line of the sales report. */
record Sales(String product, long orders, BigDecimal amount) {}
