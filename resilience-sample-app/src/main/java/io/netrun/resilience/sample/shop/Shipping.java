package io.netrun.resilience.sample.shop;

import io.netrun.resilience.ResilienceException;
import java.util.List;
import org.springframework.stereotype.Component;

/** Asks all carriers. If one is down, the others still make their offers. */
@Component
class Shipping {

    private final List<CarrierAdapter> carriers;

    Shipping(List<CarrierAdapter> carriers) {
        this.carriers = carriers;
    }

    List<ShippingOffer> offers() {
        return carriers.stream().map(Shipping::offer).toList();
    }

    private static ShippingOffer offer(CarrierAdapter carrier) {
        try {
            return new ShippingOffer(carrier.carrier(), carrier.quote(), null);
        } catch (ResilienceException e) {
            return new ShippingOffer(carrier.carrier(), null, e.getMessage());
        }
    }
}
