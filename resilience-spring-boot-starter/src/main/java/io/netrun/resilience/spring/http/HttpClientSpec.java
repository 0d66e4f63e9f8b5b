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
 * Configures the protection of a client in code: the names of the instances around its calls, in any order, and which
 * responses are failures. Not thread-safe.
 */
public final class HttpClientSpec {

    private final Map<String, @Nullable String> instances = new HashMap<>();
    private @Nullable List<String> failureStatuses;
    private @Nullable List<String> retryMethods;
    private @Nullable Boolean idempotent;

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

    /**
     * Sets the timeout for all attempts together, until the response's status and headers have arrived. Default: none.
     */
    public HttpClientSpec timeout(String name) {
        return use(Timeout.class, name);
    }

    /** Sets the bulkhead, which limits concurrent calls. Default: none. */
    public HttpClientSpec bulkhead(String name) {
        return use(Bulkhead.class, name);
    }

    /** Sets the rate limiter, which limits the calls per period. Default: none. */
    public HttpClientSpec rateLimiter(String name) {
        return use(RateLimiter.class, name);
    }

    /** Sets the retry, which repeats failed calls whose method is one of {@link #retryMethods}. Default: none. */
    public HttpClientSpec retry(String name) {
        return use(Retry.class, name);
    }

    /**
     * Sets the hedge, which starts a second attempt of slow calls whose method is one of {@link #retryMethods} and is
     * idempotent, or any of them with {@link #idempotent}. Default: none.
     */
    public HttpClientSpec hedge(String name) {
        return use(Hedge.class, name);
    }

    /** Sets the circuit breaker, which rejects calls while the service keeps failing. Default: none. */
    public HttpClientSpec circuitBreaker(String name) {
        return use(CircuitBreaker.class, name);
    }

    /** Sets the timeout of each attempt, until the response's status and headers have arrived. Default: none. */
    public HttpClientSpec attemptTimeout(String name) {
        return use(AttemptTimeout.class, name);
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
     * Sets the methods whose requests a retry or a hedge may send more than once. Default: all but POST and PATCH; with
     * {@link #idempotent}, all. A hedge repeats those whose method is not idempotent only with {@link #idempotent}.
     *
     * @param methods the methods, such as {@code GET}; empty, or the single word {@code none}, for none
     */
    public HttpClientSpec retryMethods(String... methods) {
        this.retryMethods = List.of(methods);
        return this;
    }

    /**
     * Sets whether the service recognizes a request that is sent twice, at once or one after the other, whatever its
     * method, as by an idempotency key. Default: false. Then a hedge repeats only requests whose method is idempotent:
     * GET, HEAD, OPTIONS, TRACE, PUT, DELETE, QUERY, PROPFIND, REPORT and SEARCH.
     */
    public HttpClientSpec idempotent(boolean idempotent) {
        this.idempotent = idempotent;
        return this;
    }

    HttpClientProperties properties() {
        return new HttpClientProperties(instances, failureStatuses, retryMethods, idempotent);
    }

    private HttpClientSpec use(Class<? extends Annotation> annotation, String name) {
        return use(PatternDescriptors.slotOf(annotation).key(), name);
    }
}
