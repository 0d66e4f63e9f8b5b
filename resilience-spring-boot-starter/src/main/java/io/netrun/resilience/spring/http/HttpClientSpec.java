package io.netrun.resilience.spring.http;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Configures the protection of a client in code: the names of the instances around its calls, in any order, and which
 * responses are failures. Not thread-safe.
 */
public final class HttpClientSpec {

    private @Nullable String timeout;
    private @Nullable String bulkhead;
    private @Nullable String rateLimiter;
    private @Nullable String retry;
    private @Nullable String hedge;
    private @Nullable String circuitBreaker;
    private @Nullable String attemptTimeout;
    private @Nullable List<String> failureStatuses;
    private @Nullable List<String> retryMethods;

    HttpClientSpec() {}

    /**
     * Sets the timeout for all attempts together, until the response's status and headers have arrived. Default: none.
     */
    public HttpClientSpec timeout(String name) {
        this.timeout = name;
        return this;
    }

    /** Sets the bulkhead, which limits concurrent calls. Default: none. */
    public HttpClientSpec bulkhead(String name) {
        this.bulkhead = name;
        return this;
    }

    /** Sets the rate limiter, which limits the calls per period. Default: none. */
    public HttpClientSpec rateLimiter(String name) {
        this.rateLimiter = name;
        return this;
    }

    /** Sets the retry, which repeats failed calls whose method is one of {@link #retryMethods}. Default: none. */
    public HttpClientSpec retry(String name) {
        this.retry = name;
        return this;
    }

    /**
     * Sets the hedge, which starts a second attempt of slow calls whose method is one of {@link #retryMethods}.
     * Default: none.
     */
    public HttpClientSpec hedge(String name) {
        this.hedge = name;
        return this;
    }

    /** Sets the circuit breaker, which rejects calls while the service keeps failing. Default: none. */
    public HttpClientSpec circuitBreaker(String name) {
        this.circuitBreaker = name;
        return this;
    }

    /** Sets the timeout of each attempt, until the response's status and headers have arrived. Default: none. */
    public HttpClientSpec attemptTimeout(String name) {
        this.attemptTimeout = name;
        return this;
    }

    /**
     * Sets the statuses that count as failures. Default: {@code 5xx} and {@code 429}. I/O errors always count.
     *
     * @param statuses classes ({@code 5xx}) and codes ({@code 429}), or the single word {@code none}
     */
    public HttpClientSpec failureStatuses(String... statuses) {
        this.failureStatuses = List.of(statuses);
        return this;
    }

    /**
     * Sets the methods whose requests a retry or a hedge may send more than once. Default: all but POST and PATCH.
     *
     * @param methods the methods, such as {@code GET}; empty for none
     */
    public HttpClientSpec retryMethods(String... methods) {
        this.retryMethods = List.of(methods);
        return this;
    }

    HttpClientProperties properties() {
        return new HttpClientProperties(
                timeout,
                bulkhead,
                rateLimiter,
                retry,
                hedge,
                circuitBreaker,
                attemptTimeout,
                failureStatuses,
                retryMethods);
    }
}
