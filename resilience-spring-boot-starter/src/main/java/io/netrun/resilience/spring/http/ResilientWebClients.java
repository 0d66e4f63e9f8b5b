package io.netrun.resilience.spring.http;

import java.util.function.Consumer;
import org.springframework.web.reactive.function.client.ExchangeFilterFunction;
import org.springframework.web.reactive.function.client.WebClient;

/**
 * Puts policies around the calls of a {@code WebClient}: {@code builder.apply(resilience.client("prices")).build()}.
 * Thread-safe.
 *
 * <p>A response whose status counts as a failure is a failure to the policies, and reaches the caller all the same,
 * with its body unread, if it is the last. What the policies refuse reaches the caller as it is.
 */
public final class ResilientWebClients {

    private final HttpClients clients;

    public ResilientWebClients(HttpClients clients) {
        this.clients = clients;
    }

    /** Protects a client as the configuration says under {@code resilience.http-clients.<name>}. */
    public Consumer<WebClient.Builder> client(String name) {
        return builder -> builder.filter(filter(name));
    }

    /** Protects a client as code says. */
    public Consumer<WebClient.Builder> client(Consumer<HttpClientSpec> spec) {
        return builder -> builder.filter(filter(spec));
    }

    /**
     * Protects a client as code says, and gives it a name.
     *
     * @param name for messages and the endpoint; the configuration knows nothing of it
     */
    public Consumer<WebClient.Builder> client(String name, Consumer<HttpClientSpec> spec) {
        return builder -> builder.filter(filter(name, spec));
    }

    /**
     * The filter that protects a client as the configuration says under {@code resilience.http-clients.<name>}. Filters
     * after it take part in every attempt.
     *
     * @throws io.netrun.resilience.spring.problem.ResilienceConfigurationException if there is something wrong with
     *     that; while the application starts, that is told with all other problems instead
     */
    public ExchangeFilterFunction filter(String name) {
        return new ResilienceExchangeFilter(clients.of(name));
    }

    /** The filter that protects a client as code says; otherwise as {@link #filter(String)}. */
    public ExchangeFilterFunction filter(Consumer<HttpClientSpec> spec) {
        return new ResilienceExchangeFilter(clients.of(spec));
    }

    /** The filter that protects a client as code says, and gives it a name; otherwise as {@link #filter(String)}. */
    public ExchangeFilterFunction filter(String name, Consumer<HttpClientSpec> spec) {
        return new ResilienceExchangeFilter(clients.named(name, spec));
    }
}
