package io.netrun.resilience.sample.shop;

import java.math.BigDecimal;

/** Something to buy. */
record Product(long id, String name, BigDecimal price) {}
