package io.netrun.resilience.spring.http;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The keys under {@code resilience.http-clients.<name>}, as the configuration metadata names them, so that IDEs
 * complete them. They are read as {@link HttpClientProperties}.
 *
 * @param timeout name of the timeout for all attempts together
 * @param bulkhead name of the bulkhead, which limits concurrent calls
 * @param rateLimiter name of the rate limiter, which limits the calls per period
 * @param retry name of the retry, which repeats failed calls
 * @param hedge name of the hedge, which starts a second attempt of slow calls
 * @param circuitBreaker name of the circuit breaker, which rejects calls while the service keeps failing
 * @param attemptTimeout name of the timeout of each attempt
 * @param failureStatuses responses that count as failures: classes such as 5xx, codes such as 429, or none
 * @param retryMethods methods whose requests may be sent more than once, or none; all but POST and PATCH by default
 * @param idempotent whether the service recognizes a request that is sent twice, whatever its method; default false
 */
record HttpClientKeys(
        @Nullable String timeout,
        @Nullable String bulkhead,
        @Nullable String rateLimiter,
        @Nullable String retry,
        @Nullable String hedge,
        @Nullable String circuitBreaker,
        @Nullable String attemptTimeout,
        @Nullable List<String> failureStatuses,
        @Nullable List<String> retryMethods,
        @Nullable Boolean idempotent) {}
