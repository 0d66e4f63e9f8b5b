package io.netrun.resilience.sample.simulator;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/** The downstream services as web endpoints, and the knobs that make them misbehave. */
@RestController
@RequestMapping("/simulator")
class SimulatorController {

    private static final BigDecimal CARD_LIMIT = new BigDecimal("1000");
    private static final Map<String, BigDecimal> RATES =
            Map.of("CHF", new BigDecimal("0.94"), "GBP", new BigDecimal("0.87"), "USD", new BigDecimal("1.16"));
    private static final List<String> PRODUCTS = List.of("Teapot", "Mug", "Kettle", "Tea tin", "Samovar");

    private final Map<String, SimulatedService> services = new LinkedHashMap<>();

    SimulatorController() {
        Stream.of("payments", "recommendations", "parcel", "bike", "rates", "ledger")
                .forEach(name -> services.put(name, new SimulatedService(name)));
    }

    @GetMapping("/knobs")
    Map<String, KnobsJson> allKnobs() {
        Map<String, KnobsJson> all = new LinkedHashMap<>();
        services.forEach((name, service) -> all.put(name, KnobsJson.of(service.knobs())));
        return all;
    }

    @GetMapping("/{service}/knobs")
    KnobsJson knobs(@PathVariable String service) {
        return KnobsJson.of(service(service).knobs());
    }

    @PostMapping("/{service}/knobs")
    KnobsJson change(@PathVariable String service, @RequestBody KnobsJson change) {
        try {
            return KnobsJson.of(service(service).change(change));
        } catch (IllegalArgumentException e) {
            throw new ResponseStatusException(HttpStatus.BAD_REQUEST, e.getMessage(), e);
        }
    }

    /** The same key gets the same receipt: a retried charge is made once. */
    @PostMapping("/payments/charges")
    CompletableFuture<ResponseEntity<Object>> charge(
            @RequestHeader("Idempotency-Key") String key, @RequestBody Charge charge) {
        return service("payments").answer(() -> {
            if (charge.amount().compareTo(CARD_LIMIT) > 0) {
                return ResponseEntity.status(HttpStatus.PAYMENT_REQUIRED)
                        .body(Map.of("error", "The card's limit is " + CARD_LIMIT));
            }
            UUID receipt = UUID.nameUUIDFromBytes(key.getBytes(StandardCharsets.UTF_8));
            return ResponseEntity.ok(Map.of("receipt", "R-" + receipt.toString().substring(0, 8)));
        });
    }

    @GetMapping("/recommendations/{product}")
    CompletableFuture<ResponseEntity<Object>> recommendations(@PathVariable String product) {
        return service("recommendations")
                .answer(() -> ResponseEntity.ok(PRODUCTS.stream()
                        .filter(other -> !other.equals(product))
                        .limit(2)
                        .toList()));
    }

    @GetMapping("/parcel/quote")
    CompletableFuture<ResponseEntity<Object>> parcelQuote() {
        return service("parcel").answer(() -> ResponseEntity.ok(Map.of("price", new BigDecimal("4.90"), "days", 2)));
    }

    @GetMapping("/bike/quote")
    CompletableFuture<ResponseEntity<Object>> bikeQuote() {
        return service("bike").answer(() -> ResponseEntity.ok(Map.of("price", new BigDecimal("7.50"), "days", 0)));
    }

    @GetMapping("/rates/{currency}")
    CompletableFuture<ResponseEntity<Object>> rate(@PathVariable String currency) {
        BigDecimal rate = RATES.get(currency);
        return service("rates")
                .answer(() ->
                        rate == null ? ResponseEntity.notFound().build() : ResponseEntity.ok(Map.of("rate", rate)));
    }

    @PostMapping("/ledger/entries")
    CompletableFuture<ResponseEntity<Object>> enter(@RequestBody List<String> orders) {
        return service("ledger").answer(() -> ResponseEntity.ok(Map.of("entered", orders.size())));
    }

    private SimulatedService service(String name) {
        SimulatedService service = services.get(name);
        if (service == null) {
            throw new ResponseStatusException(
                    HttpStatus.NOT_FOUND,
                    "no service named '" + name + "'. Use one of " + String.join(", ", services.keySet()));
        }
        return service;
    }

    record Charge(String order, BigDecimal amount) {}
}
