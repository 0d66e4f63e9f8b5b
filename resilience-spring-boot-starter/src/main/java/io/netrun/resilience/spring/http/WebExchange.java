package io.netrun.resilience.spring.http;

import io.netrun.resilience.AdaptedCall;
import io.netrun.resilience.Deadline;
import io.netrun.resilience.Policy;
import io.netrun.resilience.reactor.ReactorGuard;
import io.netrun.resilience.spring.pattern.RateLimitAnswers;
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

/** One call of a {@code WebClient}: any number of attempts, at most one of whose responses reaches the caller. */
final class WebExchange extends AdaptedCall<ClientResponse> {

    /** The attribute of a request with the policies that it has passed. */
    private static final String APPLIED = WebExchange.class.getName() + ".applied";

    private final ClientPlan plan;
    private final ClientRequest request;
    private final List<Policy> applied;
    private final ExchangeFunction next;
    private final ContextView context;
    private final Responses<ClientResponse> responses = new Responses<>(WebExchange::release);
    private final List<WebAttempt> attempts = new CopyOnWriteArrayList<>();
    private volatile boolean consumed;

    /**
     * Creates a call.
     *
     * @param applied the policies that its attempts have passed, those of filters outside of this one included
     */
    WebExchange(
            ClientPlan plan, ClientRequest request, List<Policy> applied, ExchangeFunction next, ContextView context) {
        this.plan = plan;
        this.request = request;
        this.applied = applied;
        this.next = next;
        this.context = context;
    }

    /** The policies that a request has passed already, in another filter. */
    @SuppressWarnings("unchecked") // the attribute is private to this class
    static List<Policy> applied(ClientRequest request) {
        return (List<Policy>) request.attributes().getOrDefault(APPLIED, List.of());
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

    /** A streamed body may not be repeatable once it has begun to be read, so the request is not sent again then. */
    @Override
    public boolean isCommitted() {
        return consumed;
    }

    /** Releases a response that arrives after its caller has left, so that no other call can use it. */
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
        ClientRequest.Builder attempt = ClientRequest.from(request).attribute(APPLIED, applied);
        return plan.repeats(request.method())
                ? attempt.body(new OneShotBodyDetector(request.body(), () -> consumed = true))
                        .build()
                : attempt.build();
    }

    /**
     * Handles the response of an attempt. Returns the failure that the policies see instead; null if they see the
     * response itself.
     */
    @Nullable
    FailingStatusException onResponse(ClientResponse response) {
        responses.arrived(response);
        int status = response.statusCode().value();
        RateLimitAnswers.learn(
                plan.repeating().policies(),
                status,
                name -> response.headers().asHttpHeaders().getFirst(name));
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

    /**
     * Handles the response of an exchange that was stopped. It must be released here, since no other code has a
     * reference to it.
     */
    void onLateResponse(ClientResponse response) {
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
     * Handles the caller's cancellation of the response or, after it has arrived, of its body. A response that has
     * arrived and does not belong to the caller is drained here. Cancelling its exchange as well would add a second
     * reader, which the connection does not allow.
     */
    void cancelled() {
        responses.end();
        ClientResponse callers = responses.callers();
        attempts.forEach(attempt -> attempt.stop(callers));
    }

    /**
     * Reads and discards the rest of the body, so that the connection can be reused. A body that is large or slow is
     * closed.
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
