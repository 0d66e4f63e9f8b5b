package io.netrun.resilience.spring.http;

import io.netrun.resilience.ContextPropagation;
import io.netrun.resilience.Pipeline;
import io.netrun.resilience.Policy;
import io.netrun.resilience.reactor.ReactorGuard;
import java.util.List;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.ExchangeFilterFunction;
import org.springframework.web.reactive.function.client.ExchangeFunction;
import reactor.core.publisher.Mono;

/**
 * Runs each call of a {@code WebClient} through the policies of its client, without blocking a thread. A call ends when
 * the status and the headers have arrived: the body is a stream that its reader may leave unread for any length of
 * time. A policy applies to a call once, even if a client has several such filters.
 */
final class ResilienceExchangeFilter implements ExchangeFilterFunction {

    private final ProtectedClient client;
    private final boolean mdcCarried;

    /**
     * Creates the filter of a client.
     *
     * @param client the client
     * @param mdcCarried whether calls carry the MDC to other threads
     */
    ResilienceExchangeFilter(ProtectedClient client, boolean mdcCarried) {
        this.client = client;
        this.mdcCarried = mdcCarried;
    }

    @Override
    public Mono<ClientResponse> filter(ClientRequest request, ExchangeFunction next) {
        return Mono.deferContextual(context -> {
            List<Policy> before = WebExchange.applied(request);
            // Per subscription: an outer filter may subscribe again.
            ClientPlan plan = client.plan().without(before);
            if (plan.repeating().policies().isEmpty()) {
                return next.exchange(request);
            }
            WebExchange call = new WebExchange(plan, request, plan.and(before), next, context);
            Pipeline pipeline = plan.pipeline(request.method());
            return ReactorGuard.of(mdcCarried ? pipeline : ContextPropagation.leavingMdc(pipeline))
                    .adapted(subscriber -> call)
                    .doOnNext(call::endWith)
                    .onErrorResume(call::endWith)
                    .doOnCancel(call::cancelled);
        });
    }
}
