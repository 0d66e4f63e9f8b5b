package io.netrun.resilience.spring.http;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.web.reactive.function.client.ClientResponse;
import reactor.core.CoreSubscriber;
import reactor.util.context.Context;

/**
 * One attempt of a call. It is its own subscriber, since Reactor's operators cancel their source when they turn a value
 * into an error. That would close the connection whose response the caller may be about to read.
 */
final class WebAttempt extends CompletableFuture<ClientResponse> implements CoreSubscriber<ClientResponse> {

    private static final Logger log = LoggerFactory.getLogger(WebAttempt.class);

    /** Whether the exchange has ended, by its response or because it was stopped. The first thread to set it wins. */
    private final AtomicBoolean over = new AtomicBoolean();

    private final WebExchange call;
    private final Context context;
    private volatile @Nullable Subscription subscription;
    private volatile @Nullable ClientResponse received;

    WebAttempt(WebExchange call, Context context) {
        this.call = call;
        this.context = context;
    }

    @Override
    public Context currentContext() {
        return context;
    }

    @Override
    public void onSubscribe(Subscription given) {
        if (subscription != null) {
            cancel(given);
            return;
        }
        subscription = given;
        if (over.get()) {
            cancel(given);
            return;
        }
        try {
            given.request(Long.MAX_VALUE);
        } catch (Throwable thrown) {
            cancel(given);
            onError(thrown);
        }
    }

    /** Cancels without throwing, so that the caller can continue. */
    private static void cancel(Subscription exchange) {
        try {
            exchange.cancel();
        } catch (Throwable thrown) {
            log.error("A request could not be cancelled; it may still be running", thrown);
        }
    }

    @Override
    public void onNext(ClientResponse response) {
        if (!over.compareAndSet(false, true)) {
            call.onLateResponse(response);
            return;
        }
        received = response;
        FailingStatusException failure = call.onResponse(response);
        if (failure == null) {
            complete(response);
        } else {
            completeExceptionally(failure);
        }
    }

    @Override
    public void onError(Throwable failure) {
        completeExceptionally(failure);
    }

    @Override
    @SuppressWarnings("NullAway") // an exchange without a response has the result null
    public void onComplete() {
        complete(null);
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        boolean cancelled = super.cancel(mayInterruptIfRunning);
        if (cancelled) {
            stop(null);
        }
        return cancelled;
    }

    /**
     * Cancels the exchange unless its response has arrived. A response that belongs to the caller is cancelled, too, so
     * that the connector releases a body that has not been read.
     */
    void stop(@Nullable ClientResponse delivered) {
        boolean ends = over.compareAndSet(false, true) || (delivered != null && delivered == received);
        Subscription running = subscription;
        if (ends && running != null) {
            cancel(running);
        }
    }
}
