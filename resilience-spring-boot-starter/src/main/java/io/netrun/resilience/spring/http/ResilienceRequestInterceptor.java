package io.netrun.resilience.spring.http;

import io.netrun.resilience.ContextPropagation;
import io.netrun.resilience.Policy;
import io.netrun.resilience.Ticker;
import io.netrun.resilience.spring.pattern.RateLimitAnswers;
import java.io.IOException;
import java.util.List;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpRequest;
import org.springframework.http.client.ClientHttpRequestExecution;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.http.client.support.HttpRequestWrapper;
import org.springframework.util.ClassUtils;

/**
 * Runs each call of a {@code RestClient} or {@code RestTemplate} through the policies of its client. A call ends when
 * the status and the headers have arrived: the caller reads the body afterwards, outside of the policies. A policy
 * applies to a call once, even if a client has several such interceptors.
 */
final class ResilienceRequestInterceptor implements ClientHttpRequestInterceptor {

    /**
     * Since Spring Framework 7, inner interceptors see every attempt. Before, they see only the first one, and the
     * headers that they add are kept for the other attempts.
     */
    private static final boolean INNER_SEE_EVERY_ATTEMPT =
            ClassUtils.hasMethod(ClientHttpRequestInterceptor.class, "apply", ClientHttpRequestExecution.class);

    private final ProtectedClient client;
    private final Ticker ticker;
    private final boolean mdcCarried;

    /**
     * Creates the interceptor of a client.
     *
     * @param client the client
     * @param ticker limits the time for draining unwanted responses
     * @param mdcCarried whether calls carry the MDC to other threads
     */
    ResilienceRequestInterceptor(ProtectedClient client, Ticker ticker, boolean mdcCarried) {
        this.client = client;
        this.ticker = ticker;
        this.mdcCarried = mdcCarried;
    }

    @Override
    public ClientHttpResponse intercept(HttpRequest request, byte[] body, ClientHttpRequestExecution execution)
            throws IOException {
        if (mdcCarried) {
            return call(request, body, execution);
        }
        boolean before = ContextPropagation.carryMdcOfThread(false);
        try {
            return call(request, body, execution);
        } finally {
            ContextPropagation.carryMdcOfThread(before);
        }
    }

    private ClientHttpResponse call(HttpRequest request, byte[] body, ClientHttpRequestExecution execution)
            throws IOException {
        List<Policy> before = OneAttempt.applied(request);
        ClientPlan plan = client.plan().without(before);
        if (plan.repeating().policies().isEmpty()) {
            return execution.execute(request, body);
        }
        List<Policy> applied = plan.and(before);
        ResponseDrain drain = new ResponseDrain(ticker);
        Responses<ClientHttpResponse> responses = new Responses<>(drain);
        try {
            ClientHttpResponse response = plan.pipeline(request.getMethod())
                    .<ClientHttpResponse, IOException>call(() -> attempt(
                            plan, responses, drain, execution.execute(attempt(plan, request, applied), body), request));
            responses.endWith(response);
            return response;
        } catch (Throwable failure) {
            ClientHttpResponse last = responses.endWith(failure);
            if (last != null) {
                return last;
            }
            throw failure;
        }
    }

    private static ClientHttpResponse attempt(
            ClientPlan plan,
            Responses<ClientHttpResponse> responses,
            ResponseDrain drain,
            ClientHttpResponse response,
            HttpRequest request)
            throws IOException {
        responses.arrived(response);
        int status = response.getStatusCode().value();
        RateLimitAnswers.learn(
                plan.repeating().policies(),
                status,
                name -> response.getHeaders().getFirst(name));
        if (!plan.statuses().contains(status)) {
            return response;
        }
        FailingStatusException failure = FailingStatusException.of(
                request.getMethod() + " " + request.getURI().getHost(), status, response.getHeaders(), () -> {
                    responses.release(response);
                    drain.awaitLast();
                });
        responses.fails(response, failure);
        throw failure;
    }

    private static HttpRequest attempt(ClientPlan plan, HttpRequest request, List<Policy> applied) {
        boolean repeated = INNER_SEE_EVERY_ATTEMPT && plan.repeats(request.getMethod());
        return new OneAttempt(request, repeated ? copy(request.getHeaders()) : request.getHeaders(), applied);
    }

    private static HttpHeaders copy(HttpHeaders headers) {
        HttpHeaders copy = new HttpHeaders();
        headers.forEach(copy::addAll);
        return copy;
    }

    /**
     * A request that knows the policies around it. A request that may be repeated has its own copy of the headers, so
     * that headers added for one attempt are not duplicated in the next.
     */
    private static final class OneAttempt extends HttpRequestWrapper {

        private final HttpHeaders headers;
        private final List<Policy> applied;

        OneAttempt(HttpRequest request, HttpHeaders headers, List<Policy> applied) {
            super(request);
            this.headers = headers;
            this.applied = applied;
        }

        /** The policies that a request has passed already, in another interceptor of this class. */
        static List<Policy> applied(HttpRequest request) {
            HttpRequest each = request;
            while (each instanceof HttpRequestWrapper wrapper) {
                if (wrapper instanceof OneAttempt attempt) {
                    return attempt.applied;
                }
                each = wrapper.getRequest();
            }
            return List.of();
        }

        @Override
        public HttpHeaders getHeaders() {
            return headers;
        }
    }
}
