package io.netrun.resilience.spring.cloud;

import io.netrun.resilience.CallRejectedException;
import io.netrun.resilience.ExceptionFilter;
import io.netrun.resilience.timeout.TimeoutExceededException;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.cloud.client.circuitbreaker.ReactiveCircuitBreakerFactory;
import org.springframework.cloud.gateway.filter.factory.SpringCloudCircuitBreakerFilterFactory;
import org.springframework.http.HttpStatus;
import org.springframework.web.reactive.DispatcherHandler;
import org.springframework.web.server.ResponseStatusException;
import reactor.core.publisher.Mono;

/**
 * Spring Cloud Gateway's filter {@code CircuitBreaker}, which Gateway itself provides for resilience4j only. Without a
 * fallback, a rejected call is answered with 503, and a call that times out with 504.
 */
public final class GatewayCircuitBreakerFilterFactory extends SpringCloudCircuitBreakerFilterFactory {

    public GatewayCircuitBreakerFilterFactory(
            ReactiveCircuitBreakerFactory<?, ?> circuits, ObjectProvider<DispatcherHandler> dispatcher) {
        super(circuits, dispatcher);
    }

    @Override
    protected Mono<Void> handleErrorWithoutFallback(Throwable failure, boolean resumeWithoutError) {
        Throwable root = ExceptionFilter.rootOf(failure);
        if (root instanceof TimeoutExceededException) {
            return Mono.error(new ResponseStatusException(HttpStatus.GATEWAY_TIMEOUT, failure.getMessage(), failure));
        }
        if (root instanceof CallRejectedException) {
            return Mono.error(
                    new ResponseStatusException(HttpStatus.SERVICE_UNAVAILABLE, failure.getMessage(), failure));
        }
        return resumeWithoutError ? Mono.empty() : Mono.error(failure);
    }
}
