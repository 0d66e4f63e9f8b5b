package io.netrun.resilience.spring.http;

import io.netrun.resilience.Ticker;
import java.io.IOException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpRequest;
import org.springframework.http.client.ClientHttpRequestExecution;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.http.client.support.HttpRequestWrapper;
import org.springframework.util.ClassUtils;

/**
 * Makes each call of a {@code RestClient} or {@code RestTemplate} through the policies of its client. A call lasts
 * until the status and the headers are there: reading the body is up to the caller, who could not begin with it before
 * the call has ended.
 */
final class ResilienceRequestInterceptor implements ClientHttpRequestInterceptor {

    /**
     * From Spring Framework 7 on, the interceptors further in see every attempt. Before, only the first one, and what
     * they add to the request's headers is left there for the others.
     */
    private static final boolean INNER_SEE_EVERY_ATTEMPT =
            ClassUtils.hasMethod(ClientHttpRequestInterceptor.class, "apply", ClientHttpRequestExecution.class);

    private final ProtectedClient client;
    private final Ticker ticker;

    /**
     * For a client.
     *
     * @param ticker limits the time for which responses are read that nobody wants
     */
    ResilienceRequestInterceptor(ProtectedClient client, Ticker ticker) {
        this.client = client;
        this.ticker = ticker;
    }

    @Override
    public ClientHttpResponse intercept(HttpRequest request, byte[] body, ClientHttpRequestExecution execution)
            throws IOException {
        ClientPlan plan = client.plan();
        if (plan.repeating().policies().isEmpty()) {
            return execution.execute(request, body);
        }
        ResponseDrain drain = new ResponseDrain(ticker);
        Responses<ClientHttpResponse> responses = new Responses<>(drain);
        try {
            ClientHttpResponse response = plan.pipeline(request.getMethod())
                    .<ClientHttpResponse, IOException>call(() ->
                            attempt(plan, responses, drain, execution.execute(anew(plan, request), body), request));
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

    private static HttpRequest anew(ClientPlan plan, HttpRequest request) {
        return INNER_SEE_EVERY_ATTEMPT && plan.repeats(request.getMethod()) ? new OneAttempt(request) : request;
    }

    /** The request with headers of its own, so that what is added for one attempt is not there twice for the next. */
    private static final class OneAttempt extends HttpRequestWrapper {

        private final HttpHeaders headers = new HttpHeaders();

        OneAttempt(HttpRequest request) {
            super(request);
            request.getHeaders().forEach(headers::addAll);
        }

        @Override
        public HttpHeaders getHeaders() {
            return headers;
        }
    }
}
