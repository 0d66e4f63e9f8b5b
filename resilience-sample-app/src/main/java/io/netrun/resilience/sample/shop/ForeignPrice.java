package io.netrun.resilience.sample.shop;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * What a product costs in another currency.
 *
 * @param note why the price may be old; null if it is not
 */
record ForeignPrice(
        BigDecimal amount, Currency currency, @Nullable String note) {}
