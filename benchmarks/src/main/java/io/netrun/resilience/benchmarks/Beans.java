package io.netrun.resilience.benchmarks;

import io.netrun.resilience.annotation.Bulkhead;
import io.netrun.resilience.annotation.CircuitBreaker;
import io.netrun.resilience.annotation.Fallback;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.annotation.Timeout;

/** The beans whose calls are measured: the same method, protected in different ways. */
final class Beans {

    static final Object RESULT = new Object();

    private Beans() {}

    static class Bare {

        public Object call() {
            return RESULT;
        }
    }

    static class Intercepted {

        public Object call() {
            return RESULT;
        }
    }

    static class NetrunOne {

        @CircuitBreaker(name = "one")
        public Object call() {
            return RESULT;
        }
    }

    static class NetrunThree {

        @Bulkhead(name = "three")
        @Retry(name = "three")
        @CircuitBreaker(name = "three")
        public Object call() {
            return RESULT;
        }
    }

    static class Resilience4jOne {

        @io.github.resilience4j.circuitbreaker.annotation.CircuitBreaker(name = "one")
        public Object call() {
            return RESULT;
        }
    }

    static class Resilience4jThree {

        @io.github.resilience4j.bulkhead.annotation.Bulkhead(name = "three")
        @io.github.resilience4j.retry.annotation.Retry(name = "three")
        @io.github.resilience4j.circuitbreaker.annotation.CircuitBreaker(name = "three")
        public Object call() {
            return RESULT;
        }
    }

    static class NetrunFive {

        @Fallback(name = "five", method = "instead")
        @Timeout(name = "five", thread = "caller")
        @Bulkhead(name = "five")
        @Retry(name = "five")
        @CircuitBreaker(name = "five")
        public Object call() {
            return RESULT;
        }

        Object instead() {
            return this;
        }
    }

    /** A rate limiter stands in for the timeout, which this library has for asynchronous methods only. */
    static class Resilience4jFive {

        @io.github.resilience4j.bulkhead.annotation.Bulkhead(name = "five")
        @io.github.resilience4j.ratelimiter.annotation.RateLimiter(name = "five")
        @io.github.resilience4j.retry.annotation.Retry(name = "five", fallbackMethod = "instead")
        @io.github.resilience4j.circuitbreaker.annotation.CircuitBreaker(name = "five")
        public Object call() {
            return RESULT;
        }

        Object instead(Exception failure) {
            return failure;
        }
    }
}
