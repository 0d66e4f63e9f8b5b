package io.netrun.resilience.sample.shop;

import java.math.BigDecimal;

/** A paid order. */
record Order(String id, long product, int quantity, BigDecimal amount, String receipt) {}
