package io.netrun.resilience.spring.http;

import java.util.function.Consumer;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.web.client.RestClient;

/**
 * Puts policies around the calls of a {@code RestClient} or a {@code RestTemplate}:
 * {@code builder.apply(resilience.client("prices")).build()}. Thread-safe.
 *
 * <p>The policies see a response whose status counts as a failure as a failure. If it is the last one, the caller still
 * gets the response, open and unread. Rejections by the policies reach the caller unchanged.
 */
public final class ResilientRestClients {

    private final HttpClients clients;

    public ResilientRestClients(HttpClients clients) {
        this.clients = clients;
    }

    /**
     * Protects a client as configured under {@code resilience.http-clients.<name>}. Apply it after other interceptors:
     * it must be the last.
     */
    public Consumer<RestClient.Builder> client(String name) {
        return builder -> builder.requestInterceptor(interceptor(name));
    }

    /** Protects a client as configured in code; otherwise like {@link #client(String)}. */
    public Consumer<RestClient.Builder> client(Consumer<HttpClientSpec> spec) {
        return builder -> builder.requestInterceptor(interceptor(spec));
    }

    /**
     * Protects a named client as configured in code.
     *
     * @param name the name for messages and the endpoint; it does not refer to the configuration
     * @param spec configures the client
     */
    public Consumer<RestClient.Builder> client(String name, Consumer<HttpClientSpec> spec) {
        return builder -> builder.requestInterceptor(interceptor(name, spec));
    }

    /**
     * Returns an interceptor that protects a client as configured under {@code resilience.http-clients.<name>}. It must
     * be the last: on Spring Framework 6, interceptors after it see only the first attempt.
     *
     * @throws io.netrun.resilience.spring.problem.ResilienceConfigurationException if the configuration is wrong. While
     *     the application starts, the problem is reported together with all others instead.
     */
    public ClientHttpRequestInterceptor interceptor(String name) {
        return new ResilienceRequestInterceptor(clients.of(name), clients.ticker(), clients.isMdcCarried());
    }

    /**
     * Returns an interceptor that protects a client as configured in code; otherwise like {@link #interceptor(String)}.
     */
    public ClientHttpRequestInterceptor interceptor(Consumer<HttpClientSpec> spec) {
        return new ResilienceRequestInterceptor(clients.of(spec), clients.ticker(), clients.isMdcCarried());
    }

    /**
     * Returns an interceptor that protects a named client as configured in code; otherwise like
     * {@link #interceptor(String)}.
     */
    public ClientHttpRequestInterceptor interceptor(String name, Consumer<HttpClientSpec> spec) {
        return new ResilienceRequestInterceptor(clients.named(name, spec), clients.ticker(), clients.isMdcCarried());
    }
}
