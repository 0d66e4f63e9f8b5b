package io.netrun.resilience.spring.http;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Says in code what protects a client: the names of the instances around its calls, whatever the order in which they
 * are said, and what of its calls is a failure. Not thread-safe.
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

    /** Limits the time until the response's status and headers are there, all attempts together. */
    public HttpClientSpec timeout(String name) {
        this.timeout = name;
        return this;
    }

    /** Limits how many calls run at once. */
    public HttpClientSpec bulkhead(String name) {
        this.bulkhead = name;
        return this;
    }

    /** Limits how many calls begin in a period. */
    public HttpClientSpec rateLimiter(String name) {
        this.rateLimiter = name;
        return this;
    }

    /** Makes failed calls again, where their method is one of {@link #retryMethods}. */
    public HttpClientSpec retry(String name) {
        this.retry = name;
        return this;
    }

    /** Makes calls that take long once more beside the first, where their method is one of {@link #retryMethods}. */
    public HttpClientSpec hedge(String name) {
        this.hedge = name;
        return this;
    }

    /** Stops calling what keeps failing. */
    public HttpClientSpec circuitBreaker(String name) {
        this.circuitBreaker = name;
        return this;
    }

    /** Limits the time of each attempt until the response's status and headers are there. */
    public HttpClientSpec attemptTimeout(String name) {
        this.attemptTimeout = name;
        return this;
    }

    /**
     * Which statuses count as failures; default {@code 5xx} and {@code 429}. I/O errors always do.
     *
     * @param statuses classes ({@code 5xx}) and codes ({@code 429}), or nothing but {@code none}
     */
    public HttpClientSpec failureStatuses(String... statuses) {
        this.failureStatuses = List.of(statuses);
        return this;
    }

    /**
     * The methods whose requests may be made more than once, by a retry or a hedge; default all but POST and PATCH.
     *
     * @param methods such as {@code GET}; empty for none
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
