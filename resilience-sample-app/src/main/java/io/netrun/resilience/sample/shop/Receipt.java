package io.netrun.resilience.sample.shop;

/** What the payment provider gives for a charge. */
record Receipt(String receipt) {}
