package io.netrun.resilience.sample.shop;

import io.netrun.resilience.CallRejectedException;
import io.netrun.resilience.ResilienceException;
import io.netrun.resilience.circuitbreaker.CircuitOpenException;
import io.netrun.resilience.retry.RetryExhaustedException;
import io.netrun.resilience.timeout.TimeoutExceededException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.client.HttpClientErrorException;
import org.springframework.web.client.RestClientException;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;

/** Maps failures to problem JSON (RFC 9457), with a status that clients can act on. */
@RestControllerAdvice
class ShopProblems extends ResponseEntityExceptionHandler {

    private static final Duration SHORTLY = Duration.ofSeconds(1);

    /**
     * The circuit rejected the call. Retry-After is when it admits trials; a circuit that is forced open sends none.
     */
    @ExceptionHandler
    ResponseEntity<ProblemDetail> circuitOpen(CircuitOpenException e) {
        return problem(
                HttpStatus.SERVICE_UNAVAILABLE,
                "Temporarily out of order",
                e,
                e.retryAfter().orElse(null));
    }

    /** Another policy rejected the call because of load: the client may retry shortly. */
    @ExceptionHandler
    ResponseEntity<ProblemDetail> rejected(CallRejectedException e) {
        return problem(HttpStatus.SERVICE_UNAVAILABLE, "Too many requests at the moment", e, SHORTLY);
    }

    @ExceptionHandler
    ResponseEntity<ProblemDetail> timedOut(TimeoutExceededException e) {
        return problem(HttpStatus.GATEWAY_TIMEOUT, "No answer in time", e, null);
    }

    @ExceptionHandler
    ResponseEntity<ProblemDetail> exhausted(RetryExhaustedException e) {
        return problem(HttpStatus.BAD_GATEWAY, "Tried and failed", e, null);
    }

    /**
     * A downstream service failed, and there was no other attempt: the budget of the retries is used up, for example.
     */
    @ExceptionHandler
    ProblemDetail failed(RestClientException e) {
        ProblemDetail problem = ProblemDetail.forStatusAndDetail(HttpStatus.BAD_GATEWAY, e.getMessage());
        problem.setTitle("A downstream service failed");
        return problem;
    }

    /** A downstream service declined the request (4xx). */
    @ExceptionHandler
    ProblemDetail declined(HttpClientErrorException e) {
        ProblemDetail problem = ProblemDetail.forStatus(
                e.getStatusCode().isSameCodeAs(HttpStatus.PAYMENT_REQUIRED)
                        ? HttpStatus.PAYMENT_REQUIRED
                        : HttpStatus.BAD_GATEWAY);
        problem.setTitle("Declined by a downstream service");
        problem.setDetail(e.getResponseBodyAsString());
        return problem;
    }

    /** Adds to the problem what is wrong with the body. */
    @Override
    protected @Nullable ResponseEntity<Object> handleHttpMessageNotReadable(
            HttpMessageNotReadableException e, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        String reason = NestedExceptionUtils.getMostSpecificCause(e).getMessage();
        ProblemDetail problem = ProblemDetail.forStatusAndDetail(
                status,
                reason == null
                        ? "The body cannot be read"
                        : reason.lines().findFirst().orElse(reason));
        return handleExceptionInternal(e, problem, headers, status, request);
    }

    private static ResponseEntity<ProblemDetail> problem(
            HttpStatus status, String title, ResilienceException e, @Nullable Duration retryAfter) {
        ProblemDetail problem = ProblemDetail.forStatusAndDetail(status, e.getMessage());
        problem.setTitle(title);
        problem.setProperty("instanceName", e.name());
        ResponseEntity.BodyBuilder response = ResponseEntity.status(status);
        if (retryAfter != null) {
            long seconds = Math.max(1, retryAfter.plusMillis(999).toSeconds());
            response.header(HttpHeaders.RETRY_AFTER, String.valueOf(seconds));
        }
        return response.body(problem);
    }
}
