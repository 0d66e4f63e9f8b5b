package io.netrun.resilience.sample.shop;

import java.util.List;

/**
 * What a customer sees of a product.
 *
 * @param alsoBought recommendations; empty if there are none
 * @param note why something is missing; empty if nothing is
 */
record ProductPage(Product product, List<String> alsoBought, String note) {}
