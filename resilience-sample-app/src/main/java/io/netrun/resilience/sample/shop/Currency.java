package io.netrun.resilience.sample.shop;

/** What a customer may pay in, besides euros. */
enum Currency {
    CHF,
    GBP,
    USD
}
