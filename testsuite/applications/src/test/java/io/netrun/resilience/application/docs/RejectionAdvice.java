package io.netrun.resilience.application.docs;

import io.netrun.resilience.CallRejectedException;
import io.netrun.resilience.RetryAfter;
import java.time.Duration;
import java.util.Optional;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/** The handler of the documentation, to be tested: {@link DocumentationTests} compares the two. */
@RestControllerAdvice
class RejectionAdvice {

    @ExceptionHandler
    ResponseEntity<ProblemDetail> rejected(CallRejectedException rejection) {
        HttpHeaders headers = new HttpHeaders();
        Optional<Duration> wait =
                rejection instanceof RetryAfter later ? later.retryAfter() : Optional.of(Duration.ofSeconds(1));
        wait.map(time -> Math.max(1, time.plusMillis(999).toSeconds())) // whole seconds, never too early
                .ifPresent(seconds -> headers.set(HttpHeaders.RETRY_AFTER, seconds.toString()));
        return ResponseEntity.of(
                        ProblemDetail.forStatusAndDetail(HttpStatus.SERVICE_UNAVAILABLE, "Please try again later"))
                .headers(headers)
                .build();
    }
}
