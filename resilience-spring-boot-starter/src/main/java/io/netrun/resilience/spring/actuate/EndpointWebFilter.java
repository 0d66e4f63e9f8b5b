package io.netrun.resilience.spring.actuate;

import org.reactivestreams.Publisher;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferLimitException;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;
import org.springframework.util.DigestUtils;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** What Actuator's operations cannot do themselves, in reactive applications: headers, and settings as an object. */
public final class EndpointWebFilter implements WebFilter {

    private static final int CONTENT_TOO_LARGE = 413;

    private final EndpointPaths paths;
    private final FleetViewAge fleetViewAge;

    /**
     * A filter.
     *
     * @param paths where the endpoints are
     * @param fleetViewAge for the overview
     */
    public EndpointWebFilter(EndpointPaths paths, FleetViewAge fleetViewAge) {
        this.paths = paths;
        this.fleetViewAge = fleetViewAge;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange original, WebFilterChain chain) {
        String path = original.getRequest().getPath().value();
        if (!paths.isOurs(path)) {
            return chain.filter(original);
        }
        ServerHttpRequest request = ReactiveParameters.hide(original.getRequest());
        ServerWebExchange exchange = request == original.getRequest()
                ? original
                : original.mutate().request(request).build();
        for (EndpointPaths.HeaderField header : EndpointPaths.HEADERS) {
            exchange.getResponse().getHeaders().set(header.name(), header.value());
        }
        if (HttpMethod.GET.equals(request.getMethod()) && paths.isOverview(path)) {
            HttpHeaders headers = exchange.getResponse().getHeaders();
            headers.setCacheControl("no-cache");
            String age = fleetViewAge.seconds();
            if (age != null) {
                headers.set(FleetViewAge.HEADER, age);
            }
            return chain.filter(exchange.mutate().response(new Tagged(exchange)).build());
        }
        if (!HttpMethod.POST.equals(request.getMethod())
                || !SettingsBody.isJson(request.getHeaders().getFirst(HttpHeaders.CONTENT_TYPE))
                || !paths.isJson(path)) {
            return chain.filter(exchange);
        }
        return DataBufferUtils.join(request.getBody(), SettingsBody.MAX_LENGTH)
                .onErrorMap(
                        DataBufferLimitException.class,
                        tooLong -> new ResponseStatusException(HttpStatusCode.valueOf(CONTENT_TOO_LARGE)))
                .map(EndpointWebFilter::bytes)
                .defaultIfEmpty(new byte[0])
                .flatMap(body -> chain.filter(exchange.mutate()
                        .request(new Rewritten(request, exchange, SettingsBody.flattened(body)))
                        .build()));
    }

    private static byte[] bytes(DataBuffer buffer) {
        byte[] bytes = new byte[buffer.readableByteCount()];
        buffer.read(bytes);
        DataBufferUtils.release(buffer);
        return bytes;
    }

    /** Has a tag of its content, and no content for who has the same already. */
    private static final class Tagged extends ServerHttpResponseDecorator {

        private final ServerWebExchange exchange;

        Tagged(ServerWebExchange exchange) {
            super(exchange.getResponse());
            this.exchange = exchange;
        }

        @Override
        public Mono<Void> writeWith(Publisher<? extends DataBuffer> body) {
            if (getStatusCode() != null && !HttpStatus.OK.equals(getStatusCode())) {
                return super.writeWith(body);
            }
            return DataBufferUtils.join(body).map(EndpointWebFilter::bytes).flatMap(this::write);
        }

        private Mono<Void> write(byte[] body) {
            if (exchange.checkNotModified("W/\"" + DigestUtils.md5DigestAsHex(body) + "\"")) {
                getHeaders().clearContentHeaders(); // "remove" has another signature in Spring 7
                return setComplete();
            }
            return super.writeWith(Mono.just(bufferFactory().wrap(body)));
        }
    }

    private static final class Rewritten extends ServerHttpRequestDecorator {

        private final ServerWebExchange exchange;
        private final byte[] body;

        Rewritten(ServerHttpRequest request, ServerWebExchange exchange, byte[] body) {
            super(request);
            this.exchange = exchange;
            this.body = body;
        }

        @Override
        public HttpHeaders getHeaders() {
            HttpHeaders headers = new HttpHeaders();
            super.getHeaders().forEach(headers::addAll);
            headers.setContentLength(body.length);
            return headers;
        }

        @Override
        public Flux<DataBuffer> getBody() {
            return body.length == 0
                    ? Flux.empty()
                    : Flux.defer(() ->
                            Flux.just(exchange.getResponse().bufferFactory().wrap(body)));
        }
    }
}
