package io.netrun.resilience.sample.shop;

import io.netrun.resilience.sample.LocalServer;
import org.springframework.stereotype.Component;
import org.springframework.web.client.RestClient;

/** Parcels by van, everywhere. */
@Component
class ParcelCarrier extends CarrierAdapter {

    ParcelCarrier(RestClient.Builder http, LocalServer server) {
        super(http, server);
    }

    @Override
    String carrier() {
        return "parcel";
    }
}
