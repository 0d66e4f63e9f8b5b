package io.netrun.resilience.sample.shop;

import java.math.RoundingMode;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** The shop on the web. */
@RestController
class ShopController {

    private final OrderRepository orders;
    private final Checkout checkout;
    private final RecommendationClient recommendations;
    private final ExchangeRateClient exchangeRates;
    private final Shipping shipping;
    private final SettlementWorker settlement;
    private final ShopProperties properties;

    ShopController(
            OrderRepository orders,
            Checkout checkout,
            RecommendationClient recommendations,
            ExchangeRateClient exchangeRates,
            Shipping shipping,
            SettlementWorker settlement,
            ShopProperties properties) {
        this.orders = orders;
        this.checkout = checkout;
        this.recommendations = recommendations;
        this.exchangeRates = exchangeRates;
        this.shipping = shipping;
        this.settlement = settlement;
        this.properties = properties;
    }

    @GetMapping("/products")
    List<Product> products() {
        return orders.products();
    }

    /** A product page is shown without recommendations if they fail for any reason. */
    @GetMapping("/products/{id}")
    CompletableFuture<ProductPage> product(@PathVariable long id) {
        Product product = checkout.product(id);
        return recommendations
                .alsoBoughtWith(product.name())
                .handle((names, failure) -> failure == null
                        ? new ProductPage(product, names, "")
                        : new ProductPage(product, List.of(), "No recommendations: " + failure.getMessage()));
    }

    @GetMapping("/products/{id}/price")
    ForeignPrice price(@PathVariable long id, @RequestParam Currency currency) {
        Product product = checkout.product(id);
        ExchangeRate rate = exchangeRates.rate(currency);
        return new ForeignPrice(
                product.price().multiply(rate.rate()).setScale(2, RoundingMode.HALF_UP), currency, rate.note());
    }

    @PostMapping("/orders")
    @ResponseStatus(HttpStatus.CREATED)
    Order order(@RequestBody OrderRequest request) {
        return checkout.place(request);
    }

    @GetMapping("/shipping")
    List<ShippingOffer> shipping() {
        return shipping.offers();
    }

    @GetMapping("/reports/sales")
    List<Sales> salesReport() {
        return orders.salesReport(properties.reportDuration());
    }

    @PostMapping("/settlements")
    @ResponseStatus(HttpStatus.ACCEPTED)
    Map<String, Object> settle() {
        settlement.start();
        return settlement();
    }

    @GetMapping("/settlements")
    Map<String, Object> settlement() {
        return Map.of(
                "running",
                settlement.isRunning(),
                "unsettled",
                orders.unsettled().size());
    }
}
