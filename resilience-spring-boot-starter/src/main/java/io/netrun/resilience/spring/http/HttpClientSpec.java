package io.netrun.resilience.spring.http;

import io.netrun.resilience.annotation.AttemptTimeout;
import io.netrun.resilience.annotation.Bulkhead;
import io.netrun.resilience.annotation.CircuitBreaker;
import io.netrun.resilience.annotation.Hedge;
import io.netrun.resilience.annotation.RateLimiter;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.annotation.Timeout;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import io.netrun.resilience.spring.problem.SpellingSuggestion;
import java.lang.annotation.Annotation;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Says in code what protects a client: the names of the instances around its calls, whatever the order in which they
 * are said, and what of its calls is a failure. Not thread-safe.
 */
public final class HttpClientSpec {

    private final Map<String, @Nullable String> instances = new HashMap<>();
    private @Nullable List<String> failureStatuses;
    private @Nullable List<String> retryMethods;

    HttpClientSpec() {}

    /**
     * Protects the calls with an instance of any pattern. The other methods do the same for one pattern each.
     *
     * @param slot the key under {@code resilience.http-clients.<name>}, such as {@code circuit-breaker}
     * @param name the name of the instance
     * @throws IllegalArgumentException if clients have no such key
     */
    public HttpClientSpec use(String slot, String name) {
        if (!HttpClientProperties.INSTANCE_KEYS.contains(slot)) {
            String nearest = SpellingSuggestion.to(slot, HttpClientProperties.INSTANCE_KEYS);
            throw new IllegalArgumentException("HTTP clients cannot use '" + slot + "'. "
                    + (nearest.isEmpty() ? "" : "Did you mean '" + nearest + "'? ") + "Known: "
                    + String.join(", ", HttpClientProperties.INSTANCE_KEYS));
        }
        instances.put(slot, name);
        return this;
    }

    /** Limits the time until the response's status and headers are there, all attempts together. */
    public HttpClientSpec timeout(String name) {
        return use(Timeout.class, name);
    }

    /** Limits how many calls run at once. */
    public HttpClientSpec bulkhead(String name) {
        return use(Bulkhead.class, name);
    }

    /** Limits how many calls begin in a period. */
    public HttpClientSpec rateLimiter(String name) {
        return use(RateLimiter.class, name);
    }

    /** Makes failed calls again, where their method is one of {@link #retryMethods}. */
    public HttpClientSpec retry(String name) {
        return use(Retry.class, name);
    }

    /** Makes calls that take long once more beside the first, where their method is one of {@link #retryMethods}. */
    public HttpClientSpec hedge(String name) {
        return use(Hedge.class, name);
    }

    /** Stops calling what keeps failing. */
    public HttpClientSpec circuitBreaker(String name) {
        return use(CircuitBreaker.class, name);
    }

    /** Limits the time of each attempt until the response's status and headers are there. */
    public HttpClientSpec attemptTimeout(String name) {
        return use(AttemptTimeout.class, name);
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
        return new HttpClientProperties(instances, failureStatuses, retryMethods);
    }

    private HttpClientSpec use(Class<? extends Annotation> annotation, String name) {
        return use(PatternDescriptors.placeOf(annotation).key(), name);
    }
}
