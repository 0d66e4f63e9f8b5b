package io.netrun.resilience.sample.shop;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * What a carrier offers.
 *
 * @param quote null if it offers nothing at present
 * @param unavailable why it offers nothing; null if it does
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record ShippingOffer(
        String carrier, @Nullable Quote quote, @Nullable String unavailable) {}
