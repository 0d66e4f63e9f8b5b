package io.netrun.resilience.spring.aop;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.annotation.AttemptTimeout;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.annotation.Timeout;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;

/** Time limits of woven {@code @Async} methods. */
@ExtendWith(OutputCaptureExtension.class)
class WovenAsyncMethodsTests {

    @Test
    void limitOfAWovenAsyncMethodShouldBeAWarning(CapturedOutput output) {
        try (var context = new AnnotationConfigApplicationContext(
                Application.class, WovenTransactions.class, Reports.class, Slow.class)) {
            assertThat(context.getBean(Reports.class)).isNotNull();
        }
        assertThat(output.getOut().lines().filter(line -> line.contains("does not limit what the @Async method does")))
                .satisfiesExactlyInAnyOrder(
                        limited -> assertThat(limited).contains("Reports.limited: @Timeout"),
                        attempts -> assertThat(attempts).contains("Reports.attempts: @AttemptTimeout"),
                        ofClass -> assertThat(ofClass).contains("Slow.all: @Timeout"));
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAsync(proxyTargetClass = true)
    static class Application {}

    static class Reports {

        @Async
        @Timeout(duration = "1s")
        public CompletableFuture<String> limited() {
            return CompletableFuture.completedFuture("report");
        }

        @Async
        @AttemptTimeout(duration = "1s")
        public Future<String> attempts() {
            return CompletableFuture.completedFuture("report");
        }

        @Async
        @Retry
        public CompletableFuture<String> retried() {
            return CompletableFuture.completedFuture("report");
        }

        @Async
        @Timeout(duration = "1s")
        public void withoutAResult() {}

        @Timeout(duration = "1s")
        public CompletableFuture<String> notAsync() {
            return CompletableFuture.completedFuture("report");
        }
    }

    @Timeout(duration = "1s")
    static class Slow {

        @Async
        public CompletableFuture<String> all() {
            return CompletableFuture.completedFuture("report");
        }
    }
}
