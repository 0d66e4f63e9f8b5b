package io.netrun.resilience.sample.shop;

import java.math.BigDecimal;
import java.util.UUID;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ResponseStatusException;

/** Creates an order and charges it. No transaction is open while the payment provider is called. */
@Component
class Checkout {

    private final OrderRepository orders;
    private final PaymentClient payments;

    Checkout(OrderRepository orders, PaymentClient payments) {
        this.orders = orders;
        this.payments = payments;
    }

    Order place(OrderRequest request) {
        Product product = product(request.product());
        String id = UUID.randomUUID().toString();
        BigDecimal amount = product.price().multiply(BigDecimal.valueOf(request.quantity()));
        Receipt receipt = payments.charge(id, amount);
        Order order = new Order(id, product.id(), request.quantity(), amount, receipt.receipt());
        orders.save(order);
        return order;
    }

    Product product(long id) {
        return orders.product(id)
                .orElseThrow(() -> new ResponseStatusException(
                        HttpStatus.NOT_FOUND, "There is no product " + id + "; GET /products lists them"));
    }
}
