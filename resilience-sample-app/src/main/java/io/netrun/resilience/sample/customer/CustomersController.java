package io.netrun.resilience.sample.customer;

import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/** How many customers come, and what they got. */
@RestController
@RequestMapping("/customers")
class CustomersController {

    /** More than the bulkhead of the reports lets run and wait. */
    private static final int READERS = 8;

    private final Customers customers;
    private final Traffic traffic;

    CustomersController(Customers customers, Traffic traffic) {
        this.customers = customers;
        this.traffic = traffic;
    }

    record CustomersJson(int perSecond) {}

    /** What came of the visits so far; {@code usualMillis} is how long an answer usually takes, null if unknown. */
    record TrafficJson(
            int perSecond,
            long answered,
            long failed,
            long totalMillis,
            @Nullable Double usualMillis) {}

    @GetMapping
    TrafficJson traffic() {
        Traffic.Counts counts = traffic.counts();
        OptionalDouble usual = traffic.usualMillis();
        return new TrafficJson(
                customers.perSecond(),
                counts.answered(),
                counts.failed(),
                counts.totalMillis(),
                usual.isPresent() ? usual.getAsDouble() : null);
    }

    @PostMapping
    TrafficJson come(@RequestBody CustomersJson change) {
        try {
            customers.come(change.perSecond());
        } catch (IllegalArgumentException e) {
            throw new ResponseStatusException(HttpStatus.BAD_REQUEST, e.getMessage(), e);
        }
        return traffic();
    }

    @PostMapping("/reports")
    TrafficJson askForReports() {
        customers.askForReports(READERS);
        return traffic();
    }
}
