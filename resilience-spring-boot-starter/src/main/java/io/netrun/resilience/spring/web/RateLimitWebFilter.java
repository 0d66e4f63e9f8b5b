package io.netrun.resilience.spring.web;

import org.springframework.web.reactive.HandlerMapping;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/** Writes the header fields of a rate limit in reactive applications, before the response is committed. */
public final class RateLimitWebFilter implements WebFilter {

    private final RateLimitHeaders headers;

    public RateLimitWebFilter(RateLimitHeaders headers) {
        this.headers = headers;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        exchange.getResponse().beforeCommit(() -> {
            headers.write(
                    exchange.getAttribute(HandlerMapping.BEST_MATCHING_HANDLER_ATTRIBUTE),
                    (name, value) -> exchange.getResponse().getHeaders().set(name, value));
            return Mono.empty();
        });
        return chain.filter(exchange);
    }
}
