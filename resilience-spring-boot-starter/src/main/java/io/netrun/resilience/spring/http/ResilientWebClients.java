package io.netrun.resilience.spring.http;

import java.util.function.Consumer;
import org.springframework.web.reactive.function.client.ExchangeFilterFunction;
import org.springframework.web.reactive.function.client.WebClient;

/**
 * Puts policies around the calls of a {@code WebClient}: {@code builder.apply(resilience.client("prices")).build()}.
 * Thread-safe.
 *
 * <p>The policies see a response whose status counts as a failure as a failure. If it is the last one, the caller still
 * gets the response, with its body unread. Rejections by the policies reach the caller unchanged.
 */
public final class ResilientWebClients {

    private final HttpClients clients;

    public ResilientWebClients(HttpClients clients) {
        this.clients = clients;
    }

    /** Protects a client as configured under {@code resilience.http-clients.<name>}. */
    public Consumer<WebClient.Builder> client(String name) {
        return builder -> builder.filter(filter(name));
    }

    /** Protects a client as configured in code. */
    public Consumer<WebClient.Builder> client(Consumer<HttpClientSpec> spec) {
        return builder -> builder.filter(filter(spec));
    }

    /**
     * Protects a named client as configured in code.
     *
     * @param name the name for messages and the endpoint; it does not refer to the configuration
     * @param spec configures the client
     */
    public Consumer<WebClient.Builder> client(String name, Consumer<HttpClientSpec> spec) {
        return builder -> builder.filter(filter(name, spec));
    }

    /**
     * Returns a filter that protects a client as configured under {@code resilience.http-clients.<name>}. Filters after
     * it see every attempt.
     *
     * @throws io.netrun.resilience.spring.problem.ResilienceConfigurationException if the configuration is wrong. While
     *     the application starts, the problem is reported together with all others instead.
     */
    public ExchangeFilterFunction filter(String name) {
        return new ResilienceExchangeFilter(clients.of(name), clients.isMdcCarried());
    }

    /** Returns a filter that protects a client as configured in code; otherwise like {@link #filter(String)}. */
    public ExchangeFilterFunction filter(Consumer<HttpClientSpec> spec) {
        return new ResilienceExchangeFilter(clients.of(spec), clients.isMdcCarried());
    }

    /** Returns a filter that protects a named client as configured in code; otherwise like {@link #filter(String)}. */
    public ExchangeFilterFunction filter(String name, Consumer<HttpClientSpec> spec) {
        return new ResilienceExchangeFilter(clients.named(name, spec), clients.isMdcCarried());
    }
}
