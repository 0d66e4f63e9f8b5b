package io.netrun.resilience.spring.autoconfigure;

import io.netrun.resilience.annotation.AttemptTimeout;
import io.netrun.resilience.annotation.Bulkhead;
import io.netrun.resilience.annotation.CircuitBreaker;
import io.netrun.resilience.annotation.Fallback;
import io.netrun.resilience.annotation.PatternOrder;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.annotation.Timeout;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;

/** Beans with which something is wrong, each in one way; and one with which nothing is. */
final class MisconfiguredBeans {

    private MisconfiguredBeans() {}

    static class PaymentClient {

        @Retry(name = "payments")
        @CircuitBreaker(name = "payments")
        public String charge() {
            return "paid";
        }
    }

    static class FinalMethod {

        @Retry
        public final String charge() {
            return "paid";
        }
    }

    static class PrivateMethod {

        @Retry
        private String charge() {
            return "paid";
        }
    }

    static class StaticMethod {

        @Retry
        public static String charge() {
            return "paid";
        }
    }

    static class MisspeltFallback {

        @Fallback(method = "chached")
        public List<String> products(long shop) {
            return List.of();
        }

        private List<String> cached(long shop) {
            return List.of();
        }
    }

    static class UnfitFallback {

        @Fallback(method = "cached")
        public List<String> products(long shop) {
            return List.of();
        }

        private List<Long> cached(String shop) {
            return List.of();
        }
    }

    static class FallbackOfNobody {

        @Fallback(method = "products", bean = "catalogArchiv")
        public List<String> products(long shop) {
            return List.of();
        }
    }

    static class UnsupportedReturn {

        @Retry
        public FutureTask<String> charge() {
            return new FutureTask<>(() -> "paid");
        }
    }

    static class UnresolvedPlaceholder {

        @Timeout(name = "orders", duration = "${shop.patience}")
        public String order() {
            return "ordered";
        }
    }

    static class OutOfRange {

        @Retry(name = "orders", maxAttempts = 0)
        public String order() {
            return "ordered";
        }
    }

    static class Contradicting {

        @CircuitBreaker(name = "orders", failureThreshold = 5)
        public String order() {
            return "ordered";
        }
    }

    static class Contradicted {

        @CircuitBreaker(name = "orders", failureThreshold = 9)
        public String cancel() {
            return "cancelled";
        }
    }

    static class SharedTimeout {

        @Timeout(name = "orders", duration = "5s")
        @AttemptTimeout(name = "orders")
        public String order() {
            return "ordered";
        }
    }

    static class Disordered {

        @Retry(name = "orders")
        @Bulkhead(name = "orders")
        @PatternOrder({"retry", "bulkhaed"})
        public String order() {
            return "ordered";
        }
    }

    static class Mismatched {

        @Timeout(name = "payments", duration = "5s")
        @Bulkhead(name = "payments", maxWait = "6s")
        @Retry(name = "payments", maxAttempts = 4, baseDelay = "1s", jitter = "false")
        @CircuitBreaker(name = "payments", detection = "time-window", windowDuration = "8s")
        public String charge() {
            return "paid";
        }
    }

    static class Asynchronous {

        @Timeout(name = "reports", thread = "worker")
        public CompletableFuture<String> report() {
            return CompletableFuture.completedFuture("report");
        }
    }
}
