package io.netrun.resilience.spring.http;

import io.netrun.resilience.AdaptedCall;
import io.netrun.resilience.Deadline;
import io.netrun.resilience.reactor.ReactorGuard;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.web.reactive.function.BodyExtractors;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.ExchangeFunction;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/** One call of a {@code WebClient}: any number of attempts, of whose responses one at most reaches the caller. */
final class WebExchange implements AdaptedCall<ClientResponse> {

    private final ClientPlan plan;
    private final ClientRequest request;
    private final ExchangeFunction next;
    private final ContextView context;
    private final Responses<ClientResponse> responses = new Responses<>(WebExchange::release);
    private final List<WebAttempt> attempts = new CopyOnWriteArrayList<>();
    private volatile boolean consumed;

    WebExchange(ClientPlan plan, ClientRequest request, ExchangeFunction next, ContextView context) {
        this.plan = plan;
        this.request = request;
        this.next = next;
        this.context = context;
    }

    @Override
    public CompletionStage<ClientResponse> get() {
        return start(Deadline.current());
    }

    @Override
    public CompletionStage<ClientResponse> start(Deadline scope) {
        WebAttempt attempt = new WebAttempt(this, ReactorGuard.inScope(Context.of(context), scope));
        attempts.add(attempt);
        Mono.defer(() -> next.exchange(watched())).subscribe(attempt);
        return attempt;
    }

    /** A body that is a stream may be gone once someone has begun to read it, so nothing is sent a second time then. */
    @Override
    public boolean isCommitted() {
        return consumed;
    }

    /** A response that comes when its caller has left is released, so that it is of no use to others. */
    @Override
    public boolean discard(@Nullable Object result) {
        if (result instanceof ClientResponse response) {
            responses.release(response);
        }
        return true;
    }

    @Override
    public CompletionStage<ClientResponse> adapt(@Nullable Object replacement) {
        return CompletableFuture.failedFuture(new IllegalStateException("An HTTP call has no fallback"));
    }

    private ClientRequest watched() {
        return plan.repeats(request.method())
                ? ClientRequest.from(request)
                        .body(new OneShotBodyDetector(request.body(), () -> consumed = true))
                        .build()
                : request;
    }

    /**
     * An attempt has been answered; what the policies see in the place of the response, null if that is the response
     * itself.
     */
    @Nullable
    FailingStatusException answered(ClientResponse response) {
        responses.arrived(response);
        int status = response.statusCode().value();
        if (!plan.statuses().contains(status)) {
            return null;
        }
        FailingStatusException failure = FailingStatusException.of(
                request.method() + " " + request.url().getHost(),
                status,
                response.headers().asHttpHeaders(),
                () -> responses.release(response));
        responses.fails(response, failure);
        return failure;
    }

    /** An exchange that was stopped has been answered all the same; nobody else knows of this response. */
    void answeredLate(ClientResponse response) {
        responses.arrived(response);
        responses.release(response);
    }

    void endWith(ClientResponse response) {
        responses.endWith(response);
    }

    Mono<ClientResponse> endWith(Throwable failure) {
        ClientResponse last = responses.endWith(failure);
        return last == null ? Mono.error(failure) : Mono.just(last);
    }

    /**
     * The caller is no longer interested, in the response or, if he has that already, in its body. A response that has
     * come and is not his is read to its end here; to cancel its exchange too would have two read it, of whom the
     * connection knows one.
     */
    void cancelled() {
        responses.end();
        ClientResponse callers = responses.callers();
        attempts.forEach(attempt -> attempt.stop(callers));
    }

    /**
     * The rest of the body is read and dropped, so that the connection can serve again; if it is large or takes long,
     * it is closed.
     */
    private static void release(ClientResponse response) {
        response.body(BodyExtractors.toDataBuffers())
                .map(WebExchange::released)
                .scan(0L, Long::sum)
                .takeUntil(total -> total > Responses.LARGEST_RELEASE)
                .take(Responses.LONGEST_RELEASE)
                .subscribe(total -> {}, failure -> {});
    }

    private static long released(DataBuffer buffer) {
        int count = buffer.readableByteCount();
        DataBufferUtils.release(buffer);
        return count;
    }
}
