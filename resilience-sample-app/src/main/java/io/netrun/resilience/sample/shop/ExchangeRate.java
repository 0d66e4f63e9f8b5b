package io.netrun.resilience.sample.shop;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * What a euro is worth.
 *
 * @param note why the rate may be old; null if it is not
 */
record ExchangeRate(BigDecimal rate, @Nullable String note) {}
