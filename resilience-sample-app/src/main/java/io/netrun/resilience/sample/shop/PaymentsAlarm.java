package io.netrun.resilience.sample.shop;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitBreaker.State;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.stereotype.Component;

/** Callbacks in code: registered on single instances, found in the registry by name. */
@Component
class PaymentsAlarm implements ApplicationRunner {

    private static final Logger log = LoggerFactory.getLogger(PaymentsAlarm.class);

    private final ResilienceRegistry registry;

    PaymentsAlarm(ResilienceRegistry registry) {
        this.registry = registry;
    }

    @Override
    public void run(ApplicationArguments args) {
        registry.find(CircuitBreaker.TYPE, "payments")
                .ifPresent(breaker -> breaker.onStateChange(PaymentsAlarm::onStateChange));
        registry.find(Bulkhead.TYPE, "reports")
                .ifPresent(bulkhead -> bulkhead.onRejected(
                        event -> log.info("No room for another report: {} running", event.active())));
    }

    private static void onStateChange(State from, State to) {
        if (to == State.OPEN && from == State.CLOSED) {
            log.error("ALARM: customers cannot pay; this is where the pager would ring");
        } else if (to == State.CLOSED) {
            log.warn("ALL CLEAR: customers can pay again");
        }
    }
}
