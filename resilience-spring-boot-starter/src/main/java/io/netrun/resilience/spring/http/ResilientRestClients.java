package io.netrun.resilience.spring.http;

import java.util.function.Consumer;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.web.client.RestClient;

/**
 * Puts policies around the calls of a {@code RestClient} or a {@code RestTemplate}:
 * {@code builder.apply(resilience.client("prices")).build()}. Thread-safe.
 *
 * <p>A response whose status counts as a failure is a failure to the policies, and reaches the caller all the same,
 * open and unread, if it is the last. What the policies refuse reaches the caller as it is.
 */
public final class ResilientRestClients {

    private final HttpClients clients;

    public ResilientRestClients(HttpClients clients) {
        this.clients = clients;
    }

    /**
     * Protects a client as the configuration says under {@code resilience.http-clients.<name>}. To be applied after
     * other interceptors: it has to be the last.
     */
    public Consumer<RestClient.Builder> client(String name) {
        return builder -> builder.requestInterceptor(interceptor(name));
    }

    /** Protects a client as code says; otherwise as {@link #client(String)}. */
    public Consumer<RestClient.Builder> client(Consumer<HttpClientSpec> spec) {
        return builder -> builder.requestInterceptor(interceptor(spec));
    }

    /**
     * Protects a client as code says, and gives it a name.
     *
     * @param name for messages and the endpoint; the configuration knows nothing of it
     */
    public Consumer<RestClient.Builder> client(String name, Consumer<HttpClientSpec> spec) {
        return builder -> builder.requestInterceptor(interceptor(name, spec));
    }

    /**
     * The interceptor that protects a client as the configuration says under {@code resilience.http-clients.<name>}. It
     * has to be the last: on Spring Framework 6, interceptors after it take part in the first attempt only.
     *
     * @throws io.netrun.resilience.spring.problem.ResilienceConfigurationException if there is something wrong with
     *     that; while the application starts, that is told with all other problems instead
     */
    public ClientHttpRequestInterceptor interceptor(String name) {
        return new ResilienceRequestInterceptor(clients.of(name), clients.ticker());
    }

    /** The interceptor that protects a client as code says; otherwise as {@link #interceptor(String)}. */
    public ClientHttpRequestInterceptor interceptor(Consumer<HttpClientSpec> spec) {
        return new ResilienceRequestInterceptor(clients.of(spec), clients.ticker());
    }

    /**
     * The interceptor that protects a client as code says, and gives it a name; otherwise as
     * {@link #interceptor(String)}.
     */
    public ClientHttpRequestInterceptor interceptor(String name, Consumer<HttpClientSpec> spec) {
        return new ResilienceRequestInterceptor(clients.named(name, spec), clients.ticker());
    }
}
