package io.netrun.resilience.application.docs;

import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.content;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.header;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import io.netrun.resilience.CheckedRunnable;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.bulkhead.BulkheadConfig;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitBreakerConfig;
import io.netrun.resilience.ratelimiter.RateLimiter;
import io.netrun.resilience.ratelimiter.RateLimiterConfig;
import io.netrun.resilience.test.ManualTicker;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.ResultActions;
import org.springframework.test.web.servlet.setup.MockMvcBuilders;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** The documentation's handler of rejections answers with what a client can use. */
class RejectionAdviceTests {

    private final ManualTicker ticker = new ManualTicker();
    private final CircuitBreaker breaker = CircuitBreaker.of(
            "payments",
            CircuitBreakerConfig.builder()
                    .failureThreshold(1)
                    .openDuration(Duration.ofMillis(1_500))
                    .build(),
            ticker);

    @Test
    void openCircuitShouldReportTheNextTrialInWholeSeconds() throws Exception {
        breaker.acquirePermit().onFailure(new IllegalStateException());
        answer(() -> breaker.run(() -> {})).andExpect(header().string(HttpHeaders.RETRY_AFTER, "2"));
    }

    @Test
    void forcedOpenCircuitShouldPromiseNothing() throws Exception {
        breaker.forceOpen();
        answer(() -> breaker.run(() -> {})).andExpect(header().doesNotExist(HttpHeaders.RETRY_AFTER));
    }

    @Test
    void halfOpenCircuitShouldBeTriedAgainShortly() throws Exception {
        breaker.acquirePermit().onFailure(new IllegalStateException());
        ticker.advance(Duration.ofSeconds(2));
        for (int trial = 0; trial < breaker.config().halfOpenMaxCalls(); trial++) {
            breaker.acquirePermit();
        }
        answer(() -> breaker.run(() -> {})).andExpect(header().string(HttpHeaders.RETRY_AFTER, "1"));
    }

    @Test
    void rateLimiterShouldReportWhenTheNextPermitIsFree() throws Exception {
        RateLimiter limiter = RateLimiter.of(
                "geocoder",
                RateLimiterConfig.builder()
                        .limit(2)
                        .burst(1)
                        .period(Duration.ofMinutes(1))
                        .build(),
                ticker);
        limiter.run(() -> {});
        answer(() -> limiter.run(() -> {})).andExpect(header().string(HttpHeaders.RETRY_AFTER, "30"));
    }

    @Test
    void fullBulkheadShouldBeTriedAgainShortly() throws Exception {
        Bulkhead bulkhead = Bulkhead.of(
                "reports", BulkheadConfig.builder().maxConcurrent(1).maxQueue(0).build(), ticker);
        answer(() -> bulkhead.run(() -> bulkhead.run(() -> {})))
                .andExpect(header().string(HttpHeaders.RETRY_AFTER, "1"));
    }

    private static ResultActions answer(CheckedRunnable<RuntimeException> call) throws Exception {
        MockMvc shop = MockMvcBuilders.standaloneSetup(new Shop(call))
                .setControllerAdvice(new RejectionAdvice())
                .build();
        return shop.perform(get("/orders"))
                .andExpect(status().isServiceUnavailable())
                .andExpect(content().contentTypeCompatibleWith(MediaType.APPLICATION_PROBLEM_JSON));
    }

    @RestController
    static class Shop {

        private final CheckedRunnable<RuntimeException> call;

        Shop(CheckedRunnable<RuntimeException> call) {
            this.call = call;
        }

        @GetMapping("/orders")
        String orders() {
            call.run();
            return "ordered";
        }
    }
}
