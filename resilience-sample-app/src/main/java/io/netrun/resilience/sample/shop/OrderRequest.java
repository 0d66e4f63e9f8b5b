package io.netrun.resilience.sample.shop;

/**
 * What a customer wants.
 *
 * @param product its id
 * @param quantity 1 to 100
 */
record OrderRequest(long product, int quantity) {

    OrderRequest {
        if (quantity < 1 || quantity > 100) {
            throw new IllegalArgumentException("quantity is " + quantity + ": must be between 1 and 100");
        }
    }
}
