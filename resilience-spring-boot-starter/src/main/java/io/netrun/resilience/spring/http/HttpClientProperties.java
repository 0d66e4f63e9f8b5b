package io.netrun.resilience.spring.http;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The configuration of a client, under {@code resilience.http-clients.<name>}.
 *
 * @param timeout the name of the timeout around its calls with all attempts, null for none
 * @param bulkhead the name of the bulkhead, null for none
 * @param rateLimiter the name of the rate limiter, null for none
 * @param retry the name of the retry, null for none
 * @param hedge the name of the hedge, null for none
 * @param circuitBreaker the name of the circuit breaker, null for none
 * @param attemptTimeout the name of the timeout around each attempt, null for none
 * @param failureStatuses the statuses that count as failures, as classes ({@code 5xx}) and codes ({@code 429}), or
 *     {@code none}; null for {@code 5xx, 429}
 * @param retryMethods the methods whose requests may be sent more than once; null for all but POST and PATCH
 */
public record HttpClientProperties(
        @Nullable String timeout,
        @Nullable String bulkhead,
        @Nullable String rateLimiter,
        @Nullable String retry,
        @Nullable String hedge,
        @Nullable String circuitBreaker,
        @Nullable String attemptTimeout,
        @Nullable List<String> failureStatuses,
        @Nullable List<String> retryMethods) {

    /** The names of the instances, by the keys of their patterns. */
    Map<String, @Nullable String> instances() {
        Map<String, @Nullable String> instances = new LinkedHashMap<>();
        instances.put("timeout", timeout);
        instances.put("bulkhead", bulkhead);
        instances.put("rate-limiter", rateLimiter);
        instances.put("retry", retry);
        instances.put("hedge", hedge);
        instances.put("circuit-breaker", circuitBreaker);
        instances.put("attempt-timeout", attemptTimeout);
        return instances;
    }
}
