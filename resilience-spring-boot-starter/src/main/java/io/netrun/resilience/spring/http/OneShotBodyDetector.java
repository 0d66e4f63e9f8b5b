package io.netrun.resilience.spring.http;

import org.reactivestreams.Publisher;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.client.reactive.ClientHttpRequest;
import org.springframework.http.client.reactive.ClientHttpRequestDecorator;
import org.springframework.web.reactive.function.BodyInserter;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A request body that reports when a stream begins to be read that may not be repeatable. Spring writes a value as a
 * {@code Mono} of one buffer, encoded again for each attempt. Everything that comes in more than one piece (a
 * {@code Flux}, a file, a multipart form) is another publisher, which may not produce the same content again.
 */
final class OneShotBodyDetector implements BodyInserter<Object, ClientHttpRequest> {

    private final BodyInserter<?, ? super ClientHttpRequest> body;
    private final Runnable onStream;

    OneShotBodyDetector(BodyInserter<?, ? super ClientHttpRequest> body, Runnable onStream) {
        this.body = body;
        this.onStream = onStream;
    }

    @Override
    public Mono<Void> insert(ClientHttpRequest request, Context context) {
        return body.insert(
                new ClientHttpRequestDecorator(request) {

                    @Override
                    public Mono<Void> writeWith(Publisher<? extends DataBuffer> written) {
                        return super.writeWith(written instanceof Mono ? written : watched(written));
                    }

                    @Override
                    public Mono<Void> writeAndFlushWith(Publisher<? extends Publisher<? extends DataBuffer>> written) {
                        return super.writeAndFlushWith(watched(written));
                    }
                },
                context);
    }

    private <T> Flux<T> watched(Publisher<T> stream) {
        return Flux.from(stream).doOnSubscribe(subscription -> onStream.run());
    }
}
