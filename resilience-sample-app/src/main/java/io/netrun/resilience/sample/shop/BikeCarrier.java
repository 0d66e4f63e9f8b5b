package io.netrun.resilience.sample.shop;

import io.netrun.resilience.sample.LocalServer;
import org.springframework.stereotype.Component;
import org.springframework.web.client.RestClient;

/** Couriers on bikes, in town, the same day. */
@Component
class BikeCarrier extends CarrierAdapter {

    BikeCarrier(RestClient.Builder http, LocalServer server) {
        super(http, server);
    }

    @Override
    String carrier() {
        return "bike";
    }
}
